/**
 * GitHub's OIDC tokens -> the job that shows one (formats §6, "OIDC"). Verified whole before anything in them is read, with
 * keys that are fetched from the provider and kept, bounded in time and size.
 */
import {type JWTPayload, type JWTVerifyGetKey, createRemoteJWKSet, customFetch, errors, jwtVerify} from 'jose'
import {type RepositoryId, type RepositoryName, parseCommitSha, parseRepositoryId, parseRepositoryName} from '#protocol'
import {GitHubUnavailable} from '../../github/unavailable.ts'
import type {Job} from '../../model/caller.ts'
import type {Run} from '../../model/state.ts'

export interface JobTokens {
  /** Undefined for a token that does not hold. Throws GitHubUnavailable when that cannot be told. */
  verify(token: string): Promise<Job | undefined>
}

export interface JobTokenTerms {
  /** The `iss` that is taken, exactly. */
  readonly issuer: string
  /** The `aud` that is taken, exactly and alone: this issuer's public URL. */
  readonly audience: string
  /** GitHub's web address, for the pages of runs. */
  readonly webUrl: string
  readonly keys: JWTVerifyGetKey
  /** Milliseconds. */
  readonly now: () => number
}

const toleranceSeconds = 60
/** GitHub's tokens live for five minutes. */
const maxAgeSeconds = 600

export const createJobTokens = (terms: JobTokenTerms): JobTokens => ({
  verify: async (token) => {
    const claims = await verifyClaims(token, terms)
    return claims && parseJob(claims, terms)
  },
})

async function verifyClaims(
  token: string,
  {issuer, audience, keys, now}: JobTokenTerms,
): Promise<JWTPayload | undefined> {
  try {
    const {payload} = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      typ: 'JWT',
      issuer,
      audience,
      requiredClaims: ['exp', 'nbf', 'jti'],
      maxTokenAge: maxAgeSeconds,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(now()),
    })
    return payload
  } catch (fault) {
    if (fault instanceof errors.JOSEError) return undefined
    throw fault
  }
}

/** Each claim in its one spelling. `sub` is never read: its form changes. */
function parseJob(claims: JWTPayload, {audience, webUrl}: JobTokenTerms): Job | undefined {
  const [id, until] = [parseTokenId(claims.jti), Number(claims.exp) + toleranceSeconds]
  const repositoryId = parseDecimalId(claims['repository_id'])
  const repository = parseRepositoryName(claims['repository'])
  const sha = parseCommitSha(claims['sha'])
  if (claims.aud !== audience || id === undefined || !isTakenEvent(claims['event_name'])) return undefined
  if (repositoryId === undefined || repository === undefined || sha === undefined) return undefined
  const run = parseRun(claims, `${webUrl}/${repository}`)
  const {environment} = claims
  if (run === undefined || (environment !== undefined && typeof environment !== 'string')) return undefined
  const workflowBranch = findWorkflowBranch(claims, repository)
  return {
    kind: 'job',
    repositoryId,
    repository,
    sha,
    run,
    environment,
    workflowBranch,
    token: {id, until: until * 1000},
  }
}

const parseTokenId = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined

/** In these, what runs or what it runs on was proposed by whoever opened the pull request. */
const refusedEvents = new Set(['pull_request', 'pull_request_target'])

const isTakenEvent = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z_]{1,64}$/.test(value) && !refusedEvents.has(value)

const parseDecimalId = (value: unknown): RepositoryId | undefined =>
  isDecimal(value, 16) ? parseRepositoryId(Number(value)) : undefined

/** Plain decimal text without a zero in front; GitHub writes no numbers into these claims. */
const isDecimal = (value: unknown, maxDigits: number): value is string =>
  typeof value === 'string' && value.length <= maxDigits && /^[1-9][0-9]*$/.test(value)

function parseRun({run_id: id, run_attempt: attempt}: JWTPayload, repositoryUrl: string): Run | undefined {
  if (!isDecimal(id, 20) || !isDecimal(attempt, 9)) return undefined
  return {id, attempt: Number(attempt), url: `${repositoryUrl}/actions/runs/${id}/attempts/${attempt}`}
}

/** `workflow_ref` is the file that was started, `job_workflow_ref` the one that the job stands in (threats A45). */
function findWorkflowBranch(claims: JWTPayload, repository: RepositoryName): string | undefined {
  const started = branchOf(claims['workflow_ref'], repository)
  return started === branchOf(claims['job_workflow_ref'], repository) ? started : undefined
}

/**
 * `owner/name/.github/workflows/file.yml@refs/heads/branch`. The file's name holds no `@`, so the first one divides:
 * by the last, a branch named `x@refs/heads/main` would pass for `main`.
 */
function branchOf(value: unknown, repository: RepositoryName): string | undefined {
  const files = `${repository}/.github/workflows/`
  if (typeof value !== 'string' || !value.startsWith(files)) return undefined
  return /^[^@/]+\.ya?ml@refs\/heads\/(.+)$/.exec(value.slice(files.length))?.[1]
}

/** For the headers and the body together. */
const timeLimitMs = 5000
/** GitHub's set has some ten keys, about 20 KiB with their certificates. */
const maxBytes = 256 * 1024
const keepForMs = 10 * 60_000
/** A token may name a key that is newer than the set: it is fetched again, but strangers' tokens must not make it a habit. */
const refreshAfterMs = 60_000

/** Where every OIDC issuer of GitHub has its keys; a configured address needs no discovery to be led elsewhere by. */
const keysUrl = (issuer: string): URL => new URL(`${issuer}/.well-known/jwks`)

/** Throws GitHubUnavailable while the provider gives no usable set, and jose's own errors for a token without a key. */
export function openOidcKeys(issuer: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(keysUrl(issuer), {
    timeoutDuration: timeLimitMs,
    cacheMaxAge: keepForMs,
    cooldownDuration: refreshAfterMs,
    [customFetch]: fetchBounded,
  })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (fault) {
      if (isTokensFault(fault)) throw fault
      throw new GitHubUnavailable('network', "the OIDC provider's keys cannot be fetched", {cause: fault})
    }
  }
}

/** No key for it, several, or an algorithm that no key has: what the token itself names. */
const isTokensFault = (fault: unknown): boolean =>
  fault instanceof errors.JWKSNoMatchingKey ||
  fault instanceof errors.JWKSMultipleMatchingKeys ||
  fault instanceof errors.JOSENotSupported

/** A redirect is no answer: keys come from the issuer's own address or not at all. jose sets method, headers and signal. */
async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, {...options, redirect: 'error'})
  const chunks: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = answer.body
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new RangeError(`the provider answered more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return new Response(new Uint8Array(Buffer.concat(chunks)), {status: answer.status})
}
