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
  TreeSha,
} from '#protocol'
import type {Push, Statement} from '../facts/facts.ts'

export interface ScopeKey {
  readonly repositoryId: RepositoryId
  readonly environment: Environment
}

/** A fold of the records of one (repository, environment): what may forbid, so it is read consistently. */
export interface ScopeState {
  /** The receipts that were alive when the last of them was minted, newest last. */
  readonly receipts: readonly LiveReceipt[]
  readonly lastAuthorised?: CommitSha | undefined
  /** Approvals that wait for more people, oldest first. */
  readonly waiting?: readonly WaitingApproval[] | undefined
}

/** An approval that was one of too few: where to read it again, and for which commit it was. */
export interface WaitingApproval {
  readonly statement: Statement
  readonly sha: CommitSha
  readonly binding: Binding
  /** When it counts no more; milliseconds. */
  readonly until: number
}

export interface LiveReceipt {
  readonly id: ReceiptId
  readonly sha: CommitSha
  readonly pullRequest: number
  readonly authorizedBy: string
  /** Milliseconds. */
  readonly expiresAt: number
}

/** The ledger's end: what the next entry follows. */
export interface LedgerHead {
  readonly origin: string
  readonly last: Entry
  readonly frontier: Frontier
}

/** One decision as it is kept. Bodies can be erased later; the entry stays. */
export interface DecisionRecord {
  readonly entry: Entry
  /** The Merkle frontier after this entry. */
  readonly frontier: Frontier
  readonly decision: DecisionId
  readonly scope: ScopeKey
  /** `owner/name` at the time. */
  readonly repository: string
  /** Whether the repository was public when this was decided; unknown is private. */
  readonly public: boolean
  readonly receipt?: Receipt | undefined
  /** Canonical JSON of facts and rule outcomes, whose digest the receipt and the entry carry. */
  readonly evidence: string
  /** The canonical policy's text, whose digest the receipt carries. */
  readonly policy: string
  /** An authority token, once decisions have one. */
  readonly token?: string | undefined
}

/** The statement that a change answers: GitHub's id of the comment. One statement, one outcome. */
export interface StatementKey {
  readonly repositoryId: RepositoryId
  readonly commentId: number
}

export interface Outcome {
  /** `allow`, `deny`: a decision. `answered`: help, status, a near miss, no standing; nothing in the ledger. */
  readonly kind: 'allow' | 'deny' | 'answered'
  /** What is to be sent to GitHub, as JSON of publish/'s Publication. */
  readonly publication: string
  /** Set when this answer counts against the one reply a person, pull request and hour. */
  readonly courtesy?: {readonly accountId: number; readonly pullRequest: number} | undefined
}

export interface Change {
  readonly statement: StatementKey
  readonly outcome: Outcome
  /** Absent when nothing was decided. `read` is what Store.read gave: the ruling holds only for that state. */
  readonly decided?:
    {readonly record: DecisionRecord; readonly state: ScopeState; readonly read: ScopeReading} | undefined
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
    }

export interface FoundReceipt {
  readonly receipt: Receipt
  readonly public: boolean
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

/** A statement's claim holds the decision's id, from which the receipt's follows, so that a retry makes the same. */
export interface Claim {
  readonly decision: DecisionId
  /** 128 random bits, hex: makes the evidence's digest unguessable. */
  readonly nonce: string
  /** Set once a change completed it. */
  readonly outcome?: Outcome | undefined
}

export interface Claims {
  /** Gives the statement's claim; makes it with the proposed ids if it is new. Consistent. */
  claim(statement: StatementKey, proposed: {readonly decision: DecisionId; readonly nonce: string}): Promise<Claim>
  /** When this person last got an answer of courtesy on this pull request (milliseconds), if ever. */
  lastCourtesy(to: {repositoryId: RepositoryId; accountId: number; pullRequest: number}): Promise<number | undefined>
}

/** A completed statement whose publication has not been marked as sent. */
export interface Unpublished {
  readonly statement: StatementKey
  readonly decision: DecisionId
  readonly outcome: Outcome
  /** Milliseconds. */
  readonly completedAt: number
}

/** Publishing happens after the commit, can be repeated without harm, and is repaired from here. */
export interface Outbox {
  /** Completed before `before` (milliseconds) and not yet marked; oldest first, at most 50. */
  unpublished(before: number): Promise<readonly Unpublished[]>
  markPublished(statement: StatementKey, at: number): Promise<void>
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
