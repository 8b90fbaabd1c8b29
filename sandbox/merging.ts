/** Merging a pull request: by the three buttons, and through the merge queue. */

import {keepPull} from './pull-closing.ts'
import {announce, openPull, type PullAction} from './pull-requests.ts'
import {deleteBranch, moveBranch, removeBranch} from './pushes.ts'
import {rebaseCommits} from './rebasing.ts'
import {writeOnWeb} from './signatures.ts'
import {squashMessage} from './squash-message.ts'
import type {Account, PullRequest} from './state.ts'
import {fullName, theAccount, type World} from './world.ts'

export type MergeMethod = 'merge' | 'squash' | 'rebase'

export interface MergePullRequest extends PullAction {
  readonly method?: MergeMethod
  /** The head branch goes afterwards, by the same person. */
  readonly deleteBranch?: boolean
}

export interface Merged {
  readonly sha: string
}

export async function mergePullRequest(world: World, ask: MergePullRequest): Promise<Merged> {
  const pull = readyPull(world, ask)
  const by = theAccount(world, ask.by)
  const before = baseOf(pull)
  const sha = await writeMerge(world, pull, {before, by, method: ask.method ?? 'merge'})
  close(world, pull, {before, by, sha})
  await moveBase(world, pull, {before, sha, by, type: 'pr_merge'})
  announce(world, pull, {action: 'closed', by})
  const {repository, branch} = pull.head
  if (ask.deleteBranch === true) await deleteBranch(world, {repository: fullName(repository), branch, by: ask.by})
  return {sha}
}

export interface MergeThroughQueue extends PullAction {
  readonly method?: MergeMethod
}

/**
 * The queue makes the commit on a branch of its own, and moves the base to it when the checks are green. All that is
 * told names the queue's bot: `sender`, `pusher` (without an address) and `merged_by`; `by`, who put the pull request
 * in the queue, stands at most in the commit. Never tried on github.com: who is the author of its merge commits, and
 * that the activity lists the queue's branch.
 */
export async function mergeThroughQueue(world: World, ask: MergeThroughQueue): Promise<Merged> {
  const pull = readyPull(world, ask)
  const {repository} = pull
  const before = baseOf(pull)
  const by = theAccount(world, ask.by)
  const sha = await writeMerge(world, pull, {before, by, method: ask.method ?? 'merge'})
  const bot = world.mergeQueue
  const branch = `gh-readonly-queue/${pull.base.branch}/pr-${pull.number}-${before}`
  await moveBranch(world, {repository, branch, before: undefined, after: sha, by: bot})
  close(world, pull, {before, by: bot, sha})
  await moveBase(world, pull, {before, sha, by: bot, type: 'merge_queue_merge'})
  announce(world, pull, {action: 'closed', by: bot})
  await removeBranch(world, {repository, branch, by: bot})
  return {sha}
}

function readyPull(world: World, ask: PullAction): PullRequest {
  const pull = openPull(world, ask)
  if (pull.draft) throw new Error(`Pull request ${ask.pullRequest} is a draft`)
  return pull
}

function baseOf({repository, base, number}: PullRequest): string {
  const sha = repository.git.branch(base.branch)
  if (sha === undefined) throw new Error(`The base branch ${base.branch} of pull request ${number} is gone`)
  return sha
}

interface Closing {
  readonly before: string
  readonly by: Account
  readonly sha: string
}

function close(world: World, pull: PullRequest, {before, by, sha}: Closing): void {
  const at = world.clock.stamp()
  keepPull(world, pull)
  pull.base.sha = before
  pull.state = 'closed'
  pull.closedAt = pull.updatedAt = at
  pull.merged = {at, by, sha}
}

function moveBase(world: World, pull: PullRequest, move: Closing & {readonly type: 'pr_merge' | 'merge_queue_merge'}) {
  const {before, sha: after, by, type} = move
  return moveBranch(world, {repository: pull.repository, branch: pull.base.branch, before, after, by, type})
}

interface Merge {
  readonly before: string
  readonly by: Account
  readonly method: MergeMethod
}

async function writeMerge(world: World, pull: PullRequest, merge: Merge): Promise<string> {
  const {before, by, method} = merge
  if (method === 'rebase') return await writeRebase(world, pull, merge)
  const {git} = pull.repository
  const tree = await git.mergeTree(before, pull.head.sha)
  if (tree === undefined) throw new Error(`Pull request ${pull.number} does not merge cleanly`)
  const squash = method === 'squash'
  const who = squash ? pull.author : by
  const {repository, branch, sha} = pull.head
  const title = `Merge pull request #${pull.number} from ${repository.owner.login}/${branch}\n\n${pull.title}`
  return await writeOnWeb(world, git, {
    parents: squash ? [before] : [before, sha],
    message: squash ? squashMessage(world, pull, before) : title,
    author: {name: who.login, email: who.email, date: world.clock.stamp()},
    tree,
    files: {},
  })
}

async function writeRebase(world: World, pull: PullRequest, {before, by}: Merge): Promise<string> {
  const sha = await rebaseCommits(world, pull, {onto: before, by})
  if (sha === undefined) throw new Error(`Pull request ${pull.number} does not rebase cleanly`)
  if (sha === before) throw new Error(`Pull request ${pull.number} has nothing to rebase`)
  return sha
}
