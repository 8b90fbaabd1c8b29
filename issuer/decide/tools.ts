/** What more than one story works with. Each story's own tools stand in its file, made of these and of ports. */
import type {DecisionId, Origin} from '#protocol'
import type {EvidenceKeys} from '../mint/mint-evidence.ts'
import type {FactSource, PermissionSource, TeamSource} from '../model/facts.ts'
import type {Idempotency, Outbox} from '../model/idempotency.ts'
import type {Publisher} from '../model/publication.ts'
import type {Signer, TokenSigner} from '../model/signer.ts'
import type {PushLog, Store} from '../model/store.ts'

/** Changes that are made once, whoever races. */
export interface OnceTools {
  readonly store: Store
  readonly idempotency: Idempotency
  /** Milliseconds. */
  readonly now: () => number
  readonly newIds: () => {readonly decision: DecisionId; readonly nonce: string}
}

/** What GitHub and signed webhooks say of a change and of people. */
export interface FactTools {
  readonly facts: FactSource
  readonly teams: TeamSource
  readonly permissions: PermissionSource
  readonly pushLog: PushLog
}

/** What a decision is sealed with. */
export interface SealTools {
  /** The receipt key that signs at this moment (KeyRing): receipts, revocations and statuses. */
  readonly signer: Signer
  readonly tokenSigner: TokenSigner
  readonly evidenceKeys: EvidenceKeys
  /** Names and versions of what decides. */
  readonly software: Readonly<Record<string, string>>
  readonly issuer: Origin
  /** Milliseconds. */
  readonly now: () => number
}

/** How an outcome is sent and marked as sent. */
export interface PublishTools {
  readonly publisher: Publisher
  readonly outbox: Outbox
  /** The newest signed checkpoint, once there is one. */
  readonly newestCheckpoint: () => Promise<string | undefined>
  /** Milliseconds. */
  readonly now: () => number
}

/** Whether repositories of this owner are served. */
export type ServesOwner = (owner: {readonly id: number; readonly login: string}) => boolean
