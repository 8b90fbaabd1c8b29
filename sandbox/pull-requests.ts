/** Actions on pull requests and issues: opening, closing, retargeting, and the merge that GitHub tries meanwhile. */

import {nodeId} from './identifiers.ts'
import {editedPayload, type PullEvent, pullPayload} from './payloads.ts'
import {changeBase} from './pull-bases.ts'
import {closePull, keepPull} from './pull-closing.ts'
import type {Account, Issue, PullRequest, Repository} from './state.ts'
import {theAccount, thePull, theRepository, type World} from './world.ts'

export interface OpenPullRequest {
  /** The base repository. */
  readonly repository: string
  readonly head: string
  /** The default branch when absent. */
  readonly base?: string
  readonly author: string
  /** Where the head branch lives, for a pull request from a fork. */
  readonly headRepository?: string
  readonly title?: string
  readonly body?: string
}

export interface OpenedPullRequest {
  readonly number: number
  readonly id: number
  readonly nodeId: string
  readonly headSha: string
}

export async function openPullRequest(world: World, ask: OpenPullRequest): Promise<OpenedPullRequest> {
  const repository = theRepository(world, ask.repository)
  const from = ask.headRepository === undefined ? repository : theRepository(world, ask.headRepository)
  const branch = ask.base ?? repository.defaultBranch
  const [sha, baseSha] = [from.git.branch(ask.head), repository.git.branch(branch)]
  if (sha === undefined) throw new Error(`There is no head branch ${ask.head}; push it first`)
  if (baseSha === undefined) throw new Error(`There is no base branch ${branch}; push it first`)
  const id = world.ids.next('pullRequest')
  const pull: PullRequest = {
    ...newIssue(world, {repository, author: theAccount(world, ask.author), title: ask.title, body: ask.body}),
    id,
    nodeId: nodeId('PR', repository.id, id),
    head: {repository: from, branch: ask.head, label: `${from.owner.login}:${ask.head}`, sha},
    base: {branch, sha: baseSha},
    draft: false,
    merged: undefined,
    testMerge: undefined,
  }
  repository.pulls.push(pull)
  world.lag.keep(pull)
  await repository.git.pointRef(`refs/pull/${pull.number}/head`, sha)
  announce(world, pull, {action: 'opened', by: pull.author})
  return {number: pull.number, id, nodeId: pull.nodeId, headSha: sha}
}

interface NewIssue {
  readonly repository: Repository
  readonly author: Account
  readonly title: string | undefined
  readonly body: string | undefined
}

function newIssue(world: World, ask: NewIssue): Issue {
  const {repository, author, title = 'A change', body = null} = ask
  const number = repository.nextNumber++
  const now = world.clock.stamp()
  const id = world.ids.next('issue')
  return {
    id,
    nodeId: nodeId('I', repository.id, id),
    number,
    author,
    repository,
    title,
    body,
    createdAt: now,
    state: 'open',
    updatedAt: now,
    closedAt: null,
  }
}

export interface OpenIssue {
  readonly repository: string
  readonly author: string
  readonly title?: string
  readonly body?: string
}

/** An issue that is no pull request: comments on it look alike, and authorize nothing. */
export function openIssue(world: World, ask: OpenIssue): {readonly number: number; readonly id: number} {
  const repository = theRepository(world, ask.repository)
  const issue = newIssue(world, {repository, author: theAccount(world, ask.author), title: ask.title, body: ask.body})
  repository.issues.push(issue)
  return {number: issue.number, id: issue.id}
}

export interface PullAction {
  readonly repository: string
  readonly pullRequest: number
  readonly by: string
}

export function closePullRequest(world: World, ask: PullAction): void {
  closePull(world, openPull(world, ask), theAccount(world, ask.by))
}

export function reopenPullRequest(world: World, ask: PullAction): void {
  const pull = thePull(world, ask.repository, ask.pullRequest)
  if (pull.state === 'open' || pull.merged) throw new Error(`Pull request ${ask.pullRequest} is not closed unmerged`)
  keepPull(world, pull)
  pull.state = 'open'
  pull.closedAt = null
  pull.updatedAt = world.clock.stamp()
  announce(world, pull, {action: 'reopened', by: theAccount(world, ask.by)})
}

export function retargetPullRequest(world: World, ask: PullAction & {readonly base: string}): Promise<void> {
  changeBase(world, openPull(world, ask), {branch: ask.base, by: theAccount(world, ask.by)})
  return Promise.resolve()
}

export function retitlePullRequest(world: World, ask: PullAction & {readonly title: string}): void {
  const pull = thePull(world, ask.repository, ask.pullRequest)
  const changes = {title: {from: pull.title}}
  keepPull(world, pull)
  pull.title = ask.title
  pull.updatedAt = world.clock.stamp()
  const by = theAccount(world, ask.by)
  const {repository} = pull
  world.hooks.emit({event: 'pull_request', repository, payload: () => editedPayload(world, {pull, by, changes})})
}

/** Made a draft, or ready for review. */
export function setDraft(world: World, ask: PullAction & {readonly draft: boolean}): void {
  const pull = openPull(world, ask)
  keepPull(world, pull)
  pull.draft = ask.draft
  pull.updatedAt = world.clock.stamp()
  announce(world, pull, {action: ask.draft ? 'converted_to_draft' : 'ready_for_review', by: theAccount(world, ask.by)})
}

const trying = new WeakMap<PullRequest, Promise<unknown>>()

/** `merge_commit_sha` while open: a commit that stands on no branch, tried again whenever either side moved. */
export async function tryMerge(world: World, pull: PullRequest): Promise<string | null> {
  // One after the other: two who ask at once would both make the ref.
  const before = trying.get(pull) ?? Promise.resolve()
  const merging = before.catch(() => undefined).then(() => mergeNow(world, pull))
  trying.set(pull, merging)
  return await merging
}

async function mergeNow(world: World, pull: PullRequest): Promise<string | null> {
  const {repository, head} = pull
  const base = repository.git.branch(pull.base.branch)
  if (base === undefined) return null
  if (pull.testMerge?.base === base && pull.testMerge.head === head.sha) return pull.testMerge.sha
  const tree = await repository.git.mergeTree(base, head.sha)
  const date = world.clock.stamp()
  const author = {name: pull.author.login, email: pull.author.email, date}
  const ref = `refs/pull/${pull.number}/merge`
  const message = `Merge ${head.sha} into ${base}`
  const committer = {name: 'GitHub', email: world.webFlow.email, date}
  const merge =
    tree === undefined ? [] : [{ref, parents: [base, head.sha], message, author, committer, tree, files: {}}]
  const sha = merge.length === 0 ? null : ((await repository.git.write(merge))[0] ?? null)
  pull.testMerge = {base, head: head.sha, sha}
  return sha
}

export function openPull(world: World, ask: PullAction): PullRequest {
  const pull = thePull(world, ask.repository, ask.pullRequest)
  if (pull.state !== 'open') throw new Error(`Pull request ${ask.pullRequest} is closed`)
  return pull
}

export function announce(world: World, pull: PullRequest, {action, by}: Omit<PullEvent, 'pull'>): void {
  const {repository} = pull
  world.hooks.emit({event: 'pull_request', repository, payload: () => pullPayload(world, {pull, action, by})})
}
