/** Actions on branches: pushes with any author and any history, and what GitHub makes of them. */

import type {Signature} from './git/commits.ts'
import {readCommit} from './git/history.ts'
import type {Files} from './git/trees.ts'
import {nodeId} from './identifiers.ts'
import {pullPayload, pushPayload, synchronizePayload} from './payloads.ts'
import {leaveBase} from './pull-bases.ts'
import {closePull, keepPull, mergePushed, openPullsFrom, pullsBroughtBy} from './pull-closing.ts'
import {type SignedCommit, writeCommitsAs} from './signatures.ts'
import type {Account, Activity, ActivityType, PullRequest, Repository} from './state.ts'
import {theAccount, theRepository, type World} from './world.ts'

export const noCommit = '0'.repeat(40)

export interface CommitSpec {
  readonly files?: Files
  readonly message?: string
  /** Free text; the pusher when absent. The date is the world's when absent. */
  readonly author?: Partial<Signature>
  readonly committer?: Partial<Signature>
  /** Further parents, as a merge made by hand has them. */
  readonly mergeParents?: readonly string[]
  /** Made through the API with a token: GitHub commits and signs it, whatever its author line says. */
  readonly signedByGitHub?: boolean
  /** By a key that GitHub does not know, or by one that a person has registered there. */
  readonly signed?: 'other' | 'registered'
}

export interface Push extends CommitSpec {
  readonly repository: string
  readonly branch: string
  /** Whoever runs git; a bot's login (`github-actions[bot]`) for a workflow's `GITHUB_TOKEN` or an App's token. */
  readonly pusher: string
  /** Pushed with a deploy key: GitHub names the account that added the key, whoever holds it. */
  readonly deployKeyOf?: string
  /** Several commits in one push, oldest first, instead of the one described above. */
  readonly commits?: readonly CommitSpec[]
  /** Point the branch at a commit that exists instead of writing one. */
  readonly sha?: string
  /** What the first commit builds on; `[]` for a root. The branch's tip when absent, or for a new branch the default one's. */
  readonly parents?: readonly string[]
  /** Needed when the tip is lost. With `force` and no `parents` the new commit replaces the tip, as an amended one does. */
  readonly force?: boolean
}

export async function push(world: World, ask: Push): Promise<string> {
  const repository = theRepository(world, ask.repository)
  const pusher = theAccount(world, ask.pusher)
  const tip = repository.git.branch(ask.branch)
  const after = ask.sha ?? (await writeAside(world, ask, {repository, pusher, tip}))
  if (tip !== undefined && ask.force !== true && !repository.git.isAncestor(tip, after))
    throw new Error(`The push to ${ask.branch} is not a fast-forward; give force: true to lose ${tip}`)
  const by = ask.deployKeyOf === undefined ? pusher : theAccount(world, ask.deployKeyOf)
  await moveBranch(world, {repository, branch: ask.branch, before: tip, after, by})
  return after
}

interface Site {
  readonly repository: Repository
  readonly pusher: Account
  readonly tip: string | undefined
}

/** New commits stand under no ref until the push is known to be allowed. */
async function writeAside(world: World, ask: Push, site: Site): Promise<string> {
  const {repository, pusher, tip} = site
  const parents = ask.parents ?? parentsFor(repository, tip, ask.force === true)
  return writeCommits(world, {repository, pusher, branch: undefined, parents, commits: ask.commits ?? [ask]})
}

function parentsFor(repository: Repository, tip: string | undefined, replace: boolean): readonly string[] {
  if (tip !== undefined) return replace ? (readCommit(repository.git, tip)?.parents.slice(0, 1) ?? []) : [tip]
  const start = repository.git.branch(repository.defaultBranch)
  return start === undefined ? [] : [start]
}

export interface Writing {
  readonly repository: Repository
  readonly pusher: Account
  /** Undefined writes the commits without moving a branch. */
  readonly branch: string | undefined
  readonly parents: readonly string[]
  readonly commits: readonly CommitSpec[]
}

export async function writeCommits(world: World, writing: Writing): Promise<string> {
  const {repository, pusher, parents, branch} = writing
  const ref = branch === undefined ? undefined : `refs/heads/${branch}`
  const date = world.clock.stamp()
  const commits = writing.commits.map((spec, index): SignedCommit => {
    const self = {name: pusher.login, email: pusher.email, date}
    const byGitHub = spec.signedByGitHub === true
    const committer = byGitHub ? {name: 'GitHub', email: world.webFlow.email, date} : self
    return {
      ref,
      parents: [...(index === 0 ? parents : [`:${index}`]), ...(spec.mergeParents ?? [])],
      message: spec.message ?? 'Change',
      author: {...self, ...spec.author},
      committer: {...committer, ...spec.committer},
      files: spec.files ?? {},
      signer: byGitHub ? 'github' : spec.signed,
    }
  })
  const last = (await writeCommitsAs(world, repository.git, commits)).at(-1)
  if (last === undefined) throw new Error('push: `commits` is empty')
  return last
}

export interface Move {
  readonly repository: Repository
  readonly branch: string
  readonly before: string | undefined
  readonly after: string
  readonly by: Account
  readonly type?: ActivityType
}

/** From here the push is visible: ref, activity, pull requests, then the webhooks in GitHub's order. */
export async function moveBranch(world: World, move: Move): Promise<void> {
  const {repository, branch, after, by} = move
  const forced = move.before !== undefined && !repository.git.isAncestor(move.before, after)
  const before = move.before ?? noCommit
  await repository.git.pointRef(`refs/heads/${branch}`, after)
  const usual = move.before === undefined ? 'branch_creation' : forced ? 'force_push' : 'push'
  record(world, repository, {type: move.type ?? usual, branch, before, after, actor: by})
  const moved = openPullsFrom(world, repository, branch)
  for (const pull of moved) await followHead(world, pull, after)
  // By a button only the pull request whose button it is; never tried on github.com with two of one head.
  const isPush = move.before !== undefined && move.type === undefined
  const merged = !isPush ? [] : pullsBroughtBy(repository, {branch, before: move.before, after})
  for (const pull of merged) mergePushed(world, pull, {before, after, by})
  world.hooks.emit({
    event: 'push',
    repository,
    payload: () => pushPayload(world, {repository, branch, before, after, by, forced}),
  })
  for (const pull of moved) {
    world.hooks.emit({
      event: 'pull_request',
      repository: pull.repository,
      payload: () => synchronizePayload(world, {pull, by, before, after}),
    })
  }
  for (const pull of merged) {
    world.hooks.emit({
      event: 'pull_request',
      repository,
      payload: () => pullPayload(world, {pull, action: 'closed', by}),
    })
  }
}

async function followHead(world: World, pull: PullRequest, sha: string): Promise<void> {
  keepPull(world, pull)
  pull.head.sha = sha
  pull.updatedAt = world.clock.stamp()
  pull.base.sha = pull.repository.git.branch(pull.base.branch) ?? pull.base.sha
  await pull.repository.git.pointRef(`refs/pull/${pull.number}/head`, sha)
}

export interface DeleteBranch {
  readonly repository: string
  readonly branch: string
  readonly by: string
}

export function deleteBranch(world: World, ask: DeleteBranch): Promise<void> {
  const repository = theRepository(world, ask.repository)
  return removeBranch(world, {repository, branch: ask.branch, by: theAccount(world, ask.by)})
}

export interface Removal {
  readonly repository: Repository
  readonly branch: string
  readonly by: Account
}

export async function removeBranch(world: World, {repository, branch, by}: Removal): Promise<void> {
  const before = repository.git.branch(branch)
  if (before === undefined) throw new Error(`${repository.name} has no branch ${branch}`)
  await repository.git.deleteRef(`refs/heads/${branch}`)
  record(world, repository, {type: 'branch_deletion', branch, before, after: noCommit, actor: by})
  const ends = {repository, branch, before, after: noCommit, by, forced: false}
  world.hooks.emit({event: 'push', repository, payload: () => pushPayload(world, ends)})
  // A pull request does not outlive its head branch.
  for (const pull of openPullsFrom(world, repository, branch)) closePull(world, pull, by)
  leaveBase(world, repository, {branch, by})
}

interface Recorded {
  readonly type: ActivityType
  readonly branch: string
  readonly before: string
  readonly after: string
  readonly actor: Account
}

function record(world: World, repository: Repository, {branch, ...rest}: Recorded): void {
  const id = world.ids.next('activity')
  const timestamp = world.clock.stamp()
  repository.pushedAt = timestamp
  const entry: Activity = {
    id,
    nodeId: nodeId('PSH', repository.id, id),
    ref: `refs/heads/${branch}`,
    timestamp,
    ...rest,
  }
  repository.activity.push(entry)
  world.lag.keep(entry)
}

export interface DropActivity {
  readonly repository: string
  readonly branch: string
}

/** GitHub's list forgets: afterwards nobody can tell who pushed to the branch. */
export function dropActivity(world: World, ask: DropActivity): void {
  const {activity} = theRepository(world, ask.repository)
  const kept = activity.filter(({ref}) => ref !== `refs/heads/${ask.branch}`)
  activity.splice(0, activity.length, ...kept)
}
