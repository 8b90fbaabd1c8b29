/** What a scope becomes by what allows, and by the end of it: an ALLOW, an approval that waits, a use, a revocation. */
import {
  type CommitSha,
  type DecisionId,
  type Receipt,
  type ReceiptId,
  type Revocation,
  secondsTimeToMs,
} from '#protocol'
import type {AuthorizedCommit, LiveReceipt, Said, ScopeState, WaitingApproval, Work} from '../model/state.ts'
import type {AuthorizedBase, RangeFacts, Statement} from '../model/facts.ts'
import type {DecisionRecord} from '../model/record.ts'
import type {Case, EnvironmentPolicy} from '../model/ruling.ts'
import {keepWork, workOf} from './meet.ts'

const keptCommits = 50

interface Allowing extends Pick<DecisionRecord, 'public'> {
  readonly receipt: Receipt
  readonly range: Pick<RangeFacts, 'base' | 'since'>
  readonly work: Work
  /** The statement that made it. */
  readonly by: Said
}

/** The scope after an ALLOW: receipts whose life is over at `now` (milliseconds) are dropped, the new one stands last. */
export function foldScope(state: ScopeState, allowing: Allowing, now: number): ScopeState {
  const {receipt, public: isPublic, range, work, by} = allowing
  const {id, scope, authorizedBy, approvals, expiresAt} = receipt
  const alive = state.receipts.filter((one) => now < one.expiresAt && one.id !== id)
  const minted = {
    ...keepWork(work),
    id,
    sha: scope.sha,
    authorizedBy,
    by,
    since: Math.min(...approvals.map(({at}) => secondsTimeToMs(at))),
    comments: approvals.map(({statement}) => statement.id),
    approvers: approvals.map((approval) => approval.id),
    public: isPublic,
    expiresAt: secondsTimeToMs(expiresAt),
  }
  const authorized: AuthorizedCommit = {
    sha: scope.sha,
    receipt: id,
    pullRequest: minted.pullRequest,
    flags: receipt.flags,
    expiresAt: minted.expiresAt,
    used: false,
  }
  return {
    ...state,
    receipts: [...alive, minted],
    authorized: [...state.authorized.filter(({receipt: kept}) => kept !== id), authorized].slice(-keptCommits),
    ground: state.ground ?? (range.base === 'ground' ? range.since : undefined),
    waiting: dropWaiting(state.waiting, minted.pullRequest).filter(({sha}) => sha !== scope.sha),
  }
}

const keptWords = 20
const keptLine = 200

interface Waited {
  readonly said: Statement
  readonly decision: DecisionId
  readonly case: Case
  /** Milliseconds. */
  readonly now: number
}

/** With this approval. They end when an open pull request's head moves, when their time is over, and when the same person says it again. */
export function foldWaiting(state: ScopeState, {said, decision, case: asked, now}: Waited): ScopeState {
  const {change, environment, standing, request} = asked
  const waiting: WaitingApproval = {
    statement: {...said, comment: {...said.comment, line: said.comment.line.slice(0, keptLine)}},
    decision,
    sha: change.commit.sha,
    work: keepWork(workOf(change)),
    binding: request.sha === undefined ? 'head' : 'commit',
    until: standing.createdAt + environment.collect,
    login: standing.author.login,
    public: change.repository.public,
  }
  const {state: stands} = change.pullRequest
  const others = state.waiting.filter(({statement, sha, until}) => {
    const isAgain = sha === waiting.sha && statement.comment.authorId === said.comment.authorId
    const hasMoved = stands === 'open' && statement.pullRequest === said.pullRequest && sha !== waiting.sha
    return now < until && !isAgain && !hasMoved
  })
  return {...state, waiting: [...others, waiting].slice(-keptWords)}
}

/** Without those of a pull request whose commit was authorized. */
const dropWaiting = (waiting: ScopeState['waiting'], pullRequest: number): readonly WaitingApproval[] =>
  waiting.filter(({statement}) => statement.pullRequest !== pullRequest)

export interface Ended {
  readonly receipt: LiveReceipt
  readonly revocation: Revocation
}

/** Without receipts that were revoked at `now` (milliseconds): what they let out is no measure for what comes next, unless a run used it. */
export function foldRevoked(state: ScopeState, ended: readonly Ended[], now: number): ScopeState {
  const ids = ended.map(({receipt}) => receipt.id)
  const receipts = state.receipts.filter(({id}) => !ids.includes(id))
  const before = state.revoked.filter(({expiresAt}) => now < expiresAt)
  const added = ended.map(({receipt: {sha, expiresAt}, revocation}) => ({sha, expiresAt, revocation}))
  // What a run used went out, revoked or not.
  const authorized = state.authorized.filter(({receipt, used}) => used || !ids.includes(receipt))
  return {...state, receipts, authorized, revoked: [...before, ...added]}
}

/** The revocations that outweigh receipts of this commit which would otherwise still be taken at `now` (milliseconds). */
export const revocationsOf = (state: ScopeState, sha: CommitSha, now: number): readonly Revocation[] =>
  state.revoked.filter((one) => one.sha === sha && now < one.expiresAt).map(({revocation}) => revocation)

/** A run used the receipt. */
export const foldUsed = (state: ScopeState, id: ReceiptId): ScopeState => ({
  ...state,
  authorized: state.authorized.map((one) => (one.receipt === id ? {...one, used: true} : one)),
  areUsesTold: true,
})

/**
 * What a range at `now` (milliseconds) may be counted from, newest first. What ran out untold let nothing out where jobs
 * tell; what was somebody's own work was seen by nobody else.
 */
export function basesOf(
  {authorized, areUsesTold}: ScopeState,
  {independence, now}: {readonly independence: EnvironmentPolicy['independence']; readonly now: number},
): readonly AuthorizedBase[] {
  const counts = ({flags, used, expiresAt}: AuthorizedCommit): boolean =>
    (used || now < expiresAt || !areUsesTold) &&
    !flags.includes('emergency') &&
    (independence === 'none' || !flags.includes('self'))
  return authorized
    .filter(counts)
    .map(({sha, pullRequest, flags}) => ({sha, pullRequest, isOwnWork: flags.includes('self')}))
    .toReversed()
}
