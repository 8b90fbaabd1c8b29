/** GitHub's rate limits: how an answer says that one is used up, when that ends, and how much of it a job that waits takes. */
import {faultMember} from '../fault.ts'

type Headers = Readonly<Record<string, string | number | undefined>>

/** GitHub asks for a minute's rest where it names no time. */
const usualPauseMs = 60_000
const longestPauseMs = 3_600_000

/** When the limit ends that a refused request ran into, in milliseconds; undefined where it was refused for something else. */
export function readRateLimitEnd(fault: unknown, now: number): number | undefined {
  const status = faultMember(fault, 'status')
  const headers = headersOf(fault)
  const isUsedUp = String(headers['x-ratelimit-remaining']) === '0'
  const isTooFast = headers['retry-after'] !== undefined || /rate limit/i.test(String(faultMember(fault, 'message')))
  if (status !== 429 && !(status === 403 && (isUsedUp || isTooFast))) return undefined
  const retryAfterMs = Number(headers['retry-after']) * 1000
  // The reset is told by GitHub's clock, which this machine's may be far from.
  const untilResetMs = isUsedUp
    ? Number(headers['x-ratelimit-reset']) * 1000 - Date.parse(String(headers['date']))
    : NaN
  const pauseMs = [retryAfterMs, untilResetMs].find(Number.isFinite) ?? usualPauseMs
  return now + Math.min(Math.max(pauseMs, 1000), longestPauseMs)
}

/** Of Octokit's answers and of its faults. */
export function headersOf(answer: unknown): Headers {
  const response = faultMember(answer, 'response') ?? answer
  const headers = faultMember(response, 'headers')
  return typeof headers === 'object' && headers !== null ? (headers as Headers) : {}
}

const hourMs = 3_600_000
/** The quota of a job's own token, which all jobs of a repository share. */
const usualQuota = 1000

/** How often a job that waits asks GitHub: in any hour for at most a third of the quota, a tenth of that third at once. */
export class Pace {
  #begin: number | undefined
  #spent = 0
  #quota = usualQuota
  #restsUntil = -Infinity

  /** Until when GitHub wants to be left alone; undefined when it does not. */
  restsUntil(now: number): number | undefined {
    return now < this.#restsUntil ? this.#restsUntil : undefined
  }

  mayAsk(now: number): boolean {
    const third = this.#quota / 3
    const earned = (0.9 * third * (now - (this.#begin ?? now))) / hourMs
    return this.restsUntil(now) === undefined && this.#spent < 0.1 * third + earned
  }

  /** An answer "not modified" costs nothing of the quota. */
  spend(now: number, headers: Headers): void {
    this.#begin ??= now
    this.#spent += 1
    const quota = Number(headers['x-ratelimit-limit'])
    if (quota > 0) this.#quota = quota
  }

  rest(until: number): void {
    this.#restsUntil = until
  }
}
