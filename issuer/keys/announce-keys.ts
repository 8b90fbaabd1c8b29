/** Announcing a change of the keys: the signed set and its entry, in one append to the ledger. */
import type {KeySet, Result} from '#protocol'
import {mintKeyEntry, signingKeyAt} from '../mint/mint-key-set.ts'
import {nextTime} from '../mint/mint-record.ts'
import type {LedgerReader} from '../model/readers.ts'
import {inRounds} from '../store/rounds.ts'
import type {Changed} from './change-keys.ts'
import {type KeyRing, signKeySet} from './key-ring.ts'
import type {Announced, KeySets, ReceiptKeys} from '../model/key-sets.ts'

export interface Announcing {
  readonly ring: KeyRing
  readonly durable: {readonly keySets: KeySets; readonly ledger: LedgerReader}
  readonly keys: ReceiptKeys
  /** Milliseconds. */
  readonly now: () => number
}

export type Announcement = Result<KeySet, string>

/** `change` is asked again, with the keys as they are then, whenever another entry was appended first. */
export async function announceKeys(
  change: (settled: Announced) => Changed,
  {ring, durable, keys, now}: Announcing,
): Promise<Announcement> {
  return await inRounds(async () => {
    // Read before the keys: whatever changes them later moves this end, and the append is lost.
    const head = await durable.ledger.head()
    const changed = change(await ring.announced())
    if (!changed.ok) return changed
    const at = now()
    const signer = keys.signerOf(signingKeyAt(changed.value.keys, at))
    if (!signer.ok) return signer
    const keySet = await signKeySet(changed.value, {signer: signer.value, now: at})
    const entry = mintKeyEntry({head, keySet, at: nextTime(head, at)})
    const announced = await durable.keySets.announce({head, entry, keySet})
    return announced === 'committed' ? {ok: true, value: keySet} : 'lost'
  })
}
