/** Comments, commits, pull requests and accounts as nodes of GitHub's GraphQL schema: what a query may ask of them. */
import {accountOfEmail} from '../emails.ts'
import {presentAccount} from '../present/accounts.ts'
import {webAddress} from '../present/repositories.ts'
import {readCommit} from '../git/history.ts'
import type {CommitInfo, Signature} from '../git/commits.ts'
import {gitNodeId} from '../identifiers.ts'
import {pullsOfCommit} from '../associations.ts'
import type {Account, Comment, PullRequest, Repository} from '../state.ts'
import {fullName, type World} from '../world.ts'

export function commentNode(world: World, comment: Comment) {
  const {repository, number} = comment.issue
  return {
    __typename: 'IssueComment',
    id: comment.nodeId,
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => actorNode(world, comment.author),
    editor: () => comment.editor && actorNode(world, comment.editor),
    body: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    lastEditedAt: comment.lastEditedAt,
    createdViaEmail: comment.viaEmail,
    includesCreatedEdit: comment.lastEditedAt !== null,
    url: `${webAddress(world, repository)}/pull/${number}#issuecomment-${comment.id}`,
  }
}

/** An interface of the schema: `login` and `url` are everybody's, `databaseId` is asked by type. */
function actorNode(world: World, account: Account) {
  const {html_url: url, avatar_url: avatarUrl} = presentAccount(world, account)
  // Bots go by their bare name here, and with `[bot]` behind it in REST.
  const login = account.type === 'Bot' ? account.login.replace(/\[bot\]$/, '') : account.login
  return {__typename: account.type, id: account.nodeId, databaseId: account.id, login, url, avatarUrl}
}

export function repositoryNode(world: World, repository: Repository) {
  return {
    __typename: 'Repository',
    id: repository.nodeId,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    isPrivate: repository.private,
    owner: () => actorNode(world, repository.owner),
    object: ({oid}: {readonly oid?: string}) => {
      const commit = oid === undefined ? undefined : readCommit(repository.git, oid)
      return commit ? commitNode(world, repository, commit) : null
    },
    pullRequest: ({number}: {readonly number: number}) => {
      const pull = world.lag.seenOf(repository.pulls).find((one) => one.number === number)
      return pull ? pullNode(world, pull) : null
    },
  }
}

function commitNode(world: World, repository: Repository, commit: CommitInfo): object {
  return {
    __typename: 'Commit',
    id: gitNodeId('C', repository.id, commit.sha),
    oid: commit.sha,
    abbreviatedOid: commit.sha.slice(0, 7),
    message: commit.message,
    messageHeadline: commit.message.split('\n')[0],
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    author: () => gitActorNode(world, commit.author),
    committer: () => gitActorNode(world, commit.committer),
    parents: (page: Page) =>
      connection(
        commit.parents.map((sha) => ({__typename: 'Commit', oid: sha})),
        page,
      ),
    associatedPullRequests: (page: Page) =>
      connection(
        pullsOfCommit(world, repository, commit.sha).map((pull) => pullNode(world, pull)),
        page,
      ),
  }
}

/** What a commit says of itself; `user` is whose address it is, whoever wrote it there. */
function gitActorNode(world: World, stamp: Signature) {
  const account = accountOfEmail(world, stamp.email)
  return {
    name: stamp.name,
    email: stamp.email,
    date: stamp.date,
    user: account?.type === 'User' ? actorNode(world, account) : null,
  }
}

function pullNode(world: World, pull: PullRequest): object {
  const {repository, head, base, merged} = pull
  return {
    __typename: 'PullRequest',
    id: pull.nodeId,
    databaseId: pull.id,
    fullDatabaseId: String(pull.id),
    number: pull.number,
    title: pull.title,
    url: `${webAddress(world, repository)}/pull/${pull.number}`,
    state: merged ? 'MERGED' : pull.state === 'open' ? 'OPEN' : 'CLOSED',
    isDraft: pull.draft,
    createdAt: pull.createdAt,
    closedAt: pull.closedAt,
    merged: merged !== undefined,
    mergedAt: merged?.at ?? null,
    mergedBy: () => (merged ? actorNode(world, merged.by) : null),
    mergeCommit: merged ? {__typename: 'Commit', oid: merged.sha} : null,
    author: () => actorNode(world, pull.author),
    headRefName: head.branch,
    headRefOid: head.sha,
    headRepository: () => repositoryNode(world, head.repository),
    isCrossRepository: head.repository !== repository,
    baseRefName: base.branch,
    baseRefOid: base.sha,
    baseRepository: () => repositoryNode(world, repository),
    repository: () => repositoryNode(world, repository),
  }
}

interface Page {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
}

const cursorOf = (index: number): string => Buffer.from(`cursor:v2:${index + 1}`).toString('base64')

function connection(all: readonly object[], {first, last, after}: Page) {
  const start = after == null ? 0 : all.findIndex((_, index) => cursorOf(index) === after) + 1
  const from = first == null && last != null ? Math.max(all.length - last, 0) : start
  const nodes = all.slice(from, from + (first ?? last ?? 0))
  const end = from + nodes.length
  return {
    nodes,
    edges: nodes.map((node, index) => ({node, cursor: cursorOf(from + index)})),
    totalCount: all.length,
    pageInfo: {
      hasNextPage: end < all.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length > 0 ? cursorOf(from) : null,
      endCursor: nodes.length > 0 ? cursorOf(end - 1) : null,
    },
  }
}
