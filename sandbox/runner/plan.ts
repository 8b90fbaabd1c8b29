/** Plans a job as GitHub does before a runner gets it: event, commit, token, identity. All of it can be written as JSON. */

import {issueWorkflowToken} from '../accounts.ts'
import {createDeployment} from '../deployments.ts'
import {admitJob, type JobIdentity} from '../oidc.ts'
import {checkPayload} from '../payload-schemas.ts'
import type {Account, Permissions, Repository} from '../state.ts'
import {fullName, theAccount, theRepository, type World} from '../world.ts'
import {type Happened, happen, refName, type Trigger} from './events.ts'

export interface PlanJob {
  readonly repository: string
  readonly trigger: Trigger
  /** Whoever set it off. */
  readonly actor: string
  /** The job's `environment:`, when it has one. */
  readonly environment?: string
  /** The workflow's `permissions:`; `contents: read` when absent. `id_token: write` opens the OIDC door. */
  readonly permissions?: Permissions
  readonly workflow?: string
  /** The file that the workflow (or the reusable workflow that it calls) runs from, when not the default one. */
  readonly workflowRef?: string
  /** The run of another job or of an earlier attempt. */
  readonly runId?: number
  readonly runAttempt?: number
}

export interface JobPlan {
  /** What every step of the job sees, but for the files and folders that belong to the machine. */
  readonly environment: Readonly<Record<string, string>>
  readonly payload: object
  readonly token: string
  /** Where `actions/checkout` would fetch from. */
  readonly gitFolder: string
  readonly sha: string
  readonly ref: string
  readonly runId: number
}

export async function planJob(world: World, ask: PlanJob): Promise<JobPlan> {
  const repository = theRepository(world, ask.repository)
  const actor = theAccount(world, ask.actor)
  const happened = await happen(world, {repository, by: actor, trigger: ask.trigger})
  const {event} = ask.trigger
  if (event !== 'schedule') world.violations.push(...checkPayload(eventSchema(event), happened.payload))
  const identity = identify(world, ask, {repository, actor, happened})
  noteDeployment(world, identity, {repository, actor, happened})
  const {permissions} = ask
  const token = issueWorkflowToken(world, {repository: ask.repository, ...(permissions && {permissions})})
  const door = permissions?.id_token === 'write' ? admitJob(world, identity) : {}
  return {
    environment: {...describeRun(world, identity), GITHUB_JOB: 'deploy', ...door},
    payload: happened.payload,
    token,
    gitFolder: repository.git.folder,
    sha: happened.sha,
    ref: happened.ref,
    runId: identity.runId,
  }
}

/** The payload of `pull_request_target` is that of `pull_request`. */
const eventSchema = (event: Exclude<Trigger['event'], 'schedule'>): string =>
  event === 'pull_request_target' ? 'pull_request' : event

/** Before the job gets a runner, whatever its steps then do. */
function noteDeployment(world: World, {environment}: JobIdentity, {repository, actor, happened}: Facts): void {
  if (environment === undefined) return
  const {sha, ref} = happened
  createDeployment(world, {repository, sha, ref: refName(ref), environment, creator: actor})
}

interface Facts {
  readonly repository: Repository
  readonly actor: Account
  readonly happened: Happened
}

function identify(world: World, ask: PlanJob, {repository, actor, happened}: Facts): JobIdentity {
  const name = fullName(repository)
  const workflowRef = ask.workflowRef ?? `${name}/.github/workflows/deploy.yml@${happened.ref}`
  return {
    repository: name,
    repositoryId: repository.id,
    owner: repository.owner.login,
    ownerId: repository.owner.id,
    visibility: repository.private ? 'private' : 'public',
    actor: actor.login,
    actorId: actor.id,
    event: ask.trigger.event,
    ref: happened.ref,
    sha: happened.sha,
    headRef: happened.headRef,
    baseRef: happened.baseRef,
    runId: ask.runId ?? world.ids.next('run'),
    runNumber: 1,
    runAttempt: ask.runAttempt ?? 1,
    workflow: ask.workflow ?? 'Deploy',
    workflowRef,
    workflowSha: happened.sha,
    environment: ask.environment,
  }
}

const describeRun = (world: World, job: JobIdentity): Readonly<Record<string, string>> => ({
  GITHUB_ACTOR: job.actor,
  GITHUB_ACTOR_ID: String(job.actorId),
  GITHUB_API_URL: world.origin,
  GITHUB_BASE_REF: job.baseRef,
  GITHUB_EVENT_NAME: job.event,
  GITHUB_GRAPHQL_URL: `${world.origin}/graphql`,
  GITHUB_HEAD_REF: job.headRef,
  GITHUB_REF: job.ref,
  GITHUB_REF_NAME: refName(job.ref),
  GITHUB_REF_PROTECTED: 'false',
  GITHUB_REF_TYPE: job.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
  GITHUB_REPOSITORY: job.repository,
  GITHUB_REPOSITORY_ID: String(job.repositoryId),
  GITHUB_REPOSITORY_OWNER: job.owner,
  GITHUB_REPOSITORY_OWNER_ID: String(job.ownerId),
  GITHUB_RETENTION_DAYS: '90',
  GITHUB_RUN_ATTEMPT: String(job.runAttempt),
  GITHUB_RUN_ID: String(job.runId),
  GITHUB_RUN_NUMBER: String(job.runNumber),
  GITHUB_SERVER_URL: world.origin,
  GITHUB_SHA: job.sha,
  GITHUB_TRIGGERING_ACTOR: job.actor,
  GITHUB_WORKFLOW: job.workflow,
  GITHUB_WORKFLOW_REF: job.workflowRef,
  GITHUB_WORKFLOW_SHA: job.workflowSha,
})
