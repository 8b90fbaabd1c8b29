/** What a scope has become, a fold of its records: receipts that live, approvals that wait, denials that stand. */
import type {Binding, CommitSha, DecisionId, Environment, Flag, ReceiptId, RepositoryId, Revocation} from '#protocol'
import type {Statement} from './facts.ts'

export interface ScopeKey {
  readonly repositoryId: RepositoryId
  readonly environment: Environment
}

/** A fold of the records of one (repository, environment): what may forbid, so it is read consistently. */
export interface ScopeState {
  /** The receipts that count and were alive when the last of them was minted, newest last. A revoked one is not here. */
  readonly receipts: readonly LiveReceipt[]
  /** What was authorized, oldest first, the newest fifty: what a range is counted from. One revoked unused is not here. */
  readonly authorized: readonly AuthorizedCommit[]
  /** What lay beneath the first authorized pull request: taken as it is, and never removed. */
  readonly ground?: CommitSha | undefined
  /** Whether jobs tell here what they use, so that what ran out untold let nothing out. */
  readonly areUsesTold: boolean
  /** Approvals that wait for more people, oldest first. */
  readonly waiting: readonly WaitingApproval[]
  /** Revocations of receipts whose life is not over yet, oldest first: whatever shows the newest shows these. */
  readonly revoked: readonly EndedReceipt[]
  /** Denials that stand, at most one a person and pull request. */
  readonly denials: readonly Denial[]
  /** Of each pull request where something was denied or revoked: the last statement that did so. */
  readonly voids: readonly VoidBefore[]
}

/** Of a scope in which nothing was decided yet. */
export const emptyState: ScopeState = {
  receipts: [],
  authorized: [],
  areUsesTold: false,
  waiting: [],
  revoked: [],
  denials: [],
  voids: [],
}

/** An approval that was one of too few: where to read it again, and for which commit it was. */
export interface WaitingApproval {
  readonly statement: Statement
  /** The escalation that it became. */
  readonly decision: DecisionId
  readonly sha: CommitSha
  readonly binding: Binding
  /** When it counts no more; milliseconds. */
  readonly until: number
  /** Whose it is, for show. */
  readonly login: string
  /** Whether its repository was public when it was given. */
  readonly public: boolean
}

export interface AuthorizedCommit {
  readonly sha: CommitSha
  readonly receipt: ReceiptId
  /** Where it was said. */
  readonly pullRequest: number
  readonly flags: readonly Flag[]
  /** Milliseconds. */
  readonly expiresAt: number
  /** A run redeemed the receipt, or told that it began to deploy. */
  readonly used: boolean
}

export interface LiveReceipt {
  readonly id: ReceiptId
  readonly sha: CommitSha
  readonly pullRequest: number
  readonly authorizedBy: string
  /** The ids of the accounts whose approvals it carries. */
  readonly approvers: readonly number[]
  /** Milliseconds. */
  readonly expiresAt: number
  /** Whether its repository was public when it was minted. */
  readonly public: boolean
  /** The one run that used it. */
  readonly redeemed?: Redeemed | undefined
}

export interface EndedReceipt extends Pick<LiveReceipt, 'sha' | 'expiresAt'> {
  readonly revocation: Revocation
}

export interface Redeemed {
  readonly run: Run
  /** Milliseconds. */
  readonly at: number
}

/** A workflow run as its OIDC token names it. */
export interface Run {
  /** GitHub's id of the run, in decimal. */
  readonly id: string
  readonly attempt: number
  readonly url: string
}

/** A DENY stands for its pull request, whatever is pushed next (formats §8, "Order and time"). */
export interface Denial {
  readonly pullRequest: number
  readonly by: {readonly id: number; readonly login: string}
  readonly commentId: number
  /** When it was said; milliseconds. */
  readonly at: number
  /** Whether its repository was public then. */
  readonly public: boolean
}

/** Statements of this pull request made before this one are void, those that are retried or delivered late too. */
export interface VoidBefore {
  readonly pullRequest: number
  readonly commentId: number
  /** When it was said; milliseconds. */
  readonly at: number
}
