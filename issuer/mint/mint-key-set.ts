/**
 * The body of `/.well-known/countersign-keys.json`, to be signed by the receipt key as receipts are, and its entry in the
 * ledger. What is announced names its times, so what it says at a moment needs no further announcement.
 */
import {
  type Entry,
  type KeySet,
  type KeySetBody,
  type MicrosTime,
  type PublicKey,
  type PublishedKey,
  canonicalBytes,
  digestOf,
  printSecondsTime,
  sealEntry,
  secondsTimeToMs,
} from '#protocol'
import type {Announced} from '../model/key-sets.ts'
import type {LedgerHead} from '../model/record.ts'
import {follow} from './mint-record.ts'

export interface FirstKeys {
  readonly receipt: PublicKey
  readonly ledger: PublicKey
  /** When the ledger began; milliseconds. */
  readonly since: number
}

/** What a ledger begins with. */
export function firstKeys({receipt, ledger, since}: FirstKeys): Announced {
  const at = printSecondsTime(since)
  const begin = (publicKey: PublicKey, use: PublishedKey['use']): PublishedKey => ({
    publicKey,
    use,
    status: 'active',
    notBefore: at,
    notAfter: null,
    revokedAt: null,
  })
  return {keys: [begin(receipt, 'receipt'), begin(ledger, 'ledger')], version: 1, at}
}

/** The set at a moment (milliseconds): to be signed by the key that it names, which is the one that signs then. */
export function mintKeySet(announced: Announced, now: number): KeySetBody {
  const {keys, version, at} = settleKeys(announced, now)
  return {type: 'countersign.keys/v1', keys, version, at, publicKey: signingKeyAt(keys, now)}
}

/** The end of an overlap was announced: when it is reached, the retiring key is retired, in a version of its own. */
export function settleKeys(announced: Announced, now: number): Announced {
  const over = announced.keys.find(
    ({status, notAfter}) => status === 'retiring' && notAfter !== null && now >= secondsTimeToMs(notAfter),
  )
  if (over === undefined || over.notAfter === null) return announced
  const keys = announced.keys.map((key): PublishedKey => (key === over ? {...key, status: 'retired'} : key))
  return {keys, version: announced.version + 1, at: over.notAfter}
}

/** Whether a key signs receipts, or will. */
export const isLive = ({use, status}: PublishedKey): boolean =>
  use === 'receipt' && (status === 'active' || status === 'retiring')

/** The receipt key that signs at a moment (milliseconds): of those that have begun, the newest. */
export function signingKeyAt(keys: readonly PublishedKey[], now: number): PublicKey {
  const live = keys.filter(isLive).sort((a, b) => (a.notBefore < b.notBefore ? -1 : 1))
  // A clock behind that of the process which announced the keys is no reason to sign nothing.
  const key = live.findLast(({notBefore}) => secondsTimeToMs(notBefore) <= now) ?? live[0]
  if (key === undefined) throw new Error('the key set has no receipt key that signs')
  return key.publicKey
}

/** What the ledger says of a new key set. */
export function mintKeyEntry({head, keySet, at}: {head: LedgerHead; keySet: KeySet; at: MicrosTime}): Entry {
  const digests = {keys: digestOf(canonicalBytes(keySet))}
  return sealEntry({...follow(head, at), event: 'key.rotated', subject: head.origin, digests})
}
