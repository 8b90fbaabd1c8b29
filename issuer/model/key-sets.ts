/** The receipt keys of an issuer: the private ones where they are kept, and the announced sets in the ledger. */
import type {Entry, KeySet, KeySetBody, PublicKey, Result} from '#protocol'
import type {Signer} from './signer.ts'
import type {LedgerHead} from './record.ts'

export type Loaded<T> = Result<T, string> & {readonly warning?: string | undefined}

/** The keys as they were said to be: the newest set of the ledger, or the first. */
export type Announced = Pick<KeySetBody, 'keys' | 'version' | 'at'>

/** Receipt keys as files, or in a key service. */
export interface ReceiptKeys {
  /** The private key of a published one, or why it cannot sign here. */
  readonly signerOf: (publicKey: PublicKey) => Loaded<Signer>
  /** A key that was never announced, for a rotation, or why there is none. Nothing is signed with it before it is. */
  readonly successor: (settled: Announced) => Loaded<PublicKey>
}

export interface KeyChange {
  /** What was read before the set was made: it holds only for that end of the ledger. */
  readonly head: LedgerHead
  /** Follows the head, with the digest of the set. */
  readonly entry: Entry
  readonly keySet: KeySet
}

/** Each set is the body of its own entry in the ledger. */
export interface KeySets {
  /** Read-after-write consistent; undefined while the ledger's first set is the only one. */
  newest(): Promise<KeySet | undefined>
  /** Durable, entry and set, when it returns `committed`. `lost`: somebody appended first, and nothing was written. */
  announce(change: KeyChange): Promise<'committed' | 'lost'>
}
