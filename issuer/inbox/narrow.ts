/** A verified webhook payload -> what the worker needs, or nothing. The payload's shape must be the event's. */
import {
  type AccountId,
  digestOf,
  isPlainObject,
  parseAccountId,
  parseCommitSha,
  parseRepositoryId,
  parseRepositoryName,
  parseSecondsTime,
  type RepositoryId,
  type RepositoryName,
  secondsTimeToMs,
} from '#protocol'
import {readCommand} from '../command/read-command.ts'
import type {CloseNotice, PullPlace, Push} from '../model/facts.ts'
import {isOurCheck} from '../policy/risk.ts'
import {isWithdrawal} from '../model/command.ts'
import type {Notice} from '../model/inbox.ts'

export interface Narrowed {
  readonly notice: Notice
  readonly repositoryId: RepositoryId
  readonly owner: {readonly id: number; readonly login: string}
}

/**
 * The event's name stands in a header that the HMAC does not cover, so it only chooses which shape is looked for.
 * Undefined: not for us (an ordinary comment, an edit, an event that is not read).
 */
export function narrowPayload(event: string, payload: unknown): Narrowed | undefined {
  const at = (path: string): unknown => member(payload, path)
  const repository = readRepository(at)
  if (repository === undefined) return undefined
  const notice = readNotice(event, at, repository)
  if (notice === undefined) return undefined
  // An unknown visibility is private.
  const hides = at('repository.private') === false ? undefined : repository.id
  return {notice: {...notice, hides}, repositoryId: repository.id, owner: repository.owner}
}

type At = (path: string) => unknown

/** The events that an App has to be sent. */
export const eventNames = ['check_run', 'issue_comment', 'pull_request', 'push'] as const

function readNotice(event: string, at: At, repository: RepositoryOfPayload): Notice | undefined {
  switch (eventNames.find((name) => name === event)) {
    case 'check_run':
      return readCheckRun(at, repository)
    case 'issue_comment':
      return readComment(at, repository)
    case 'pull_request':
      return readPullRequest(at, repository)
    case 'push':
      return readPush(at, repository)
    case undefined:
      return undefined
  }
}

interface RepositoryOfPayload {
  readonly id: RepositoryId
  readonly name: RepositoryName
  readonly owner: {readonly id: number; readonly login: string}
}

export const namesInstallation = (payload: unknown): boolean =>
  parseAccountId(member(payload, 'installation.id')) !== undefined

function member(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.')) {
    if (!isPlainObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

function readRepository(at: At): RepositoryOfPayload | undefined {
  const id = parseRepositoryId(at('repository.id'))
  const name = parseRepositoryName(at('repository.full_name'))
  const owner = readActor(at, 'repository.owner')
  return id === undefined || name === undefined || owner === undefined ? undefined : {id, name, owner}
}

function readActor(at: At, path: string): {id: AccountId; login: string} | undefined {
  const id = parseAccountId(at(`${path}.id`))
  const login = at(`${path}.login`)
  return id === undefined || typeof login !== 'string' ? undefined : {id, login}
}

/** A comment on a pull request's conversation, by what was done to it (formats §8). */
function readComment(at: At, repository: RepositoryOfPayload): Notice | undefined {
  if (!isPlainObject(at('issue.pull_request'))) return undefined
  switch (at('action')) {
    case 'created':
      return readStatement(at, repository, {isEdit: false})
    case 'edited':
      return readEdit(at, repository)
    case 'deleted':
      return readDeletion(at, repository)
    default:
      return undefined
  }
}

function readStatement(
  at: At,
  repository: RepositoryOfPayload,
  {isEdit}: {readonly isEdit: boolean},
): Extract<Notice, {kind: 'statement'}> | undefined {
  const [commentId, author] = [parseAccountId(at('comment.id')), readActor(at, 'comment.user')]
  const [nodeId, body, type] = [at('comment.node_id'), at('comment.body'), at('comment.user.type')]
  const said = parseSecondsTime(at(isEdit ? 'comment.updated_at' : 'comment.created_at'))
  const pullRequest = readNumber(at, 'issue.number')
  if (commentId === undefined || author === undefined || typeof nodeId !== 'string') return undefined
  if (typeof body !== 'string' || typeof type !== 'string' || said === undefined || pullRequest === undefined) {
    return undefined
  }
  const reading = readCommand(body)
  if (reading.kind === 'not-for-us') return undefined
  const viaApp = isPlainObject(at('comment.performed_via_github_app'))
  return {
    kind: 'statement',
    statement: {
      ...placeOf(at, {repository, pullRequest}),
      comment: {
        id: commentId,
        nodeId,
        authorId: author.id,
        digest: digestOf(body),
        line: firstLineOf(body).slice(0, maxLine),
      },
      announced: {login: author.login, type, at: secondsTimeToMs(said), isEdit, viaApp, ...belongingOf(at, repository)},
    },
    reading,
  }
}

/** Nobody allows by an edit. It forbids when its own author made another withdrawal of the comment. */
function readEdit(at: At, repository: RepositoryOfPayload): Notice | undefined {
  const edited = readStatement(at, repository, {isEdit: true})
  const before = at('changes.body.from')
  if (edited === undefined || typeof before !== 'string' || !isWithdrawal(edited.reading)) return undefined
  const isOwn = readActor(at, 'sender')?.id === edited.statement.comment.authorId
  return isOwn && firstLineOf(before).slice(0, maxLine) !== edited.statement.comment.line ? edited : undefined
}

const maxLine = 2000

const firstLineOf = (text: string): string => /^[^\r\n]*/.exec(text)?.[0] ?? ''

/** Which comments rest on it is known where their words are kept. */
function readDeletion(at: At, repository: RepositoryOfPayload): Notice | undefined {
  const [id, authorId] = [parseAccountId(at('comment.id')), parseAccountId(at('comment.user.id'))]
  const [body, created] = [at('comment.body'), parseSecondsTime(at('comment.created_at'))]
  const [actor, pullRequest] = [readActor(at, 'sender'), readNumber(at, 'issue.number')]
  if (id === undefined || authorId === undefined || typeof body !== 'string' || created === undefined) return undefined
  if (actor === undefined || pullRequest === undefined) return undefined
  const comment = {id, authorId, digest: digestOf(body), createdAt: secondsTimeToMs(created)}
  const around = {...placeOf(at, {repository, pullRequest}), ...belongingOf(at, repository)}
  return {kind: 'deleted', deletion: {...around, actor, comment}}
}

function readNumber(at: At, path: string): number | undefined {
  const number = at(path)
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

const placeOf = (
  at: At,
  {repository: {id, name}, pullRequest}: {readonly repository: RepositoryOfPayload; readonly pullRequest: number},
): PullPlace => ({repository: {id, name}, installation: parseAccountId(at('installation.id')), pullRequest})

/** Only GitHub's plain word is public. */
const belongingOf = (at: At, {owner}: RepositoryOfPayload): {owner: RepositoryOfPayload['owner']; public: boolean} => ({
  owner,
  public: at('repository.private') === false && at('repository.visibility') === 'public',
})

function readPush(at: At, repository: RepositoryOfPayload): Notice | undefined {
  const ref = at('ref')
  const push =
    typeof ref === 'string' && ref.startsWith('refs/heads/') ? announcedPush(at, {repository, ref}) : undefined
  return push && {kind: 'push', push}
}

/** What its panel says may be another then. */
const proposals: readonly unknown[] = [
  'opened',
  'reopened',
  'synchronize',
  'edited',
  'ready_for_review',
  'converted_to_draft',
]

/** Of what can be edited, title and description are said nowhere, and may be edited as often as somebody likes. */
const isOfNoPanel = (at: At): boolean => at('action') === 'edited' && !isPlainObject(at('changes.base'))

function readPullRequest(at: At, repository: RepositoryOfPayload): Notice | undefined {
  const [action, pullRequest, actor] = [at('action'), readNumber(at, 'pull_request.number'), readActor(at, 'sender')]
  if (pullRequest === undefined || actor === undefined) return undefined
  const pull = {...placeOf(at, {repository, pullRequest}), actor}
  if (action === 'closed') return readClosed(at, {...pull, ...belongingOf(at, repository)})
  if (!proposals.includes(action) || isOfNoPanel(at)) return undefined
  return {kind: 'proposed', pull, push: readSynchronize(at, repository)}
}

/** One that is not known to be merged was closed. */
function readClosed(at: At, pull: Omit<CloseNotice, 'at'>): Notice | undefined {
  if (at('pull_request.merged') === true) return {kind: 'merged', pull}
  const closed = parseSecondsTime(at('pull_request.closed_at'))
  return closed === undefined ? undefined : {kind: 'closed', pull: {...pull, at: secondsTimeToMs(closed)}}
}

/** A push to a pull request's head branch, where only pull request events are delivered. */
function readSynchronize(at: At, repository: RepositoryOfPayload): Push | undefined {
  const ref = at('pull_request.head.ref')
  const sameRepository = at('pull_request.head.repo.id') === repository.id
  if (at('action') !== 'synchronize' || !sameRepository || typeof ref !== 'string') return undefined
  return announcedPush(at, {repository, ref: `refs/heads/${ref}`})
}

function announcedPush(
  at: At,
  {repository, ref}: {readonly repository: RepositoryOfPayload; readonly ref: string},
): Push | undefined {
  const [before, after, actor] = [at('before'), at('after'), readActor(at, 'sender')]
  if (typeof before !== 'string' || typeof after !== 'string' || actor === undefined) return undefined
  return {repositoryId: repository.id, ref, before, after, actor}
}

/** Whether it was green or red, and whether it was asked for, is looked at where the panels are known. */
function readCheckRun(at: At, {id, name}: RepositoryOfPayload): Notice | undefined {
  const [commit, check] = [parseCommitSha(at('check_run.head_sha')), at('check_run.name')]
  if (at('action') !== 'completed' || at('check_run.status') !== 'completed') return undefined
  // What we write about a decision follows from it, and the panel does too: no loop.
  if (commit === undefined || typeof check !== 'string' || isOurCheck(check)) return undefined
  return {
    kind: 'checked',
    checked: {repository: {id, name}, installation: parseAccountId(at('installation.id')), commit, check},
  }
}
