/**
 * A ledger entry (formats §5). Each decision is one entry.
 *
 *   hash = SHA-256( 0x00 || RFC 8785( entry without "hash" ) )
 *
 * One hash for both structures: it is the RFC 6962 §2.1 leaf hash, and `prev` of the next entry.
 */
import {bytesToHex, sha256} from '../crypto.ts'
import {canonicalBytes} from '../json.ts'
import type {MicrosTime} from '../times.ts'

export const entryEvents = [
  'ledger.created',
  'receipt.issued',
  'decision.made',
  'receipt.revoked',
  'receipt.redeemed',
  'deploy.started',
  'deploy.finished',
  'key.rotated',
] as const
export type EntryEvent = (typeof entryEvents)[number]

export interface EntryBody {
  readonly type: 'countersign.entry/v1'
  /** The ledger's origin: the issuer's host, `/` and a random id. */
  readonly ledger: string
  readonly seq: number
  /** The predecessor's hash, 64 hex digits; 64 zeros for entry 0. */
  readonly prev: string
  readonly time: MicrosTime
  readonly event: EntryEvent
  /** An id with at least 128 random bits behind it, never the name of a person or repository. */
  readonly subject: string
  readonly digests: Readonly<Record<string, string>>
}

export interface Entry extends EntryBody {
  readonly hash: string
}

export const firstPrev = '0'.repeat(64)

/** The leaf hash of an entry's body, as 64 hex digits. */
export function hashEntry(body: EntryBody): string {
  const content = canonicalBytes(body)
  const leaf = new Uint8Array(content.length + 1) // 0x00 stands first: RFC 6962's prefix of a leaf
  leaf.set(content, 1)
  return bytesToHex(sha256(leaf))
}

export const sealEntry = (body: EntryBody): Entry => ({...body, hash: hashEntry(body)})

/** Whether `entry` is whole and follows `previous` (undefined: is entry 0); else what is wrong. */
export function checkSuccession(previous: Entry | undefined, entry: Entry): string | undefined {
  const {hash, ...body} = entry
  if (hashEntry(body) !== hash) return `entry ${entry.seq}: its hash is not that of its content`
  if (entry.seq !== (previous?.seq ?? -1) + 1) return `entry ${entry.seq}: the number before it is missing`
  if (entry.prev !== (previous?.hash ?? firstPrev)) return `entry ${entry.seq}: it does not follow its predecessor`
  if (previous === undefined) return undefined
  if (entry.ledger !== previous.ledger) return `entry ${entry.seq}: it belongs to another ledger`
  if (!(entry.time > previous.time)) return `entry ${entry.seq}: its time does not come after its predecessor's`
  return undefined
}
