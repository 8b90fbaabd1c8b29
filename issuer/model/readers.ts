/** The ports that read the ledger in order: its entries, its tree, and its signed checkpoint. */
import type {Entry, NodePlace, RepositoryId, RepositoryName} from '#protocol'
import type {LedgerHead} from './record.ts'

/** An entry, and whether the public may see more of it than its number and hash: it was public then, and its repository is now. */
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
  /** The key set that this entry announced, as canonical JSON; undefined where it is another entry, or none. */
  keySet(seq: number): Promise<string | undefined>
}

/** A record with each document as it was kept. What is absent does not apply to its kind, or was erased. */
export interface KeptRecord {
  readonly entry: Entry
  /** Absent of the ledger's own entries. */
  readonly repositoryId: RepositoryId | undefined
  readonly receipt: string | undefined
  readonly token: string | undefined
  readonly evidence: string | undefined
  readonly policy: string | undefined
  /** Of an event: a revocation, a job's report, a key set. */
  readonly body: string | undefined
}

/** For whoever takes whole records out of the store. */
export interface KeptRecords {
  /** At most `count` (up to 100), the first of them entry `from`. */
  page(from: number, count: number): Promise<readonly KeptRecord[]>
  /** Every repository that ever bore this name. */
  named(repository: RepositoryName): Promise<readonly RepositoryId[]>
}
