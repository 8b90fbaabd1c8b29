/**
 * The second way in for an issuer with a plain token, to which GitHub lists no deliveries: withdrawals among the comments of
 * repositories where anything lives. One counts that was never edited, or last edited by its own author.
 */
import type {RepositoryId} from '#protocol'
import {readCommand} from '../command/read-command.ts'
import type {CommentSource, CommentsSince, FetchedComment} from '../github/comments-since.ts'
import {isWithdrawal} from '../model/command.ts'
import type {Inbox} from '../model/inbox.ts'
import type {Scopes} from '../model/lookups.ts'
import type {Looks} from '../model/looks.ts'
import type {Store} from '../model/store.ts'
import {type NoticeTools, readDelivery} from './receive.ts'

export interface SaidTools extends NoticeTools {
  readonly comments: CommentSource
  readonly inbox: Pick<Inbox, 'put' | 'repositories'>
  readonly looks: Looks
  readonly scopes: Scopes
  readonly store: Store
}

/** Milliseconds. GitHub's lists lag behind. */
const overlap = 5 * 60_000
const farthest = 3 * 24 * 3_600_000

/** May run again without harm. Throws when there is more to fetch. */
export async function fetchSaid(tools: SaidTools): Promise<void> {
  for (const repositoryId of await tools.inbox.repositories()) {
    if (await hasLife(repositoryId, tools)) await fetchFrom(repositoryId, tools)
  }
}

async function hasLife(repositoryId: RepositoryId, {scopes, store, now}: SaidTools): Promise<boolean> {
  for (const environment of await scopes.environments(repositoryId)) {
    const {state} = await store.read({repositoryId, environment})
    if (state.waiting.length > 0 || state.receipts.some(({expiresAt}) => now() < expiresAt)) return true
  }
  return false
}

async function fetchFrom(repositoryId: RepositoryId, tools: SaidTools): Promise<void> {
  const list = `comments/${repositoryId}`
  const last = await tools.looks.last(list)
  const since = last === undefined ? tools.now() - farthest : last.at - overlap
  const {comments, at, repository} = await tools.comments.fetchSince(repositoryId, since)
  for (const comment of comments) {
    if (isWithdrawal(readCommand(comment.body))) await take(comment, repository, tools)
  }
  await tools.looks.keep(list, {at})
}

async function take(comment: FetchedComment, repository: CommentsSince['repository'], tools: SaidTools): Promise<void> {
  const edit = await tools.comments.fetchEdit(comment.nodeId)
  if (edit !== undefined && edit.editor !== comment.author?.id) return
  // With a slash, so that no X-GitHub-Delivery takes its place.
  const id = `comment/${comment.id}/${edit?.at ?? comment.createdAt}`
  const delivery = readDelivery({id, event: 'issue_comment', payload: payloadOf({comment, repository, edit})}, tools)
  if (typeof delivery !== 'string') await tools.inbox.put(delivery)
}

interface Taking {
  readonly comment: FetchedComment
  readonly repository: CommentsSince['repository']
  readonly edit: Awaited<ReturnType<CommentSource['fetchEdit']>>
}

/** What a webhook would have said, so that it is read in the same way. What stood there before an edit is not known. */
const payloadOf = ({comment, repository, edit}: Taking): object => ({
  action: edit === undefined ? 'created' : 'edited',
  ...(edit && {changes: {body: {from: ''}}}),
  repository,
  issue: {number: comment.pullRequest, pull_request: {}},
  sender: comment.author,
  comment: {
    id: comment.id,
    node_id: comment.nodeId,
    user: comment.author,
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: edit?.at,
    performed_via_github_app: comment.viaApp ? {} : null,
  },
})
