/** What set a workflow run off, and what GitHub makes of it: the commit, the ref, and the event's own payload. */

import {createDeployment} from '../deployments.ts'
import {readCommit} from '../git/history.ts'
import {type Account, type PullRequest, type Repository} from '../state.ts'
import {tryMerge} from '../pull-requests.ts'
import {theComment, thePull, type World} from '../world.ts'
import {commentPayload, pullPayload, pushPayload} from '../payloads.ts'
import {
  deploymentPayload,
  dispatchPayload,
  mergeGroupPayload,
  releasePayload,
  schedulePayload,
  workflowRunPayload,
} from './payloads.ts'

export type Trigger =
  | {readonly event: 'push'; readonly branch: string; readonly sha?: string}
  | {readonly event: 'pull_request' | 'pull_request_target'; readonly pullRequest: number}
  | {readonly event: 'merge_group'; readonly pullRequest: number}
  | {readonly event: 'workflow_dispatch'; readonly branch: string; readonly inputs?: Readonly<Record<string, string>>}
  | {readonly event: 'schedule'}
  | {readonly event: 'release'; readonly tag: string; readonly sha: string}
  | {readonly event: 'deployment'; readonly environment: string; readonly ref: string}
  | {
      readonly event: 'workflow_run'
      /** The event of the run that came first. */
      readonly after: string
      readonly headBranch: string
      readonly headSha: string
      /** Full name; this repository when absent. */
      readonly headRepository?: string
      /** How it ended; `success` when absent. */
      readonly conclusion?: 'success' | 'failure' | 'cancelled'
    }
  | {readonly event: 'issue_comment'; readonly comment: number}

export interface Happened {
  readonly sha: string
  readonly ref: string
  readonly headRef: string
  readonly baseRef: string
  readonly payload: object
}

export interface Occasion {
  readonly repository: Repository
  readonly by: Account
  readonly trigger: Trigger
}

export async function happen(world: World, occasion: Occasion): Promise<Happened> {
  const {repository, by, trigger} = occasion
  const site = {repository, by}
  switch (trigger.event) {
    case 'push':
      return pushed(world, site, {branch: trigger.branch, sha: trigger.sha})
    case 'pull_request':
      return onMerge(world, site, thePull(world, nameOf(repository), trigger.pullRequest))
    case 'pull_request_target':
      return onBase(world, site, thePull(world, nameOf(repository), trigger.pullRequest))
    case 'merge_group':
      return queued(world, site, thePull(world, nameOf(repository), trigger.pullRequest))
    case 'workflow_dispatch': {
      const {branch, inputs} = trigger
      return onBranch(world, {repository, branch}, dispatchPayload(world, {...site, branch, inputs: inputs ?? null}))
    }
    case 'schedule':
      return onBranch(world, {repository, branch: repository.defaultBranch}, schedulePayload(world, site))
    case 'release': {
      const {tag, sha} = trigger
      await repository.git.pointRef(`refs/tags/${tag}`, sha)
      return happened(sha, `refs/tags/${tag}`, releasePayload(world, {...site, tag}))
    }
    case 'deployment': {
      const sha = await tip(repository, trigger.ref)
      const {environment, ref} = trigger
      const deployment = createDeployment(world, {repository, sha, ref, environment, creator: by})
      return happened(sha, ref.length === 40 ? '' : `refs/heads/${ref}`, deploymentPayload(world, deployment))
    }
    case 'workflow_run':
      return onBranch(
        world,
        {repository, branch: repository.defaultBranch},
        workflowRunPayload(world, {...site, ...trigger}),
      )
    case 'issue_comment': {
      const payload = commentPayload(world, {comment: theComment(world, trigger.comment), action: 'created', by})
      return onBranch(world, {repository, branch: repository.defaultBranch}, payload)
    }
    default:
      return trigger satisfies never
  }
}

interface Site {
  readonly repository: Repository
  readonly by: Account
}

const nameOf = (repository: Repository): string => `${repository.owner.login}/${repository.name}`

const happened = (sha: string, ref: string, payload: object): Happened => ({
  sha,
  ref,
  headRef: '',
  baseRef: '',
  payload,
})

async function tip(repository: Repository, name: string): Promise<string> {
  const sha = await repository.git.resolve(name)
  if (sha === undefined) throw new Error(`${nameOf(repository)} has no ${name}; push it first`)
  return sha
}

interface OnBranch {
  readonly repository: Repository
  readonly branch: string
}

async function onBranch(_world: World, {repository, branch}: OnBranch, payload: object): Promise<Happened> {
  return happened(await tip(repository, branch), `refs/heads/${branch}`, payload)
}

async function pushed(world: World, site: Site, at: {readonly branch: string; readonly sha: string | undefined}) {
  const {repository, by} = site
  const after = at.sha ?? (await tip(repository, at.branch))
  const before = readCommit(repository.git, after)?.parents[0] ?? '0'.repeat(40)
  const payload = await pushPayload(world, {repository, branch: at.branch, before, after, by, forced: false})
  return happened(after, `refs/heads/${at.branch}`, payload)
}

/** On `pull_request` the commit is the test merge, which no receipt names. */
async function onMerge(world: World, {by}: Site, pull: PullRequest): Promise<Happened> {
  const sha = await tryMerge(world, pull)
  if (sha === null) throw new Error(`Pull request ${pull.number} conflicts; GitHub starts no workflow for it`)
  const payload = await pullPayload(world, {pull, action: 'opened', by})
  const ref = `refs/pull/${pull.number}/merge`
  return {sha, ref, headRef: pull.head.branch, baseRef: pull.base.branch, payload}
}

async function onBase(world: World, {by}: Site, pull: PullRequest): Promise<Happened> {
  const payload = await pullPayload(world, {pull, action: 'opened', by})
  const {branch} = pull.base
  const sha = await tip(pull.repository, branch)
  return {sha, ref: `refs/heads/${branch}`, headRef: pull.head.branch, baseRef: branch, payload}
}

/** The queue's own branch: a merge of base and head, made anew for each entry. */
async function queued(world: World, {repository, by}: Site, pull: PullRequest): Promise<Happened> {
  const merge = await tryMerge(world, pull)
  const base = await tip(repository, pull.base.branch)
  if (merge === null) throw new Error(`Pull request ${pull.number} conflicts; the queue does not take it`)
  const ref = `refs/heads/gh-readonly-queue/${pull.base.branch}/pr-${pull.number}-${base}`
  await repository.git.pointRef(ref, merge)
  const commit = readCommit(repository.git, merge)
  if (!commit) throw new Error(`The queue's commit ${merge} is gone`)
  const payload = mergeGroupPayload(world, {repository, by, ref, base: {branch: pull.base.branch, sha: base}, commit})
  return happened(merge, ref, payload)
}

export const refName = (ref: string): string => ref.replace(/^refs\/(heads|tags|pull)\//, '')
