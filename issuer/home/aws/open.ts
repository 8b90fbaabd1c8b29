/** Puts the issuer together on AWS. Once a cold start. */
import type {Announcing} from '../../keys/announce-keys.ts'
import {type LedgerWitness, watchLedger} from '../../keys/checkpoint-signer.ts'
import type {Durable} from '../../model/durable.ts'
import type {Log} from '../../model/log.ts'
import {Secret} from '../../keys/secret.ts'
import {type Assembled, assemble} from '../assemble.ts'
import type {Ground} from './ground.ts'
import {openShownLedger, openSignedLedger} from './ledger.ts'
import {toldOfLosses} from './losses.ts'

export interface IssuerOnAws extends Assembled {
  readonly witness: LedgerWitness
  readonly log: Log
  readonly announcing: Announcing
}

/** `web` signs nothing and appends nothing, `desk` signs with the receipt key alone, `worker` with all of them. */
export type Role = 'web' | 'desk' | 'worker'

const signingWitness = ({durable, keys, log}: Ground): LedgerWitness =>
  watchLedger({...durable, signer: keys.ledger}, (fault) => log.error({err: fault}, 'the ledger could not be signed'))

/** What it appends is signed into a checkpoint by the worker's next round. */
const onlooker = ({checkpoints}: Durable): LedgerWitness => ({
  noteCommit: () => undefined,
  newestCheckpoint: async () => (await checkpoints.newest())?.note,
})

export async function openOnAws(ground: Ground, role: Role): Promise<IssuerOnAws> {
  const {config, keys, log, version} = ground
  const ring = await (role === 'web' ? openShownLedger(ground) : openSignedLedger(ground))
  const witness = role === 'worker' ? signingWitness(ground) : onlooker(ground.durable)
  // Neither web nor desk has the evidence secret, and neither mints evidence: without one that throws.
  const evidenceSecret = config.evidenceSecret ?? new Secret('')
  const durable = {...ground.durable, store: toldOfLosses(ground.durable.store, log)}
  const around = {log, version, now: Date.now}
  const issuer = await assemble({config, keys: {...keys, evidenceSecret}, ring, durable, witness, around})
  return {...issuer, witness, log, announcing: {ring, durable: issuer.durable, keys, now: around.now}}
}
