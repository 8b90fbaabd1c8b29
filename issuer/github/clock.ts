/** How far this machine's clock is from GitHub's, by the `Date` of GitHub's answers (formats §8, "Order and time"). */

import {clockTolerance as tolerance} from '../model/ruling.ts'

export interface GitHubClock {
  /** GitHub has just said that it is this time; milliseconds. */
  readonly heard: (date: number) => void
  /** Milliseconds by which the machine's clock is ahead; NaN before GitHub was heard, and once that clock has jumped since. */
  readonly ahead: () => number
  /** The machine's time, and at most a minute ahead of GitHub's: what is written under a clock that runs ahead stops nothing. */
  readonly now: () => number
}

/** `wall`: the machine's clock. `steady`: one that nobody sets; both in milliseconds. */
export function openClock(wall: () => number, steady: () => number = () => performance.now()): GitHubClock {
  let known: {readonly ahead: number; readonly wall: number; readonly steady: number} | undefined
  const ahead = (): number => {
    if (known === undefined) return NaN
    const jumped = wall() - known.wall - (steady() - known.steady)
    return Math.abs(jumped) > tolerance ? NaN : known.ahead
  }
  return {
    heard: (date) => {
      const now = wall()
      known = {ahead: now - date, wall: now, steady: steady()}
    },
    ahead,
    now: () => {
      const by = ahead()
      return by > tolerance ? wall() - by + tolerance : wall()
    },
  }
}
