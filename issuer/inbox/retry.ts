/** What becomes of a delivery that failed, wherever it is worked off: when it is tried again, or that it is given up. */
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Taken} from '../model/inbox.ts'

/** How long a delivery is tried, counted from when it came; milliseconds. */
export type Patience = (delivery: Taken) => number

export type Retry =
  {readonly kind: 'again'; readonly inMs: number} | {readonly kind: 'give-up'; readonly cause: 'github' | 'internal'}

export interface Failure {
  readonly delivery: Taken
  readonly fault: unknown
  /** Milliseconds. */
  readonly now: number
  /** The longest that a back-off by itself grows to; milliseconds. */
  readonly longestMs: number
}

export function judgeFailure({delivery, fault, now, longestMs}: Failure, patience: Patience): Retry {
  const inMs = delayOf(fault, delivery.attempt, longestMs)
  if (now + inMs < delivery.receivedAt + patience(delivery)) return {kind: 'again', inMs}
  return {kind: 'give-up', cause: fault instanceof GitHubUnavailable ? 'github' : 'internal'}
}

/** 1, 2, 4 … seconds, or what GitHub asked for when that is longer. */
function delayOf(fault: unknown, attempt: number, longestMs: number): number {
  const backOff = Math.min(longestMs, 2 ** (attempt - 1) * 1000)
  const asked = fault instanceof GitHubUnavailable ? (fault.retryAfterMs ?? 0) : 0
  return Math.max(backOff, asked)
}
