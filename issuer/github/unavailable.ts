/** When GitHub does not answer usably: one error, and the one place that says which class a failed request is of. */
import {GraphqlResponseError} from '@octokit/graphql'
import {RequestError} from '@octokit/request-error'

/**
 * `credentials` and `permission` last until the operator mends them; the others pass by themselves. `unusable`: an
 * answer came, but not one that a fact can be made of; `lagging`: one that does not show yet what GitHub announced.
 */
export type UnavailableKind =
  'network' | 'timeout' | 'server' | 'rate-limit' | 'lagging' | 'credentials' | 'permission' | 'unusable'

interface Details {
  /** Only of a broken connection: an HTTP error's own object holds the request, which is not for logs. */
  readonly cause?: unknown
  readonly retryAfterMs?: number | undefined
}

/** The message names what was asked and never holds a token, a header or a body. */
export class GitHubUnavailable extends Error {
  override readonly name = 'GitHubUnavailable'
  readonly kind: UnavailableKind
  /** How long GitHub asks to be left alone, when it says so. */
  readonly retryAfterMs: number | undefined

  constructor(kind: UnavailableKind, message: string, details: Details = {}) {
    super(message, 'cause' in details ? {cause: details.cause} : undefined)
    this.kind = kind
    this.retryAfterMs = details.retryAfterMs
  }
}

/** An answer that came, and of which no fact can be made. */
export const unusable = (message: string): GitHubUnavailable => new GitHubUnavailable('unusable', message)

/**
 * What a failed request means. `gone` is GitHub's word that the thing is not there; whether that is a fact or a
 * permission that is missing, only the asker can tell. A fault that is none of GitHub's is thrown on: it is a bug.
 */
export function classifyFault(fault: unknown, what: string): GitHubUnavailable | 'gone' {
  if (fault instanceof GitHubUnavailable) return fault
  if (fault instanceof GraphqlResponseError) return classifyQuery(fault, what)
  if (!(fault instanceof RequestError)) throw fault
  return fault.response === undefined ? classifySilence(fault, what) : classifyRefusal(fault, what)
}

/** No answer, or one that broke off. Octokit files these under status 500 and keeps the reason as the cause. */
function classifySilence({cause}: RequestError, what: string): GitHubUnavailable {
  if (cause instanceof GitHubUnavailable) return new GitHubUnavailable(cause.kind, `${what}: ${cause.message}`)
  return nameOf(cause) === 'TimeoutError'
    ? new GitHubUnavailable('timeout', `${what}: GitHub did not answer in time`)
    : new GitHubUnavailable('network', `${what}: the connection to GitHub failed or broke off`, {cause})
}

const nameOf = (fault: unknown): unknown =>
  typeof fault === 'object' && fault !== null && 'name' in fault ? fault.name : undefined

type Headers = Readonly<Record<string, string | number | undefined>>

function classifyRefusal(fault: RequestError, what: string): GitHubUnavailable | 'gone' {
  const {status} = fault
  const headers: Headers = fault.response?.headers ?? {}
  if (isRateLimit(fault, headers)) {
    const retryAfterMs = readRetryAfter(headers) ?? usualPauseMs
    return new GitHubUnavailable('rate-limit', `${what}: GitHub's rate limit is used up`, {retryAfterMs})
  }
  // An App whose installation was removed or suspended is told 404 or 403 here: no fact about the repository.
  if (status === 401 || (status < 500 && fault.request.url.endsWith('/access_tokens'))) {
    return new GitHubUnavailable(
      'credentials',
      `${what}: GitHub refuses the issuer's credentials (${status}); check that the token or the App's key is valid ` +
        'and that the App is still installed',
    )
  }
  if (status === 403) return new GitHubUnavailable('permission', `${what}: ${missingPermission(headers)}`)
  if (status === 404 || status === 410) return 'gone'
  if (status >= 500) {
    return new GitHubUnavailable('server', `${what}: GitHub answered ${status}`, {
      retryAfterMs: readSeconds(headers),
    })
  }
  return unusable(`${what}: GitHub answered ${status}`)
}

function isRateLimit({status, message}: RequestError, headers: Headers): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  return (
    headers['retry-after'] !== undefined ||
    String(headers['x-ratelimit-remaining']) === '0' ||
    /rate limit/i.test(message)
  )
}

/** GitHub names what an App would need, as `pull_requests=read`. */
function missingPermission(headers: Headers): string {
  const accepted = headers['x-accepted-github-permissions']
  const needed = typeof accepted === 'string' && /^[a-z_=;, ]{1,200}$/.test(accepted) ? `: it needs ${accepted}` : ''
  return `the issuer's credentials lack a permission (403)${needed}`
}

/** GitHub asks for at least a minute where it names no time. */
const usualPauseMs = 60_000
const longestPauseMs = 3_600_000

/**
 * How long a rate limit asks to wait: Retry-After, else until the quota comes back where nothing of it is left. The quota
 * stands on every answer, an outage's too, and says nothing about when that ends.
 */
function readRetryAfter(headers: Headers): number | undefined {
  const isUsedUp = String(headers['x-ratelimit-remaining']) === '0'
  const untilReset = Number(headers['x-ratelimit-reset']) * 1000 - Date.parse(String(headers['date']))
  return readSeconds(headers) ?? (isUsedUp ? boundPause(untilReset) : undefined)
}

/** Milliseconds from Retry-After, in seconds. */
const readSeconds = (headers: Headers): number | undefined => boundPause(Number(headers['retry-after']) * 1000)

const boundPause = (pause: number): number | undefined =>
  Number.isFinite(pause) ? Math.min(Math.max(pause, 1000), longestPauseMs) : undefined

/** GraphQL answers 200 and puts its refusals into `errors`. */
function classifyQuery(fault: GraphqlResponseError<unknown>, what: string): GitHubUnavailable | 'gone' {
  const types = (fault.errors ?? []).map(({type}) => type)
  if (types.includes('RATE_LIMITED')) {
    const retryAfterMs = readRetryAfter(fault.headers) ?? usualPauseMs
    return new GitHubUnavailable('rate-limit', `${what}: GitHub's rate limit is used up`, {retryAfterMs})
  }
  if (types.includes('FORBIDDEN')) return new GitHubUnavailable('permission', `${what}: ${missingPermission({})}`)
  if (types.length > 0 && types.every((type) => type === 'NOT_FOUND')) return 'gone'
  return new GitHubUnavailable('server', `${what}: GitHub could not answer the query`)
}
