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
  /** Approvals that wait for more people, oldest first, the newest twenty. */
  readonly waiting: readonly WaitingApproval[]
  /** Revocations of receipts whose life is not over yet, oldest first: whatever shows the newest shows these. */
  readonly revoked: readonly EndedReceipt[]
  /** Denials, oldest first. Whether one stands follows from what was authorized after it (`lifts`). */
  readonly denials: readonly Denial[]
  /** What made earlier statements void, for as long as one of those may still come to be handled. */
  readonly voids: readonly VoidMark[]
  /** Authorizations of a full commit, of three days, that nobody deleted: what lifts a denial, whenever that is handled. */
  readonly said: readonly Authorization[]
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
  said: [],
}

/** What would be let out, as far as a denial is compared with it. */
export interface Work {
  /** Where it is spoken about. */
  readonly pullRequest: number
  /** The pull requests in its range. */
  readonly brought: readonly number[]
  /** Its commit, and of its range at most the newest forty: twelve digits each. */
  readonly commits: readonly string[]
  /** The range could not be read: it may hold anything. */
  readonly isUnreadable: boolean
}

/** What a denial or a revocation is about: a pull request, and its commits as they were then (twelve digits each). */
export interface Denied {
  readonly pullRequest: number
  readonly commits: readonly string[]
}

/** By GitHub's time of the comment, in milliseconds (a whole second), then by its id. */
export interface Said {
  readonly at: number
  readonly commentId: number
}

/** An approval that was one of too few: where to read it again, and for which commit it was. */
export interface WaitingApproval {
  readonly statement: Statement
  /** What it became: an escalation, or a denial by somebody's `/deny` alone. */
  readonly decision: DecisionId
  readonly sha: CommitSha
  readonly work: Work
  readonly binding: Binding
  /** When it counts no more; milliseconds. */
  readonly until: number
  /** Whose it is, for show. */
  readonly login: string
  /** Whether its repository was public when it was given. */
  readonly public: boolean
  /** Who deleted the comment, where that was somebody else: then it counts no more. */
  readonly deletedBy?: string | undefined
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

export interface LiveReceipt extends Work {
  readonly id: ReceiptId
  readonly sha: CommitSha
  readonly authorizedBy: string
  /** The word that made it. */
  readonly by: Said
  /** When the oldest of its words was said; milliseconds. */
  readonly since: number
  /** The comments that it rests on. */
  readonly comments: readonly number[]
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

/** A `/deny`: it meets whatever holds what was denied, until somebody lifts it (formats §8, "Order and time"). */
export interface Denial extends Denied, Said {
  readonly by: {readonly id: number; readonly login: string}
  /** Whether its repository was public then. */
  readonly public: boolean
  /** There were more denials than are kept: it meets everything of the environment. */
  readonly isOfAll?: boolean | undefined
}

/**
 * Statements made before it are void, those that are retried or delivered late too: what a person took back, a pull
 * request that was closed, or one comment that its author deleted.
 */
export type VoidMark =
  | (Denied & {readonly kind: 'withdrawn'; readonly at: number})
  | {readonly kind: 'closed'; readonly pullRequest: number; readonly at: number}
  | {readonly kind: 'deleted'; readonly commentId: number; readonly at: number}

/** An authorization of a full commit, whatever became of it. */
export interface Authorization extends Said {
  readonly by: number
  readonly work: Work
  /** The comments of denials that it lifts besides its author's own. */
  readonly lifts: readonly number[]
}
