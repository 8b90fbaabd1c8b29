/** The OIDC provider of Actions: discovery, keys, and the door at which a job asks for its token. */

import {randomUUID} from 'node:crypto'

import {Hono} from 'hono'
import {exportJWK, SignJWT} from 'jose'

import {keyId, oidcKeys} from './keys.ts'
import type {Env} from './rest/answers.ts'
import type {World} from './world.ts'

/** What a job's identity says of it. */
export interface JobIdentity {
  readonly repository: string
  readonly repositoryId: number
  readonly owner: string
  readonly ownerId: number
  readonly visibility: 'public' | 'private'
  readonly actor: string
  readonly actorId: number
  readonly event: string
  readonly ref: string
  readonly sha: string
  readonly headRef: string
  readonly baseRef: string
  readonly runId: number
  readonly runNumber: number
  readonly runAttempt: number
  readonly workflow: string
  /** `octo-org/api/.github/workflows/deploy.yml@refs/heads/main` */
  readonly workflowRef: string
  readonly workflowSha: string
  /** Only in jobs with `environment:`. */
  readonly environment?: string | undefined
}

export const oidcPath = '/_services/token'
const requestPath = '/_services/oidc-request'

/** Jobs that may ask, by the bearer token that their environment holds. */
const jobs = new WeakMap<World, Map<string, JobIdentity>>()

const jobsOf = (world: World): Map<string, JobIdentity> => {
  const known = jobs.get(world) ?? new Map<string, JobIdentity>()
  jobs.set(world, known)
  return known
}

export const oidcIssuer = (world: World): string => `${world.origin}${oidcPath}`

/** What a runner puts into a job's environment when the workflow has `id-token: write`. */
export function admitJob(world: World, identity: JobIdentity) {
  const token = `job-${randomUUID()}`
  jobsOf(world).set(token, identity)
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${world.origin}${requestPath}?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  }
}

export function oidcRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.get(`${oidcPath}/.well-known/openid-configuration`, (c) =>
    c.json({
      issuer: oidcIssuer(world),
      jwks_uri: `${oidcIssuer(world)}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    }),
  )
  app.get(`${oidcPath}/.well-known/jwks`, async (c) => {
    const {publicKey} = await oidcKeys()
    return c.json({keys: [{...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: keyId(publicKey)}]})
  })
  app.get(requestPath, async (c) => {
    const [, token = ''] = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const identity = jobsOf(world).get(token)
    if (!identity) return c.json({message: 'Unauthorized'}, 401)
    const audience = c.req.query('audience') ?? `${world.origin}/${identity.owner}`
    return c.json({count: 1, value: await mintIdToken(world, {identity, audience})})
  })
  return app
}

/** Five minutes, as a runner's are; whole seconds of the world's clock. */
const lifeSeconds = 300

export interface IdTokenAsk {
  readonly identity: JobIdentity
  readonly audience: string
}

export async function mintIdToken(world: World, {identity, audience}: IdTokenAsk): Promise<string> {
  const {privateKey, publicKey} = await oidcKeys()
  const now = Math.floor(world.clock.now().getTime() / 1000)
  return new SignJWT(claimsOf(identity))
    .setProtectedHeader({alg: 'RS256', typ: 'JWT', kid: keyId(publicKey)})
    .setJti(randomUUID())
    .setIssuer(oidcIssuer(world))
    .setAudience(audience)
    .setIssuedAt(now)
    .setNotBefore(now - lifeSeconds)
    .setExpirationTime(now + lifeSeconds)
    .sign(privateKey)
}

/** Numbers are strings in these claims. The subject names owner and repository with their ids. */
function claimsOf(job: JobIdentity): Readonly<Record<string, string>> {
  const [, name = ''] = job.repository.split('/')
  const scope = job.environment === undefined ? `ref:${job.ref}` : `environment:${job.environment}`
  return {
    sub: `repo:${job.owner}@${job.ownerId}/${name}@${job.repositoryId}:${job.event === 'pull_request' && job.environment === undefined ? 'pull_request' : scope}`,
    ref: job.ref,
    ref_type: 'branch',
    ref_protected: 'false',
    sha: job.sha,
    repository: job.repository,
    repository_id: String(job.repositoryId),
    repository_owner: job.owner,
    repository_owner_id: String(job.ownerId),
    repository_visibility: job.visibility,
    actor: job.actor,
    actor_id: String(job.actorId),
    event_name: job.event,
    head_ref: job.headRef,
    base_ref: job.baseRef,
    run_id: String(job.runId),
    run_number: String(job.runNumber),
    run_attempt: String(job.runAttempt),
    runner_environment: 'github-hosted',
    workflow: job.workflow,
    workflow_ref: job.workflowRef,
    workflow_sha: job.workflowSha,
    job_workflow_ref: job.workflowRef,
    job_workflow_sha: job.workflowSha,
    ...(job.environment !== undefined && {environment: job.environment}),
  }
}
