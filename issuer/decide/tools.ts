/** What the issuer's stories work with: ports, and whatever is random, timed or named outside of them. */
import type {DecisionId, Origin} from '#protocol'
import type {FactSource, PermissionSource, PullRequestSource, TeamSource} from '../model/facts.ts'
import type {Log} from '../model/log.ts'
import type {Publisher} from '../model/publication.ts'
import type {Panels} from './panels.ts'
import type {PanelNotes} from '../model/panel-notes.ts'
import type {EvidenceKeys} from '../mint/mint-evidence.ts'
import type {Signer, TokenSigner} from '../model/signer.ts'
import type {Claims, Outbox} from '../model/idempotency.ts'
import type {RecordReader, Scopes} from '../model/lookups.ts'
import type {PushLog, Store} from '../model/store.ts'

export interface IssuerTools {
  readonly facts: FactSource
  readonly teams: TeamSource
  readonly permissions: PermissionSource
  readonly pullRequests: PullRequestSource
  readonly store: Store
  readonly claims: Claims
  readonly outbox: Outbox
  readonly pushLog: PushLog
  readonly panelNotes: PanelNotes
  readonly records: RecordReader
  readonly scopes: Scopes
  /** The receipt key that signs at this moment (KeyRing): receipts, revocations and statuses. */
  readonly signer: Signer
  readonly tokenSigner: TokenSigner
  readonly evidenceKeys: EvidenceKeys
  /** Names and versions of what decides. */
  readonly software: Readonly<Record<string, string>>
  readonly publisher: Publisher
  readonly panels: Panels
  /** The issuer's own account: what it says is never a statement. */
  readonly ownAccount: () => Promise<number>
  /** Whether repositories of this owner are served. */
  readonly servesOwner: (owner: {readonly id: number; readonly login: string}) => boolean
  /** The newest signed checkpoint, once there is one. */
  readonly newestCheckpoint: () => Promise<string | undefined>
  readonly issuer: Origin
  /** Milliseconds. */
  readonly now: () => number
  readonly newIds: () => {readonly decision: DecisionId; readonly nonce: string}
  readonly log: Log
}
