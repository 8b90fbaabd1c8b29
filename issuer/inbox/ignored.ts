/** Ids of deliveries that were looked at and are nothing for the inbox, so that they are not fetched. In memory, the newest. */
export interface Ignored {
  add(id: string): void
  has(id: string): boolean
}

const mostKept = 10_000

export function rememberIgnored(): Ignored {
  const ids = new Set<string>()
  return {
    add: (id) => {
      ids.add(id)
      const [oldest] = ids
      if (ids.size > mostKept && oldest !== undefined) ids.delete(oldest)
    },
    has: (id) => ids.has(id),
  }
}
