/** Changes that race for the ledger's end: within this process they take turns, against other processes they try again. */

export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Runs one piece of work after the other, in the order in which they came. */
export function takeTurns(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
