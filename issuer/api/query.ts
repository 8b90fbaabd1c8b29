/** The parameters of a query: each at most once and in its form, and every problem with them at once. */

export interface QueryReading {
  /** Undefined for one that is absent, and for one that is wrong: then `problems` has grown. */
  readonly read: <T>(name: string, parse: (text: string) => T | undefined, expected: string) => T | undefined
  readonly problems: string[]
}

/** `all` gives a parameter's values in the order of the query. */
export function readingQuery(all: (name: string) => readonly string[] | undefined): QueryReading {
  const problems: string[] = []
  return {
    problems,
    read: (name, parse, expected) => {
      const values = all(name) ?? []
      if (values.length === 0) return undefined
      const parsed = values.length === 1 ? parse(values[0] ?? '') : undefined
      if (parsed === undefined) problems.push(`${name} must be given once, as ${expected}`)
      return parsed
    },
  }
}
