/** What a scope becomes: after an ALLOW, an approval that waits, a denial, a revocation, or a statement that lifts a denial. */
import {
  type CommitSha,
  type DecisionId,
  type Receipt,
  type ReceiptId,
  type Revocation,
  secondsTimeToMs,
} from '#protocol'
import type {AuthorizedCommit, Denial, LiveReceipt, ScopeState, VoidBefore, WaitingApproval} from '../model/state.ts'
import type {AuthorizedBase, RangeFacts, Statement} from '../model/facts.ts'
import type {DecisionRecord} from '../model/record.ts'
import type {Case, EnvironmentPolicy} from '../model/ruling.ts'

const keptCommits = 50

interface Allowing extends Pick<DecisionRecord, 'public'> {
  readonly receipt: Receipt
  readonly range: Pick<RangeFacts, 'base' | 'since'>
}

/** The scope after an ALLOW: receipts whose life is over at `now` (milliseconds) are dropped, the new one stands last. */
export function foldScope(state: ScopeState, {receipt, public: isPublic, range}: Allowing, now: number): ScopeState {
  const {id, scope, authorizedBy, approvals, expiresAt} = receipt
  const alive = state.receipts.filter((one) => now < one.expiresAt && one.id !== id)
  const minted = {
    id,
    sha: scope.sha,
    pullRequest: scope.pullRequest ?? 0,
    authorizedBy,
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
    statement: said,
    decision,
    sha: change.commit.sha,
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

/** No policy lets a statement count for longer (docs/policy.md), so an older mark makes nothing void any more. */
const longestLifeMs = 24 * 3_600_000

/** Earlier statements of the pull request are void, and approvals that wait there are dropped. */
export function foldVoid(state: ScopeState, mark: VoidBefore): ScopeState {
  const others = state.voids.filter(
    ({pullRequest, at}) => pullRequest !== mark.pullRequest && mark.at < at + longestLifeMs,
  )
  const before = state.voids.find(({pullRequest}) => pullRequest === mark.pullRequest)
  const latest = before !== undefined && isBefore(mark, before) ? before : mark
  return {...state, voids: [...others, latest], waiting: dropWaiting(state.waiting, mark.pullRequest)}
}

/** One denial a person and pull request. */
export function foldDenial(state: ScopeState, denial: Denial): ScopeState {
  const others = state.denials.filter(
    ({pullRequest, by}) => pullRequest !== denial.pullRequest || by.id !== denial.by.id,
  )
  return {...state, denials: [...others, denial]}
}

/** Without denials of a pull request that are over; `lifted` are the ids of those who denied. */
export function foldLifted(
  state: ScopeState,
  {pullRequest: number, lifted}: {readonly pullRequest: number; readonly lifted: readonly number[]},
): ScopeState {
  const denials = state.denials.filter(({pullRequest, by}) => pullRequest !== number || !lifted.includes(by.id))
  return {...state, denials}
}

type Said = Pick<VoidBefore, 'at' | 'commentId'>

/** By GitHub's time of the comment, then by its id. */
export const isBefore = (one: Said, other: Said): boolean =>
  one.at < other.at || (one.at === other.at && one.commentId < other.commentId)

/** Whether something that was said later has made this statement void. */
export const isVoid = (state: ScopeState, {pullRequest, ...said}: VoidBefore): boolean =>
  state.voids.some((mark) => mark.pullRequest === pullRequest && isBefore(said, mark))

/** The receipts of a pull request that still let something out at `now` (milliseconds). */
export const liveReceipts = (state: ScopeState, pullRequest: number, now: number): readonly LiveReceipt[] =>
  state.receipts.filter((receipt) => receipt.pullRequest === pullRequest && now < receipt.expiresAt)
