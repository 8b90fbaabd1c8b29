/** Puts the issuer together on AWS, on the ledger in its table: how that begins, and how a copy of it is gone on with. */
import type {Announcing} from '../../keys/orders.ts'
import {
  type CheckpointSigner,
  checkContinuation,
  readChecked,
  startCheckpointSigner,
} from '../../keys/checkpoint-signer.ts'
import type {Durable} from '../../model/durable.ts'
import type {Log} from '../../model/log.ts'
import type {Store} from '../../model/store.ts'
import {Secret} from '../../keys/secret.ts'
import {type Assembled, assemble} from '../assemble.ts'
import {printVerifierKey, verify} from '#protocol'
import {type KeyRing, findMissing, openKeyRing, openShownRing} from '../../keys/key-ring.ts'
import {createLedger, signLedger} from '../../keys/begin-ledger.ts'
import {type AwsBase, type Role, refusal} from './base.ts'

export interface IssuerOnAws extends Assembled {
  readonly checkpointSigner: CheckpointSigner
  readonly log: Log
  readonly announcing: Announcing
}

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

/** Once in the life of an issuer, when a person says so. Throws when the table holds a ledger. */
export async function beginLedger({config, keys, durable}: AwsBase, now: number): Promise<void> {
  await createLedger({host: new URL(config.publicUrl).host, keys, durable}, now)
  const unsigned = await signLedger({keys, durable})
  if (unsigned !== undefined) throw new Error(unsigned)
}

/** For a function that signs and appends nothing. */
export async function openShownLedger(base: AwsBase): Promise<KeyRing> {
  await checkBegun(base)
  return accept(await openShownRing(partsOf(base)))
}

/** For one that does: on a ledger that is at home in this table, with the keys that it names. */
export async function openSignedLedger(base: AwsBase): Promise<KeyRing> {
  await checkBegun(base)
  if ((await base.durable.home.find()) !== 'here') throw refusal([copied])
  // A table whose items somebody put back has the same id; what its own checkpoint covers must be there.
  await readChecked(base.durable)
  const ring = accept(await openKeyRing(partsOf(base)))
  const missing = findMissing(await ring.announced(), base.keys)
  if (missing.length > 0) throw refusal(missing)
  return ring
}

/** An emptied table looks like a new one, and a new ledger forgets every refusal: so a person says it (docs/aws.md). */
async function checkBegun({durable}: AwsBase): Promise<void> {
  const [first] = await durable.entries.entries(0, 1)
  if (first === undefined) throw refusal([noLedgerYet])
}

const noLedgerYet =
  'COUNTERSIGN_STORE: the table holds no ledger. For a new issuer begin it once, as docs/aws.md shows; otherwise put the ' +
  'table back from its backup: a new ledger under these keys forgets refusals and what was done once'

const copied =
  'COUNTERSIGN_STORE: the table is a copy of the one that its ledger was written in. What was decided after the copy was ' +
  'made is not in it, so nothing is appended until somebody says that it is whole: docs/aws-operations.md, "A restored table"'

const partsOf = ({keys, durable, log}: AwsBase) => ({
  keys,
  durable,
  now: Date.now,
  warn: (problem: string) => log.warn({}, problem),
})

function accept(ring: KeyRing | string): KeyRing {
  if (typeof ring === 'string') throw refusal([ring])
  return ring
}

/**
 * Goes on with a copy under the ledger's own name, which two histories must never have: so it must hold all that the
 * newest checkpoint covers which anybody was given. `note` is that checkpoint. Throws when it does not.
 */
export async function resumeLedger({keys, durable}: AwsBase, note: string): Promise<void> {
  if ((await durable.home.find()) === 'here')
    throw new Error('the ledger is in its own table: there is nothing to resume')
  const {head} = await readChecked(durable)
  const shown = verify.checkpoint(note, printVerifierKey(head.origin, keys.ledger.publicKey))
  if (!shown.valid) throw new Error(`this is no checkpoint of the ledger: ${shown.reason}`)
  await checkContinuation(shown, head, durable.ledger)
  await durable.home.move()
}
