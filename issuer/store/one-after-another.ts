/** Rounds about the same thing, one after another, so that what is read late is never overwritten by what was read early. */

interface Line {
  readonly current: Promise<void>
  /** What everybody waits for who asked while `current` ran. */
  readonly next?: Promise<void>
}

/** Whoever asks while a round of that key runs needs what is read after this, and shares the next round. */
export function oneAfterAnother<T>(
  keyOf: (about: T) => string,
  run: (about: T) => Promise<void>,
): (about: T) => Promise<void> {
  const lines = new Map<string, Line>()
  const start = (key: string, about: T): Promise<void> => {
    const current = run(about).finally(() => {
      if (lines.get(key)?.next === undefined) lines.delete(key)
    })
    lines.set(key, {current})
    return current
  }
  return (about) => {
    const key = keyOf(about)
    const line = lines.get(key)
    if (line === undefined) return start(key, about)
    const again = (): Promise<void> => start(key, about)
    const next = line.next ?? line.current.then(again, again)
    lines.set(key, {current: line.current, next})
    return next
  }
}
