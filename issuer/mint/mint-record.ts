/** What the ledger keeps of a decision, and of what happens to a receipt later: the next entry, and the tree after it. */
import {
  type DecisionId,
  type Entry,
  type EntryBody,
  type EntryEvent,
  type MicrosTime,
  type Receipt,
  type ReceiptId,
  appendLeaf,
  canonicalBytes,
  canonicalJson,
  digestOf,
  firstPrev,
  microsTimeToMicros,
  printMicrosTime,
  sealEntry,
} from '#protocol'
import type {Case} from '../model/ruling.ts'
import type {DecisionRecord, EventRecord, LedgerHead, LedgerRecord} from '../model/record.ts'
import type {Evidence} from './mint-evidence.ts'

export interface RecordOrder {
  /** What the new entry follows; the record is worth nothing for another head. */
  readonly head: LedgerHead
  readonly decision: DecisionId
  readonly case: Case
  /** The canonical text of the policy that was evaluated. */
  readonly policy: string
  readonly evidence: Evidence
  readonly token: string
  /** The signed receipt of an ALLOW; absent, the decision is another one. */
  readonly receipt?: Receipt | undefined
  /** As nextTime gave it. */
  readonly at: MicrosTime
}

export function mintRecord({head, at, ...order}: RecordOrder): DecisionRecord {
  const {decision, case: asked, policy, evidence, receipt, token} = order
  const entry = sealEntry({...follow(head, at), ...eventOf(order)})
  const {repository} = asked.change
  return {
    kind: 'decision',
    entry,
    frontier: appendLeaf(head.frontier, entry.hash),
    scope: {repositoryId: repository.id, environment: asked.request.environment},
    repository: repository.name,
    ownerId: repository.owner.id,
    public: repository.public,
    once: `decision/${decision}`,
    decision,
    receipt,
    evidence: evidence.text,
    policy,
    token,
  }
}

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

/** Time never runs backwards in the ledger, whatever the clocks of two processes say (formats §5). `now` in milliseconds. */
export const nextTime = ({last}: Pick<LedgerHead, 'last'>, now: number): MicrosTime =>
  printMicrosTime(Math.max(microsOf(now), microsTimeToMicros(last.time) + 1))

/** The head once this record is written: what the next record of the same change follows. */
export const headAfter = ({origin}: LedgerHead, {entry, frontier}: LedgerRecord): LedgerHead => ({
  origin,
  last: entry,
  frontier,
})

export const follow = (
  {origin, last}: LedgerHead,
  at: MicrosTime,
): Omit<EntryBody, 'event' | 'subject' | 'digests'> => ({
  type: 'countersign.entry/v1',
  ledger: origin,
  seq: last.seq + 1,
  prev: last.hash,
  time: at,
})

const microsOf = (now: number): number => Math.floor(now * 1000)

/** The receipt's digest is that of its canonical JSON, signature included. */
function eventOf({
  decision,
  evidence,
  token,
  receipt,
}: Pick<RecordOrder, 'decision' | 'evidence' | 'token' | 'receipt'>): Pick<EntryBody, 'event' | 'subject' | 'digests'> {
  const digests = {token: digestOf(token), evidence: evidence.digest}
  if (receipt === undefined) return {event: 'decision.made', subject: decision, digests}
  return {
    event: 'receipt.issued',
    subject: receipt.id,
    digests: {decision, ...digests, receipt: digestOf(canonicalBytes(receipt))},
  }
}

export interface LedgerBirth {
  /** The issuer's host, as in its public URL. */
  readonly host: string
  /** At least 128 random bits, hex. */
  readonly random: string
  /** Digest of the key set that the ledger begins with. */
  readonly keys: string
  /** Milliseconds. */
  readonly now: number
}

/** Entry 0 of a new ledger. Its origin is `host/random`. */
export function mintFirstEntry({host, random, keys, now}: LedgerBirth): Entry {
  const origin = `${host}/${random}`
  return sealEntry({
    type: 'countersign.entry/v1',
    ledger: origin,
    seq: 0,
    prev: firstPrev,
    time: printMicrosTime(microsOf(now)),
    event: 'ledger.created',
    subject: origin,
    digests: {keys},
  })
}
