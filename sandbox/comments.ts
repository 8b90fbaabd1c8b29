/** Actions on conversations: comments as people, Apps and mail programs write them, and what may happen to them later. */

import {printTime} from './clock.ts'
import {nodeId} from './identifiers.ts'
import {commentPayload} from './payloads.ts'
import type {Account, App, Comment, Issue, PullRequest, ReactionContent, Repository} from './state.ts'
import {theAccount, theApp, theComment, theRepository, type World} from './world.ts'

export interface AddComment {
  readonly repository: string
  /** The number of a pull request or an issue. */
  readonly pullRequest: number
  readonly by: string
  readonly body: string
  /** Written by this App in the person's name. */
  readonly viaApp?: string
  /** Sent as an answer to a notification mail. */
  readonly viaEmail?: boolean
}

export interface AddedComment {
  readonly id: number
  readonly nodeId: string
  readonly createdAt: string
}

export function comment(world: World, ask: AddComment): AddedComment {
  const issue = findConversation(world, ask.repository, ask.pullRequest)
  if (!issue) throw new Error(`${ask.repository} has no pull request or issue ${ask.pullRequest}`)
  const viaApp = ask.viaApp === undefined ? undefined : theApp(world, ask.viaApp)
  const author = theAccount(world, ask.by)
  const {
    id,
    nodeId: node,
    createdAt,
  } = writeComment(world, issue, {author, body: ask.body, viaApp, viaEmail: ask.viaEmail})
  return {id, nodeId: node, createdAt}
}

export function findConversation(world: World, repository: string, number: number): Issue | PullRequest | undefined {
  const {pulls, issues} = theRepository(world, repository)
  return [...pulls, ...issues].find((candidate) => candidate.number === number)
}

export interface Writing {
  readonly author: Account
  readonly body: string
  readonly viaApp: App | undefined
  readonly viaEmail?: boolean | undefined
}

export function writeComment(world: World, issue: Issue | PullRequest, writing: Writing): Comment {
  const id = world.ids.next('comment')
  const now = world.clock.stamp()
  const written: Comment = {
    ...writing,
    id,
    nodeId: nodeId('IC', issue.repository.id, id),
    issue,
    viaEmail: writing.viaEmail ?? false,
    createdAt: now,
    reactions: [],
    // GitHub's own work on a new comment shows in some of them as a change that nobody made.
    updatedAt: id % 3 === 0 ? printTime(new Date(Date.parse(now) + 1000)) : now,
    lastEditedAt: null,
    editor: null,
  }
  world.comments.set(id, written)
  world.lag.keep(written)
  issue.updatedAt = now
  announce(world, written, {action: 'created', by: writing.author})
  return written
}

export interface EditComment {
  readonly id: number
  readonly body: string
  /** Whoever may edit: the author, or another person with write access. The author when absent. */
  readonly by?: string
}

export function editComment(world: World, ask: EditComment): void {
  const edited = theComment(world, ask.id)
  rewriteComment(world, edited, {body: ask.body, by: ask.by === undefined ? edited.author : theAccount(world, ask.by)})
}

export function rewriteComment(
  world: World,
  edited: Comment,
  change: {readonly body: string; readonly by: Account},
): void {
  const from = edited.body
  world.lag.keep(edited, {...edited})
  edited.body = change.body
  edited.updatedAt = edited.lastEditedAt = world.clock.stamp()
  edited.editor = change.by
  announce(world, edited, {action: 'edited', by: change.by, from})
}

export function deleteComment(world: World, ask: {readonly id: number; readonly by?: string}): void {
  const deleted = theComment(world, ask.id)
  dropComment(world, deleted, ask.by === undefined ? deleted.author : theAccount(world, ask.by))
}

export function dropComment(world: World, deleted: Comment, by: Account): void {
  world.comments.delete(deleted.id)
  world.lag.keep(deleted, {...deleted})
  world.deletedComments.push(deleted)
  announce(world, deleted, {action: 'deleted', by})
}

export interface TransferIssue {
  readonly repository: string
  readonly number: number
  readonly to: string
}

/** The issue goes to another repository under a new number, and takes its comments along: their ids stay theirs. */
export function transferIssue(world: World, ask: TransferIssue): {readonly number: number} {
  const from = theRepository(world, ask.repository)
  const target = theRepository(world, ask.to)
  const issue = from.issues.find(({number}) => number === ask.number)
  if (!issue) throw new Error(`${ask.repository} has no issue ${ask.number}: a pull request cannot be transferred`)
  const moved: Issue = {...issue, repository: target, number: target.nextNumber++, updatedAt: world.clock.stamp()}
  from.issues.splice(from.issues.indexOf(issue), 1)
  target.issues.push(moved)
  for (const written of commentsOf(world, issue)) world.comments.set(written.id, {...written, issue: moved})
  return {number: moved.number}
}

const commentsOf = (world: World, issue: Issue): readonly Comment[] =>
  [...world.comments.values()].filter((candidate) => candidate.issue === issue)

/** What a read shows: of those that are there, and of those that were there a moment ago. */
export function seenComments(world: World, repository: Repository): readonly Comment[] {
  const gone = world.deletedComments.filter((comment) => world.lag.seen(comment) !== comment)
  return world.lag.seenOf([...world.comments.values(), ...gone]).filter(({issue}) => issue.repository === repository)
}

export function react(world: World, target: Comment, ask: {readonly user: Account; readonly content: ReactionContent}) {
  const {user, content} = ask
  const there = target.reactions.find((reaction) => reaction.user === user && reaction.content === content)
  if (there) return {reaction: there, isNew: false}
  const id = world.ids.next('reaction')
  const reaction = {id, nodeId: nodeId('REA', id), user, content, createdAt: world.clock.stamp()}
  target.reactions.push(reaction)
  return {reaction, isNew: true}
}

interface Announcement {
  readonly action: 'created' | 'edited' | 'deleted'
  readonly by: Account
  readonly from?: string
}

function announce(world: World, subject: Comment, announcement: Announcement): void {
  const {repository} = subject.issue
  // The payload is what the comment was at this moment, whatever happens to it before the delivery is sent.
  const payload = commentPayload(world, {comment: subject, ...announcement})
  world.hooks.emit({event: 'issue_comment', repository, payload: () => payload})
}
