/** A verified webhook payload -> what the worker needs, or nothing. The payload's shape must be the event's. */
import {
  type AccountId,
  isPlainObject,
  parseAccountId,
  parseCommitSha,
  parseRepositoryId,
  parseRepositoryName,
  type RepositoryId,
  type RepositoryName,
} from '#protocol'
import {readCommand} from '../command/read-command.ts'
import type {Push} from '../model/facts.ts'
import {isOurCheck} from '../policy/risk.ts'
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
  return notice === undefined ? undefined : {notice, repositoryId: repository.id, owner: repository.owner}
}

type At = (path: string) => unknown

/** The events that an App has to be sent. */
export const eventNames = ['check_run', 'issue_comment', 'pull_request', 'push'] as const

function readNotice(event: string, at: At, repository: RepositoryOfPayload): Notice | undefined {
  switch (eventNames.find((name) => name === event)) {
    case 'check_run':
      return readCheckRun(at, repository)
    case 'issue_comment':
      return readStatement(at, repository)
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

/** Only a created comment on a pull request's conversation is a statement (formats §8). */
function readStatement(at: At, repository: RepositoryOfPayload): Notice | undefined {
  const [commentId, authorId] = [parseAccountId(at('comment.id')), parseAccountId(at('comment.user.id'))]
  const [nodeId, body, number] = [at('comment.node_id'), at('comment.body'), at('issue.number')]
  if (at('action') !== 'created' || !isPlainObject(at('issue.pull_request'))) return undefined
  if (commentId === undefined || authorId === undefined || typeof nodeId !== 'string') return undefined
  if (typeof body !== 'string' || typeof number !== 'number' || !Number.isSafeInteger(number)) return undefined
  const reading = readCommand(body)
  if (reading.kind === 'not-for-us') return undefined
  return {
    kind: 'statement',
    statement: {
      repository: {id: repository.id, name: repository.name},
      installation: parseAccountId(at('installation.id')),
      pullRequest: number,
      comment: {id: commentId, nodeId, authorId, body},
    },
    reading,
  }
}

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
  const [action, number, actor] = [at('action'), at('pull_request.number'), readActor(at, 'sender')]
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || actor === undefined) return undefined
  const pull = {
    repository: {id: repository.id, name: repository.name},
    installation: parseAccountId(at('installation.id')),
    pullRequest: number,
    actor,
  }
  // Whether it was merged is read of GitHub.
  if (action === 'closed') return {kind: 'closed', pull}
  if (!proposals.includes(action) || isOfNoPanel(at)) return undefined
  return {kind: 'proposed', pull, push: readSynchronize(at, repository)}
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
