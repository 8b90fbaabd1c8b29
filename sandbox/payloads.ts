/** The bodies of webhooks, in GitHub's form. */

import {accountOfEmail} from './emails.ts'
import {readChanges} from './git/changes.ts'
import type {CommitInfo} from './git/commits.ts'
import {readCommit, readCommits} from './git/history.ts'
import {presentOrganization, presentAccount} from './present/accounts.ts'
import {presentCheckRun, presentSuite} from './present/checks.ts'
import {presentComment, presentIssue} from './present/comments.ts'
import {presentPull} from './present/pulls.ts'
import {presentRepository, webAddress} from './present/repositories.ts'
import type {Account, CheckRun, Comment, PullRequest, Repository} from './state.ts'
import type {World} from './world.ts'

const noCommit = '0'.repeat(40)

/** What every event about a repository ends with. */
export function frame(world: World, repository: Repository, sender: Account) {
  return {
    repository: {...presentRepository(world, repository), custom_properties: {}},
    ...(repository.owner.type === 'Organization' ? {organization: presentOrganization(world, repository.owner)} : {}),
    sender: presentAccount(world, sender),
  }
}

export interface CommentEvent {
  readonly comment: Comment
  readonly action: 'created' | 'edited' | 'deleted'
  readonly by: Account
  readonly from?: string
}

export function commentPayload(world: World, event: CommentEvent) {
  const {comment, action, by, from} = event
  return {
    action,
    ...(from !== undefined && {changes: {body: {from}}}),
    issue: presentIssue(world, comment.issue),
    comment: presentComment(world, comment),
    ...frame(world, comment.issue.repository, by),
  }
}

export interface PullEvent {
  readonly pull: PullRequest
  readonly action: 'opened' | 'closed' | 'reopened' | 'converted_to_draft' | 'ready_for_review'
  readonly by: Account
}

export async function pullPayload(world: World, {pull, action, by}: PullEvent) {
  const around = frame(world, pull.repository, by)
  return {action, number: pull.number, pull_request: await forWebhook(world, pull), ...around}
}

export interface SynchronizeEvent {
  readonly pull: PullRequest
  readonly by: Account
  readonly before: string
  readonly after: string
}

export async function synchronizePayload(world: World, {pull, by, before, after}: SynchronizeEvent) {
  const around = frame(world, pull.repository, by)
  const shown = await forWebhook(world, pull)
  return {action: 'synchronize', number: pull.number, before, after, pull_request: shown, ...around}
}

export interface EditedEvent {
  readonly pull: PullRequest
  readonly by: Account
  /** What was there before. */
  readonly changes: object
}

export async function editedPayload(world: World, {pull, by, changes}: EditedEvent) {
  const around = frame(world, pull.repository, by)
  return {action: 'edited', number: pull.number, changes, pull_request: await forWebhook(world, pull), ...around}
}

/** Repositories inside a webhook carry their custom properties; inside the API's pull request they do not. */
async function forWebhook(world: World, pull: PullRequest) {
  const shown = await presentPull(world, pull)
  const withProperties = <T extends {readonly repo: object | null}>(side: T) => ({
    ...side,
    repo: side.repo && {...side.repo, custom_properties: {}},
  })
  return {...shown, head: withProperties(shown.head), base: withProperties(shown.base)}
}

export interface CheckRunEvent {
  readonly run: CheckRun
  readonly action: 'created' | 'completed'
}

export function checkRunPayload(world: World, {run, action}: CheckRunEvent) {
  const shown = {...presentCheckRun(world, run), check_suite: presentSuite(world, run)}
  return {action, check_run: shown, ...frame(world, run.repository, run.app.bot)}
}

export interface PushEvent {
  readonly repository: Repository
  readonly branch: string
  readonly before: string
  readonly after: string
  readonly by: Account
  readonly forced: boolean
}

/** A payload names at most this many commits; what was pushed beyond them is read from the API. */
const mostCommits = 20

export async function pushPayload(world: World, event: PushEvent) {
  const {repository, before, after, by, forced} = event
  const {repository: shown, sender, ...rest} = frame(world, repository, by)
  const web = webAddress(world, repository)
  const epoch = (time: string): number => Math.floor(Date.parse(time) / 1000)
  const {login, email} = repository.owner
  const owner = {...shown.owner, name: login, email: repository.owner.type === 'Organization' ? null : email}
  const created = {created_at: epoch(repository.createdAt), pushed_at: epoch(repository.pushedAt)}
  const {commits, head} = await pushedCommits(world, event)
  return {
    ref: `refs/heads/${event.branch}`,
    before,
    after,
    repository: {...shown, owner, ...created, stargazers: 0, master_branch: repository.defaultBranch},
    // The merge queue's pushes come without an address.
    pusher: {name: by.login, email: by === world.mergeQueue ? null : by.email},
    ...rest,
    sender,
    created: before === noCommit,
    deleted: after === noCommit,
    forced,
    base_ref: null,
    compare: `${web}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: head,
  }
}

async function pushedCommits(world: World, event: PushEvent) {
  const {repository, before, after} = event
  if (after === noCommit) return {commits: [], head: null}
  const tip = readCommit(repository.git, after)
  const ofNewBranch = tip ? [tip] : []
  const commits = before === noCommit ? ofNewBranch : readCommits(repository.git, {base: before, head: after})
  return {
    commits: await Promise.all(
      commits
        .slice(0, mostCommits)
        .reverse()
        .map((commit) => presentPushed(world, repository, commit)),
    ),
    head: tip ? await presentPushed(world, repository, tip) : null,
  }
}

async function presentPushed(world: World, repository: Repository, commit: CommitInfo) {
  const changes = await readChanges(repository.git, commit.parents[0], commit.sha)
  const paths = (...kinds: readonly string[]): readonly string[] =>
    changes.filter(({status}) => kinds.includes(status)).map(({path}) => path)
  const person = ({name, email}: CommitInfo['author']) => {
    const account = accountOfEmail(world, email)
    return {name, email, ...(account && {username: account.login})}
  }
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${webAddress(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths('added', 'renamed', 'copied'),
    removed: [...paths('removed'), ...changes.flatMap(({previousPath}) => previousPath ?? [])],
    modified: paths('modified', 'changed'),
  }
}
