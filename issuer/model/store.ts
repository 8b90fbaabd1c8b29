/**
 * The ports of durable state. The ledger is the database: a decision is one transaction (its record, the new state of
 * its scope, the outcome under the statement's idempotency key), and either all of it is there or none.
 */
import type {RepositoryId} from '#protocol'
import type {AnnouncedPush, Push} from './facts.ts'
import type {IdempotencyKey, Outcome} from './idempotency.ts'
import type {FoundReceipt, Lookup} from './lookups.ts'
import type {LedgerHead, LedgerRecord} from './record.ts'
import type {ScopeKey, ScopeState} from './state.ts'

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
  /** The outcome that this gives a key; absent for what happens once by its record's name. */
  readonly completes?: {readonly key: IdempotencyKey; readonly outcome: Outcome} | undefined
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

export interface Store {
  /** Read-after-write consistent: sees every change committed before the call, and the ledger's head with it. */
  read(scope: ScopeKey): Promise<ScopeReading>
  /**
   * Durable when it returns `committed`. `lost`: another writer was first, so nothing was written and the ruling must
   * be made again. Throws on an outage, and then the idempotency record tells whether it was written.
   */
  commit(change: Change): Promise<'committed' | 'lost'>
  /** Newest first, at most 20. May lag. */
  find(lookup: Lookup): Promise<readonly FoundReceipt[]>
}

export interface PushLog {
  keep(push: Push): Promise<void>
  pushes(repositoryId: RepositoryId, ref: string): Promise<readonly AnnouncedPush[]>
  /** Of whatever branch, those that led to the commit. */
  pushesTo(repositoryId: RepositoryId, sha: string): Promise<readonly AnnouncedPush[]>
}
