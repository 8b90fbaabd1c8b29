/** What happens to a receipt after it was issued, as the ledger keeps it: one entry that carries the digest of a body. */
import {
  type EntryEvent,
  type MicrosTime,
  type ReceiptId,
  appendLeaf,
  canonicalJson,
  digestOf,
  sealEntry,
} from '#protocol'
import type {EventRecord, LedgerHead} from '../model/record.ts'
import {follow} from './mint-record.ts'

export interface EventOrder extends Pick<EventRecord, 'scope' | 'repository' | 'ownerId' | 'public' | 'once'> {
  /** What the entry follows. */
  readonly head: LedgerHead
  readonly at: MicrosTime
  readonly event: Extract<EntryEvent, 'receipt.revoked' | 'receipt.redeemed' | 'deploy.started' | 'deploy.finished'>
  readonly receipt: ReceiptId
  /** Kept beside the entry as canonical JSON, so that its digest can be recomputed. */
  readonly body: object
}

export function mintEvent({head, at, event, body, ...kept}: EventOrder): EventRecord {
  const text = canonicalJson(body)
  const digests = {[event === 'receipt.revoked' ? 'revocation' : 'run']: digestOf(text)}
  const entry = sealEntry({...follow(head, at), event, subject: kept.receipt, digests})
  return {kind: 'event', ...kept, entry, frontier: appendLeaf(head.frontier, entry.hash), body: text}
}
