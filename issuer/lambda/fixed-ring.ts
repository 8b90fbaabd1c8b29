/** The receipt key where it cannot be rotated yet: the one in KMS that the ledger began with. */
import {type KeySet, canonicalBytes, digestOf} from '#protocol'
import {signKeySet} from '../keys/key-ring.ts'
import type {KeyRing} from '../keys/key-ring.ts'
import {firstKeys} from '../mint/mint-key-set.ts'
import type {Signer} from '../signing/signer.ts'
import type {EntryReader} from '../store/store.ts'

export interface FixedKeys {
  readonly receipt: Signer
  readonly ledger: Signer
}

/** The ring, or why these keys are not those of the ledger. */
export async function openFixedRing({receipt, ledger}: FixedKeys, entries: EntryReader): Promise<KeyRing | string> {
  const [entry] = await entries.entries(0, 1)
  if (entry === undefined) return noLedgerYet
  const since = Date.parse(entry.time)
  const announced = firstKeys({receipt: receipt.publicKey, ledger: ledger.publicKey, since})
  const keySet: KeySet = await signKeySet(announced, {signer: receipt, now: since})
  if (digestOf(canonicalBytes(keySet)) !== entry.digests['keys']) {
    return 'COUNTERSIGN_RECEIPT_KEY: the receipt key and the ledger key are not those that the ledger began with'
  }
  return {
    signer: receipt,
    follow: () => Promise.resolve(),
    announced: () => Promise.resolve(announced),
    keySet: () => Promise.resolve(keySet),
    pins: () => new Map([[receipt.publicKey, {key: receipt.publicKey, status: 'trusted'}]]),
  }
}

/** An emptied table looks like a new one, and a new ledger forgets every refusal: so a person says it (docs/aws.md). */
const noLedgerYet =
  'COUNTERSIGN_STORE: the table holds no ledger. For a new issuer begin it once, as docs/aws.md shows; otherwise put the ' +
  'table back from its backup: a new ledger under these keys forgets refusals and claims'
