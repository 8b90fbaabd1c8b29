/** Faults on order: what a test asks GitHub to get wrong, for which requests, and how often. */

export interface Fault {
  /** Tested against `GET /repos/octo-org/api?page=1`. */
  readonly match: string | RegExp
  /** How many requests it hits; until cleared when absent. */
  readonly times?: number
  /** Answer with this status and GitHub's error body. */
  readonly status?: number
  /** With `status`: carry the request out first, so that it was done and yet answered with an error. */
  readonly carriedOut?: boolean
  /** Wait before going on as usual. */
  readonly delayMs?: number
  /** Carry the request out, then break the connection in the middle of the answer's body. */
  readonly cut?: boolean
  /** Answer 502 with a page of HTML, as GitHub's front door does. */
  readonly html?: boolean
  /** Refuse as GitHub does when the quota is used up (`primary`) or requests come too fast (`secondary`). */
  readonly rateLimit?: 'primary' | 'secondary'
}

export class Faults {
  #waiting: {readonly fault: Fault; readonly pattern: RegExp; left: number}[] = []

  add(fault: Fault): void {
    this.#waiting.push({fault, pattern: new RegExp(fault.match), left: fault.times ?? Infinity})
  }

  clear(): void {
    this.#waiting = []
  }

  /** The first fault that this request meets; taking it uses it up once. */
  take(line: string): Fault | undefined {
    const met = this.#waiting.find(({pattern, left}) => left > 0 && pattern.test(line))
    if (!met) return undefined
    met.left -= 1
    return met.fault
  }
}
