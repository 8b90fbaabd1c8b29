/** Optimistic rounds: whoever loses a race for what was read reads again and makes the change again. */

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
