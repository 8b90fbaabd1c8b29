/** Reads the check runs of one commit to a bound: page after page, and while a job waits only what has changed. */
import {printSecondsTime} from '#protocol'
import {faultMember} from '../fault.ts'
import type {SourceAnswer} from '../../gate/ports.ts'
import {type CheckRun, readCheckRuns} from './check-runs.ts'
import {describeOutage} from './outage.ts'
import {type Pace, headersOf, readRateLimitEnd} from './rate-limit.ts'

const maxPages = 3
export const perPage = 100

interface PageQuestion {
  readonly page: number
  /** Of the same page as it was read before. */
  readonly etag?: string | undefined
  readonly limit: AbortSignal
}

/** Throws what Octokit throws; for a page that is as it was, that is the status 304. */
export type FetchPage = (question: PageQuestion) => Promise<Page & {readonly headers: object}>

interface Page {
  readonly runs: readonly CheckRun[]
}

interface KnownPage extends Page {
  readonly etag: string | undefined
}

export class CheckRunReader {
  readonly #open: () => Promise<FetchPage>
  readonly #pace: Pace
  readonly #pages = new Map<number, KnownPage>()
  #last: SourceAnswer | undefined

  constructor(open: () => Promise<FetchPage>, pace: Pace) {
    this.#open = open
    this.#pace = pace
  }

  /** What is there now, or what was there before where a job that waits has asked often enough. */
  async read(limit: AbortSignal): Promise<SourceAnswer> {
    if (this.#last !== undefined && !this.#pace.mayAsk(Date.now())) return {...this.#last, isKept: true}
    return this.readAnew(limit)
  }

  async readAnew(limit: AbortSignal): Promise<SourceAnswer> {
    const end = this.#pace.restsUntil(Date.now())
    this.#last = end === undefined ? await this.#readPages(limit) : {candidates: [], problem: describeRateLimit(end)}
    return this.#last
  }

  async #readPages(limit: AbortSignal): Promise<SourceAnswer> {
    const pages: (readonly CheckRun[])[] = []
    try {
      const fetchPage = await this.#open()
      for (let page = 1; page <= maxPages; page++) {
        const {runs} = await this.#readPage(fetchPage, {page, limit})
        pages.push(runs)
        if (runs.length < perPage) return readCheckRuns(pages.flat())
      }
      return withRest(readCheckRuns(pages.flat()))
    } catch (fault) {
      const end = readRateLimitEnd(fault, Date.now())
      if (end !== undefined) this.#pace.rest(end)
      const problem = end === undefined ? describeGitHubOutage(fault, limit, 'checks: read') : describeRateLimit(end)
      return {...readCheckRuns(pages.flat()), problem}
    }
  }

  async #readPage(fetchPage: FetchPage, {page, limit}: PageQuestion): Promise<Page> {
    const known = this.#pages.get(page)
    try {
      const {runs, headers} = await fetchPage({page, limit, etag: known?.etag})
      const {etag} = headersOf({headers})
      this.#pace.spend(Date.now(), headersOf({headers}))
      this.#pages.set(page, {runs, etag: typeof etag === 'string' ? etag : undefined})
      return {runs}
    } catch (fault) {
      if (known !== undefined && faultMember(fault, 'status') === 304) return known
      this.#pace.spend(Date.now(), headersOf(fault))
      throw fault
    }
  }
}

/** The third page was full too: nobody knows what stands behind it. */
function withRest(answer: SourceAnswer): SourceAnswer {
  const bound = `there are ${maxPages * perPage} check runs of this name or more`
  return {...answer, cut: bound, unread: `${bound}; give the input "app-id", so that only the issuer's are asked for`}
}

const describeRateLimit = (end: number): string =>
  `the rate limit of "github-token" is used up, until ${printSecondsTime(end)}`

export function describeGitHubOutage(fault: unknown, limit: AbortSignal, permission: string): string {
  const status = faultMember(fault, 'status')
  // Octokit says 500 where nothing answered; only a real answer comes with a response.
  const answered = faultMember(fault, 'response') !== undefined
  if (limit.aborted || typeof status !== 'number' || !answered) return describeOutage(fault, limit)
  if (status === 401) return 'it answered 401: the input "github-token" is not valid'
  if (status === 403 || status === 404) return `it answered ${status}: give the job the permission "${permission}"`
  if (status === 422) return 'it answered 422: GitHub knows no such commit in this repository'
  return `it answered ${status}`
}
