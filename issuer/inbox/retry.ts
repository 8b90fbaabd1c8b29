/** What becomes of a delivery that failed, wherever it is worked off: when it is tried again, or that it is given up. */
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Taken} from '../model/inbox.ts'
import type {Log} from '../model/log.ts'

/** How long a delivery is tried, counted from when it came; milliseconds. */
export type Patience = (delivery: Taken) => number

export interface RetryTools {
  readonly log: Log
  readonly now: () => number
  readonly patience: Patience
  /** Called when a delivery is given up: says so where people look. */
  readonly giveUp: (delivery: Taken, cause: 'github' | 'internal') => Promise<void>
}

export interface Failure {
  readonly delivery: Taken
  readonly fault: unknown
  /** The longest that a back-off by itself grows to; milliseconds. */
  readonly longestMs: number
}

/** In how many milliseconds it is to be tried again; undefined once it is given up. */
export async function settleFailure(
  {delivery, fault, longestMs}: Failure,
  {log, now, patience, giveUp}: RetryTools,
): Promise<number | undefined> {
  const {id, attempt} = delivery
  const inMs = delayOf(fault, attempt, longestMs)
  if (now() + inMs < delivery.receivedAt + patience(delivery)) {
    log.warn({err: fault, delivery: id, attempt}, 'a delivery will be tried again')
    return inMs
  }
  log.error({err: fault, delivery: id, attempt}, 'a delivery is given up')
  await giveUp(delivery, fault instanceof GitHubUnavailable ? 'github' : 'internal')
  return undefined
}

/** 1, 2, 4 … seconds, or what GitHub asked for when that is longer. */
function delayOf(fault: unknown, attempt: number, longestMs: number): number {
  const backOff = Math.min(longestMs, 2 ** (attempt - 1) * 1000)
  const asked = fault instanceof GitHubUnavailable ? (fault.retryAfterMs ?? 0) : 0
  return Math.max(backOff, asked)
}
