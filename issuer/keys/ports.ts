/** The announced key sets as they are kept: each is the body of its own entry in the ledger. */
import type {Entry, KeySet} from '#protocol'
import type {LedgerHead} from '../store/store.ts'

export interface KeyChange {
  /** What was read before the set was made: it holds only for that end of the ledger. */
  readonly head: LedgerHead
  /** Follows the head, with the digest of the set. */
  readonly entry: Entry
  readonly keySet: KeySet
}

export interface KeySets {
  /** Read-after-write consistent; undefined while the ledger's first set is the only one. */
  newest(): Promise<KeySet | undefined>
  /** Durable, entry and set, when it returns `committed`. `lost`: somebody appended first, and nothing was written. */
  announce(change: KeyChange): Promise<'committed' | 'lost'>
}
