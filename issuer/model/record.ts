/** What the ledger keeps: one record an entry, and the end that the next one follows. */
import type {DecisionId, Entry, Frontier, Receipt, ReceiptId} from '#protocol'
import type {ScopeKey} from './state.ts'

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
