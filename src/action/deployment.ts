/** The event and the inputs -> which commit of which repository this job deploys (formats §7, "The commit by event"). */
import {
  type CommitSha,
  type Refusal,
  type RepositoryId,
  type RepositoryName,
  type Result,
  parseCommitSha,
  parseRepositoryId,
  parseRepositoryName,
  sameRepository,
} from '#protocol'
import type {Inputs} from './inputs.ts'
import type {Job} from './job.ts'

export interface Deployment {
  readonly repository: RepositoryName
  readonly repositoryId: RepositoryId
  readonly sha: CommitSha
  readonly event: string
  /** Where to comment, when the event names the pull request of this very commit. */
  readonly pullRequest?: number | undefined
}

export type DeploymentResult = Result<Deployment, Refusal>

type Wanted = Pick<Inputs, 'environment' | 'repository' | 'sha'>

export function readDeployment(inputs: Wanted, job: Job): DeploymentResult {
  const home = readHome(job)
  const repository = inputs.repository ?? home
  if (repository === undefined) {
    const problem = 'the variables GITHUB_REPOSITORY and GITHUB_REPOSITORY_ID do not name the repository of its payload'
    return refuse({code: 'event_unsupported', event: job.event, problem})
  }
  const otherEnvironment = checkEnvironment(inputs, job)
  if (otherEnvironment !== undefined) return refuse(otherEnvironment)
  if (inputs.sha === undefined && (home === undefined || !isSame(repository, home))) {
    const problem =
      'the input "repository" names another repository than the event\'s, so the input "sha" must be given too'
    return refuse({code: 'input_invalid', problems: [problem]})
  }
  const commit = inputs.sha === undefined ? commitOfEvent(job) : {sha: inputs.sha}
  if ('problem' in commit) return refuse({code: 'event_unsupported', event: job.event, problem: commit.problem})
  const {name, id} = repository
  const {sha} = commit
  const pullRequest = home !== undefined && isSame(repository, home) ? pullRequestOf(job, sha) : undefined
  return {ok: true, value: {repository: name, repositoryId: id, sha, event: job.event, pullRequest}}
}

const refuse = (refusal: Refusal): DeploymentResult => ({ok: false, fault: refusal})

type Repository = NonNullable<Inputs['repository']>

const isSame = (a: Repository, b: Repository): boolean => a.id === b.id && sameRepository(a.name, b.name)

/** The repository that this workflow runs in. Where the payload names one too, it must have the same id. */
function readHome({repository, repositoryId, payload}: Job): Repository | undefined {
  const name = parseRepositoryName(repository)
  const id = /^[1-9][0-9]{0,15}$/.test(repositoryId) ? parseRepositoryId(Number(repositoryId)) : undefined
  if (name === undefined || id === undefined) return undefined
  const claimed = payload.ok ? member(payload.value, 'repository', 'id') : undefined
  return claimed === undefined || claimed === id ? {name, id} : undefined
}

/** A deployment names its environment itself: gate `staging`, deploy `production` must not pass. */
function checkEnvironment({environment}: Wanted, {event, payload}: Job): Refusal | undefined {
  if (event !== 'deployment' && event !== 'deployment_status') return undefined
  const named = payload.ok ? member(payload.value, 'deployment', 'environment') : undefined
  if (named === environment) return undefined
  const deploying = `${typeof named === 'string' ? named : 'one that cannot be read'} (named by the event ${event})`
  return {code: 'environment_mismatch', authorized: environment, deploying}
}

type Commit = {readonly sha: CommitSha} | {readonly problem: string}

function commitOfEvent(job: Job): Commit {
  switch (job.event) {
    case 'push':
    case 'workflow_dispatch':
    case 'schedule':
    case 'release':
      return named(job.sha, 'GITHUB_SHA')
    case 'pull_request':
      // Never GITHUB_SHA: it is a merge commit of GitHub's, which nobody reviewed.
      return fromPayload(job, 'pull_request', 'head', 'sha')
    case 'merge_group':
      return fromPayload(job, 'merge_group', 'head_sha')
    case 'deployment':
      return fromPayload(job, 'deployment', 'sha')
    case 'workflow_run':
      return commitOfWorkflowRun(job)
    default:
      return {problem: 'its commit is not the one that a job would deploy'}
  }
}

const ownTriggers: ReadonlySet<unknown> = new Set(['push', 'release', 'schedule', 'workflow_dispatch', 'merge_group'])

/** A run of a pull request built a merge that no receipt names, and a fork's run is not ours at all. */
function commitOfWorkflowRun(job: Job): Commit {
  if (!job.payload.ok) return {problem: job.payload.fault}
  const run = member(job.payload.value, 'workflow_run')
  const trigger = member(run, 'event')
  if (!ownTriggers.has(trigger)) {
    return {problem: `the run before was triggered by ${typeof trigger === 'string' ? trigger : 'nothing it names'}`}
  }
  // One that failed may have found the very fault that keeps this commit back.
  const conclusion = member(run, 'conclusion')
  if (conclusion !== 'success') {
    return {problem: `the run before ended in ${typeof conclusion === 'string' ? conclusion : 'nothing it names'}`}
  }
  const home = parseRepositoryId(Number(job.repositoryId))
  if (home === undefined || member(run, 'head_repository', 'id') !== home || member(run, 'repository', 'id') !== home) {
    return {problem: 'the run before was not of a commit of this repository'}
  }
  return fromPayload(job, 'workflow_run', 'head_sha')
}

const named = (value: unknown, where: string): Commit => {
  const sha = parseCommitSha(value)
  return sha === undefined ? {problem: `${where} is not a full commit`} : {sha}
}

const fromPayload = ({payload}: Job, ...path: readonly string[]): Commit =>
  payload.ok ? named(member(payload.value, ...path), path.join('.')) : {problem: payload.fault}

/** The pull request to comment on, if `sha` is its head: on another commit the comment would be refused. */
function pullRequestOf({payload}: Job, sha: CommitSha): number | undefined {
  if (!payload.ok || member(payload.value, 'pull_request', 'head', 'sha') !== sha) return undefined
  return parseRepositoryId(member(payload.value, 'pull_request', 'number'))
}

/** An own member below an own member; undefined where there is none. */
function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined,
    value,
  )
}
