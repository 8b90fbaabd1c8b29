/** All durable state of an issuer, whatever its engine. */
import type {Entry} from '#protocol'
import type {AuditorRegister, AuditorTokens, LinkRegister, LinkTokens, TokenIds} from './callers.ts'
import type {KeySets} from './key-sets.ts'
import type {Looks} from './looks.ts'
import type {PanelNotes} from './panel-notes.ts'
import type {Idempotency, Outbox} from './idempotency.ts'
import type {RecordReader, Scopes} from './lookups.ts'
import type {Checkpoints, EntryReader, KeptRecords, LedgerReader} from './readers.ts'
import type {Visibility} from './visibility.ts'
import type {PushLog, Store} from './store.ts'

/** Every port of durable state over one engine, but the inbox: deliveries wait where each home lets them. */
export interface Durable {
  readonly store: Store
  readonly records: RecordReader
  readonly scopes: Scopes
  readonly idempotency: Idempotency
  readonly outbox: Outbox
  readonly pushLog: PushLog
  readonly visibility: Visibility
  readonly panelNotes: PanelNotes
  readonly entries: EntryReader
  readonly ledger: LedgerReader
  readonly checkpoints: Checkpoints
  readonly kept: KeptRecords
  readonly auditors: AuditorTokens & AuditorRegister
  readonly links: LinkTokens & LinkRegister
  readonly tokenIds: TokenIds
  readonly keySets: KeySets
  readonly looks: Looks
  /** Writes entry 0, once in the life of a database; throws when a ledger is there. */
  createLedger(first: Entry): Promise<void>
  close(): void
}
