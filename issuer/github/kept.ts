/** Answers that never change, kept for a while: two SHAs have one comparison. */

export interface Kept<T> {
  /** What `fetch` gives is kept unless it throws, or `isFinal` says that it may still change. */
  get(key: string, fetch: () => Promise<T>): Promise<T>
  has(key: string): boolean
}

interface Limits<T> {
  /** The oldest make room. */
  readonly atMost: number
  readonly forMs: number
  readonly isFinal: (value: T) => boolean
}

export function keep<T>({atMost, forMs, isFinal}: Limits<T>): Kept<T> {
  const kept = new Map<string, {readonly value: Promise<T>; readonly until: number}>()
  const find = (key: string): Promise<T> | undefined => {
    const found = kept.get(key)
    return found !== undefined && performance.now() < found.until ? found.value : undefined
  }
  return {
    has: (key) => find(key) !== undefined,
    get: async (key, fetch) => {
      const found = find(key)
      if (found !== undefined) return await found
      const value = fetch()
      kept.delete(key)
      kept.set(key, {value, until: performance.now() + forMs})
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - atMost))) kept.delete(oldest)
      const drop = (): void => {
        if (kept.get(key)?.value === value) kept.delete(key)
      }
      value.then((given) => !isFinal(given) && drop(), drop)
      return await value
    },
  }
}
