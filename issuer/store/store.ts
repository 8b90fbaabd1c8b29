/**
 * The ports of durable state. The ledger is the database: a decision is one transaction (its record, the new state of
 * its scope, the completion of the statement's claim), and either all of it is there or none.
 */
import type {
  Binding,
  CommitSha,
  DecisionId,
  Entry,
  Environment,
  Frontier,
  NodePlace,
  Receipt,
  ReceiptId,
  RepositoryId,
  Revocation,
  SecondsTime,
  TreeSha,
} from '#protocol'
import type {Push, Statement} from '../facts/facts.ts'

export interface ScopeKey {
  readonly repositoryId: RepositoryId
  readonly environment: Environment
}

/** A fold of the records of one (repository, environment): what may forbid, so it is read consistently. */
export interface ScopeState {
  /** The receipts that count and were alive when the last of them was minted, newest last. A revoked one is not here. */
  readonly receipts: readonly LiveReceipt[]
  readonly lastAuthorised?: CommitSha | undefined
  /** Approvals that wait for more people, oldest first. */
  readonly waiting?: readonly WaitingApproval[] | undefined
  /** Revocations of receipts whose life is not over yet, oldest first: whatever shows the newest shows these. */
  readonly revoked?: readonly EndedReceipt[] | undefined
  /** Denials that stand, at most one a person and pull request. */
  readonly denials?: readonly Denial[] | undefined
  /** Of each pull request where something was denied or revoked: the last statement that did so. */
  readonly voids?: readonly VoidBefore[] | undefined
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
  /** Whether its repository was public when it was given; absent in older states: private. */
  readonly public?: boolean | undefined
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
  /** The last authorised commit before this one was. */
  readonly before?: CommitSha | undefined
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
  /** Whether its repository was public then; absent in older states: private. */
  readonly public?: boolean | undefined
}

/** Statements of this pull request made before this one are void, those that are retried or delivered late too. */
export interface VoidBefore {
  readonly pullRequest: number
  readonly commentId: number
  /** When it was said; milliseconds. */
  readonly at: number
}

/** The ledger's end: what the next entry follows. */
export interface LedgerHead {
  readonly origin: string
  readonly last: Entry
  readonly frontier: Frontier
}

interface Kept {
  readonly entry: Entry
  /** The Merkle frontier after this entry. */
  readonly frontier: Frontier
  readonly scope: ScopeKey
  /** `owner/name` at the time. */
  readonly repository: string
  /** The numeric id of the repository's owner. */
  readonly ownerId: number
  /** Whether the repository was public when the receipt or the decision was made; unknown is private. */
  readonly public: boolean
  /** Names what happens once: a second record of this name is never written. */
  readonly once: string
}

/** One decision as it is kept. Bodies can be erased later; the entry stays. */
export interface DecisionRecord extends Kept {
  readonly kind: 'decision'
  readonly decision: DecisionId
  readonly receipt?: Receipt | undefined
  /** The evidence bundle as canonical JSON. */
  readonly evidence: string
  /** The canonical policy's text, whose digest receipt and token carry. */
  readonly policy: string
  /** The authority token. */
  readonly token: string
}

/** What happened to a receipt later: revoked, redeemed, a deployment started or finished. */
export interface EventRecord extends Kept {
  readonly kind: 'event'
  readonly receipt: ReceiptId
  /** Canonical JSON whose digest the entry carries. */
  readonly body: string
}

export type LedgerRecord = DecisionRecord | EventRecord

/** What is claimed: `comment/<GitHub's id of the comment>`, or an event of GitHub's. One claim, one outcome. */
export interface ClaimKey {
  readonly repositoryId: RepositoryId
  readonly subject: string
}

export interface Outcome {
  /**
   * `allow`, `deny`, `escalate`: a decision. `closed`: receipts were revoked because their pull request was closed.
   * `answered`: help, status, a near miss, no standing; nothing in the ledger.
   */
  readonly kind: 'allow' | 'deny' | 'escalate' | 'closed' | 'answered'
  /** What is to be sent to GitHub, as JSON of publish/'s Publication. */
  readonly publication: string
  /** Set when this answer counts against the one reply a person, pull request and hour. */
  readonly courtesy?: {readonly accountId: number; readonly pullRequest: number} | undefined
}

/** Records that follow the head which was read, in order, and what their scope becomes. */
export interface Append {
  readonly scope: ScopeKey
  readonly records: readonly LedgerRecord[]
  readonly state: ScopeState
  /** What Store.read gave: the ruling holds only for that state. */
  readonly read: ScopeReading
}

/** All of it is written or nothing. */
export interface Change {
  /** The claim that this completes; absent for what is not claimed but happens once by its record's name. */
  readonly completes?: {readonly claim: ClaimKey; readonly outcome: Outcome} | undefined
  /** Absent when nothing was decided. */
  readonly appends?: Append | undefined
  /** Milliseconds. */
  readonly at: number
}

export interface ScopeReading {
  readonly head: LedgerHead
  readonly state: ScopeState
  /** 0 for a scope without state. */
  readonly version: number
}

/** What can be looked up; such look-ups may lag and serve only answers that cannot forbid. */
export type Lookup =
  | {readonly by: 'receipt'; readonly id: ReceiptId}
  | {
      readonly by: 'scope'
      /** A numeric id, or a name, which means the id that was last seen under it. */
      readonly repository: RepositoryId | string
      readonly environment: Environment
      readonly sha?: CommitSha | undefined
      readonly tree?: TreeSha | undefined
      /** Only what was issued at that time or before. */
      readonly issuedBefore?: SecondsTime | undefined
    }

export interface FoundReceipt {
  readonly receipt: Receipt
  readonly public: boolean
  /** Absent in records that are older than tokens. */
  readonly ownerId?: number | undefined
}

/** What is kept of a decision besides its receipt. */
export interface FoundDecision extends Pick<DecisionRecord, 'entry' | 'decision' | 'scope' | 'public' | 'evidence'> {
  readonly ownerId?: number | undefined
  readonly token?: string | undefined
}

/** Something that happened to a receipt. */
export interface FoundEvent {
  readonly entry: Entry
  /** Canonical JSON: a revocation, a redemption, an execution. */
  readonly body: string
}

export interface Store {
  /** Read-after-write consistent: sees every change committed before the call, and the ledger's head with it. */
  read(scope: ScopeKey): Promise<ScopeReading>
  /**
   * Durable when it returns `committed`. `lost`: another writer was first, so nothing was written and the ruling must
   * be made again. Throws on an outage, and then the claim tells whether it was written.
   */
  commit(change: Change): Promise<'committed' | 'lost'>
  /** Newest first, at most 20. May lag. */
  find(lookup: Lookup): Promise<readonly FoundReceipt[]>
}

/** Looks up what is kept beside the receipts. May lag. */
export interface RecordReader {
  decision(id: DecisionId): Promise<FoundDecision | undefined>
  /** What happened to a receipt, oldest first, at most 100. */
  events(receipt: ReceiptId): Promise<readonly FoundEvent[]>
  /** The id that was last seen under this name: names change hands, ids do not. */
  repositoryNamed(name: string): Promise<RepositoryId | undefined>
}

/** Which environments of a repository have a state. Consistent. */
export interface Scopes {
  environments(repositoryId: RepositoryId): Promise<readonly Environment[]>
}

/** A statement's claim holds the decision's id, from which the receipt's follows, so that a retry makes the same. */
export interface Claim {
  readonly decision: DecisionId
  /** 128 random bits, hex, never shown: makes what is secret in the evidence unguessable. */
  readonly nonce: string
  /** Set once a change completed it. */
  readonly outcome?: Outcome | undefined
}

export interface Claims {
  /** Gives the claim; makes it with the proposed ids if it is new. Consistent. */
  claim(key: ClaimKey, proposed: {readonly decision: DecisionId; readonly nonce: string}): Promise<Claim>
  /** When this person last got an answer of courtesy on this pull request (milliseconds), if ever. */
  lastCourtesy(to: {repositoryId: RepositoryId; accountId: number; pullRequest: number}): Promise<number | undefined>
}

/** A completed claim whose publication has not been marked as sent. */
export interface Unpublished {
  readonly claim: ClaimKey
  readonly decision: DecisionId
  readonly outcome: Outcome
  /** Milliseconds. */
  readonly completedAt: number
}

/** Publishing happens after the commit, can be repeated without harm, and is repaired from here. */
export interface Outbox {
  /** Completed before `before` (milliseconds) and not yet marked; oldest first, at most 50. */
  unpublished(before: number): Promise<readonly Unpublished[]>
  markPublished(claim: ClaimKey, at: number): Promise<void>
}

/** Who moved which branch, as signed webhooks said. */
export interface PushLog {
  keep(push: Push): Promise<void>
  pushes(repositoryId: RepositoryId, ref: string): Promise<readonly Push[]>
}

/** An entry, and whether the public may see more of it than its number and hash. */
export interface LedgerRow {
  readonly entry: Entry
  readonly public: boolean
  /** Whose repository it is about; absent for the ledger's own entries. */
  readonly repositoryId?: RepositoryId | undefined
  readonly ownerId?: number | undefined
}

/** The ledger as a tree, for checkpoints and proofs. */
export interface LedgerReader {
  /** Read-after-write consistent: the end of everything committed before the call. Throws while there is no ledger. */
  head(): Promise<LedgerHead>
  /** In order; what is absent is not there yet. May lag. */
  rows(from: number, count: number): Promise<readonly LedgerRow[]>
  /** The roots of full subtrees, in the order of the question. They never change; throws for one that is not there. */
  nodes(places: readonly NodePlace[]): Promise<readonly string[]>
}

/** A signed checkpoint as it is kept. */
export interface KeptCheckpoint {
  readonly size: number
  /** 64 hex digits. */
  readonly root: string
  /** The signed note. */
  readonly note: string
}

/** The one checkpoint that anybody may see. */
export interface Checkpoints {
  /** Consistent; undefined before the first. */
  newest(): Promise<KeptCheckpoint | undefined>
  /** Durable when it returns. Keeps it only if its size is larger than that of the one that is kept. */
  keep(checkpoint: KeptCheckpoint): Promise<'kept' | 'not newer'>
}

/** For whoever checks the whole ledger: entries in order. */
export interface EntryReader {
  entries(from: number, count: number): Promise<readonly Entry[]>
  /** The newest entry; throws while there is no ledger. */
  last(): Promise<Entry>
}
