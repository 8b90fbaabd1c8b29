/** What each actor has done in the last minute and hour, by this machine's clock: GitHub's secondary limits stand on it. */

export interface Request {
  /** A read is one point, a write five; a query is one. */
  readonly points: number
  /** Writes that make something for people to see. */
  readonly isContent: boolean
}

interface Spent extends Request {
  readonly at: number
}

const [minute, hour] = [60_000, 3_600_000]

export class Spending {
  /** Off where a test asks for more in a minute than GitHub lets anybody. */
  isEnforced = true
  readonly #spent = new Map<string, Spent[]>()

  /** Seconds to wait, where this request is one too many; else it is counted. */
  take(who: string, request: Request, now = Date.now()): number | undefined {
    const all = (this.#spent.get(who) ?? []).filter(({at}) => now - at < hour)
    this.#spent.set(who, all)
    const wait = this.isEnforced ? waitFor(all, request, now) : undefined
    if (wait === undefined) all.push({...request, at: now})
    return wait
  }
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api, "About secondary rate limits". */
function waitFor(all: readonly Spent[], request: Request, now: number): number | undefined {
  const lately = all.filter(({at}) => now - at < minute)
  const content = all.filter(({isContent}) => isContent)
  const first = (crowd: readonly Spent[]): number => crowd[0]?.at ?? now
  const points = lately.reduce((sum, one) => sum + one.points, 0)
  if (points + request.points > 900) return Math.ceil((first(lately) + minute - now) / 1000)
  if (!request.isContent) return undefined
  const latelyContent = content.filter(({at}) => now - at < minute)
  if (latelyContent.length >= 80) return Math.ceil((first(latelyContent) + minute - now) / 1000)
  return content.length >= 500 ? Math.ceil((first(content) + hour - now) / 1000) : undefined
}
