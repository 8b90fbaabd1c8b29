/** Work that races: within this process it waits its turn, against other processes it is done again. */

export type TakeTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** What fails does so for whoever asked for it, and the next goes on. Of a key that is done nothing is kept. */
export function takeTurns(): TakeTurn {
  const lines = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const mine = (lines.get(key) ?? Promise.resolve()).then(work)
    const leave = (): void => {
      if (lines.get(key) === end) lines.delete(key)
    }
    const end = mine.then(leave, leave)
    lines.set(key, end)
    return mine
  }
}

export type ShareTurn<T> = (key: string, work: () => Promise<T>) => Promise<T>

/**
 * In turn too, for work that is the same for all who ask about a key: whoever asks while one piece of it is not `begun`
 * shares that piece, which reads whatever was there when they asked. Where nothing can have become newer, until it is
 * `done`.
 */
export function shareTurns<T>(until: 'begun' | 'done'): ShareTurn<T> {
  const takeTurn = takeTurns()
  const shared = new Map<string, Promise<T>>()
  return (key, work) => {
    const known = shared.get(key)
    if (known !== undefined) return known
    const forget = (): void => void shared.delete(key)
    const mine = takeTurn(key, async () => {
      if (until === 'begun') forget()
      return await work()
    })
    shared.set(key, mine)
    if (until === 'done') void mine.then(forget, forget)
    return mine
  }
}

/** Each round that is lost, somebody else's change was written; this bounds what a bug could burn, not how many may compete. */
const maxRounds = 100

/** Until `round` gives something else than `lost`. It reads, makes a change of that, and writes it. */
export async function inRounds<T>(round: () => Promise<T | 'lost'>): Promise<T> {
  for (let n = 0; n < maxRounds; n++) {
    const result = await round()
    if (result !== 'lost') return result
  }
  throw new Error(`other changes came first ${maxRounds} times`)
}
