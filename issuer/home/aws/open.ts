/** Puts the issuer together on AWS. Once a cold start. */
import type {Announcing} from '../../keys/orders.ts'
import {type CheckpointSigner, startCheckpointSigner} from '../../keys/checkpoint-signer.ts'
import type {Durable} from '../../model/durable.ts'
import type {Log} from '../../model/log.ts'
import type {Store} from '../../model/store.ts'
import {Secret} from '../../keys/secret.ts'
import {type Assembled, assemble} from '../assemble.ts'
import type {AwsBase} from './base.ts'
import {openShownLedger, openSignedLedger} from './ledger.ts'

export interface IssuerOnAws extends Assembled {
  readonly checkpointSigner: CheckpointSigner
  readonly log: Log
  readonly announcing: Announcing
}

/** `web` signs nothing and appends nothing, `receipts` signs with the receipt key alone, `worker` with all of them. */
export type Role = 'web' | 'receipts' | 'worker'

const signingCheckpoints = ({durable, keys, log}: AwsBase): CheckpointSigner =>
  startCheckpointSigner({...durable, signer: keys.ledger}, (fault) =>
    log.error({err: fault}, 'the ledger could not be signed'),
  )

/** What it appends is signed into a checkpoint by the worker's next round. */
const readingCheckpoints = ({checkpoints}: Durable): CheckpointSigner => ({
  noteCommit: () => undefined,
  newestCheckpoint: async () => (await checkpoints.newest())?.note,
})

export async function openOnAws(base: AwsBase, role: Role): Promise<IssuerOnAws> {
  const {config, keys, log, version} = base
  const ring = await (role === 'web' ? openShownLedger(base) : openSignedLedger(base))
  const checkpointSigner = role === 'worker' ? signingCheckpoints(base) : readingCheckpoints(base.durable)
  // Neither web nor receipts has the evidence secret, and neither mints evidence: without one that throws.
  const evidenceSecret = config.evidenceSecret ?? new Secret('')
  const durable = {...base.durable, store: loggingLostRaces(base.durable.store, log)}
  const around = {log, version, now: Date.now}
  const issuer = await assemble({config, keys: {...keys, evidenceSecret}, ring, durable, checkpointSigner, around})
  return {...issuer, checkpointSigner, log, announcing: {ring, durable: issuer.durable, keys, now: around.now}}
}

/** Where infra/template.yaml counts them (ConflictsAlarm): lost races for the ledger's end. */
export const lostRace = 'another writer came first: it is decided again'

export const loggingLostRaces = (store: Store, log: Pick<Log, 'info'>): Store => ({
  ...store,
  commit: async (change) => {
    const result = await store.commit(change)
    if (result === 'lost' && change.appends !== undefined) log.info({}, lostRace)
    return result
  },
})
