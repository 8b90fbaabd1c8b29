/** GitHub's OIDC tokens -> the job that shows one (formats §6, "OIDC"). Verified whole before anything in them is read. */
import {type JWTPayload, type JWTVerifyGetKey, errors, jwtVerify} from 'jose'
import {type RepositoryId, type RepositoryName, parseCommitSha, parseRepositoryId, parseRepositoryName} from '#protocol'
import type {Run} from '../../model/state.ts'
import type {Job} from '../../model/caller.ts'

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
