/** What can be looked up beside the state: receipts, decisions, and what happened later. Look-ups may lag. */
import type {
  CommitSha,
  DecisionId,
  Entry,
  Environment,
  Receipt,
  ReceiptId,
  RepositoryId,
  SecondsTime,
  TreeSha,
} from '#protocol'
import type {Belonging, Viewer} from './viewer.ts'
import type {DecisionRecord} from './record.ts'

/**
 * What can be looked up; such look-ups may lag and serve only answers that cannot forbid. Where there may be many, only
 * what is in sight is found: what is not takes none of the places, and no time.
 */
export type Lookup =
  | {readonly by: 'receipt'; readonly id: ReceiptId}
  /** What an account of this login approved, in any case and as it was recorded: logins change hands. */
  | (Leafing & {readonly by: 'approver'; readonly login: string})
  /** In every environment. A name means the id that was last seen under it. */
  | (Leafing & {readonly by: 'repository'; readonly repository: RepositoryId | string})
  /** What was issued at that time or later, the oldest first. */
  | {readonly by: 'time'; readonly from: SecondsTime; readonly viewer: Viewer}
  | {
      readonly by: 'scope'
      /** A numeric id, or a name, which means the id that was last seen under it. */
      readonly repository: RepositoryId | string
      readonly environment: Environment
      readonly sha?: CommitSha | undefined
      readonly tree?: TreeSha | undefined
      /** Only what was issued at that time or before. */
      readonly issuedBefore?: SecondsTime | undefined
      /** Only what stands in the ledger before this receipt, of whichever scope. */
      readonly before?: Pick<FoundReceipt, 'receipt' | 'seq'> | undefined
      readonly viewer: Viewer
    }

interface Leafing {
  /** Only entries before this number. */
  readonly before?: number | undefined
  readonly viewer: Viewer
}

export interface FoundReceipt {
  readonly receipt: Receipt
  /** The number of the entry that says it was issued. */
  readonly seq: number
  /** It was when it was minted, and the repository is now. */
  readonly public: boolean
  readonly ownerId: number
}

export const belongingOf = ({receipt: {scope}, ownerId, public: isPublic}: FoundReceipt): Belonging => ({
  public: isPublic,
  repositoryId: scope.repositoryId,
  ownerId,
})

/** What is kept of a decision besides its receipt. */
export interface FoundDecision extends Pick<
  DecisionRecord,
  'entry' | 'decision' | 'scope' | 'public' | 'evidence' | 'policy'
> {
  readonly ownerId: number
  readonly token: string
}

/** Something that happened to a receipt. */
export interface FoundEvent {
  readonly entry: Entry
  /** Canonical JSON: a revocation, a redemption, an execution. */
  readonly body: string
  /** Whose repository it was then: it may have changed hands since its receipt was issued. */
  readonly ownerId: number
}

/** Looks up what is kept beside the receipts. May lag, but for what was written once. */
export interface RecordReader {
  decision(id: DecisionId): Promise<FoundDecision | undefined>
  /** What happened to a receipt, oldest first, at most 100. */
  events(receipt: ReceiptId): Promise<readonly FoundEvent[]>
  /** The event that was written once under this name. Consistent. */
  eventOnce(name: string): Promise<FoundEvent | undefined>
  /**
   * The id that was last seen under this name: names change hands, ids do not. One that no repository has, where nothing of
   * it can be in sight: what is then asked for is not there, and takes as long.
   */
  repositoryInSight(name: string, viewer: Viewer): Promise<RepositoryId>
}

/** Which environments of a repository have a state. Consistent. */
export interface Scopes {
  environments(repositoryId: RepositoryId): Promise<readonly Environment[]>
}
