/** A decision as the ledger keeps it: the next entry, the tree after it, and what its scope has become. */
import {
  type DecisionId,
  type Entry,
  type EntryBody,
  type MicrosTime,
  type Receipt,
  appendLeaf,
  canonicalBytes,
  digestOf,
  firstPrev,
  microsTimeToMicros,
  printMicrosTime,
  sealEntry,
  secondsTimeToMs,
} from '#protocol'
import type {Case} from '../policy/ruling.ts'
import {sealPolicy} from '../policy/built-in.ts'
import type {DecisionRecord, LedgerHead, ScopeState} from '../store/store.ts'
import {dropWaiting} from './fold-waiting.ts'
import type {Evidence} from './mint-evidence.ts'

export interface RecordOrder {
  /** What the new entry follows; the record is worth nothing for another head. */
  readonly head: LedgerHead
  readonly decision: DecisionId
  readonly case: Case
  readonly evidence: Evidence
  /** The signed receipt of an ALLOW; absent, the decision is a DENY. */
  readonly receipt?: Receipt | undefined
  /** Milliseconds. */
  readonly now: number
}

export function mintRecord({head, decision, case: asked, evidence, receipt, now}: RecordOrder): DecisionRecord {
  const entry = sealEntry({...follow(head, now), ...eventOf({decision, evidence, receipt})})
  const {repository} = asked.change
  return {
    entry,
    frontier: appendLeaf(head.frontier, entry.hash),
    decision,
    scope: {repositoryId: repository.id, environment: asked.request.environment},
    repository: repository.name,
    public: repository.public,
    receipt,
    evidence: evidence.text,
    policy: sealPolicy(asked.policy).text,
  }
}

/** Time never runs backwards in the ledger, whatever the clocks of two processes say (formats §5). */
function follow({origin, last}: LedgerHead, now: number): Omit<EntryBody, 'event' | 'subject' | 'digests'> {
  return {
    type: 'countersign.entry/v1',
    ledger: origin,
    seq: last.seq + 1,
    prev: last.hash,
    time: printMicrosTime(Math.max(microsOf(now), microsTimeToMicros(last.time) + 1)),
  }
}

const microsOf = (now: number): number => Math.floor(now * 1000)

/** The receipt's digest is that of its canonical JSON, signature included. */
function eventOf({
  decision,
  evidence,
  receipt,
}: Pick<RecordOrder, 'decision' | 'evidence' | 'receipt'>): Pick<EntryBody, 'event' | 'subject' | 'digests'> {
  if (receipt === undefined) {
    return {event: 'decision.made', subject: decision, digests: {evidence: evidence.digest}}
  }
  return {
    event: 'receipt.issued',
    subject: receipt.id,
    digests: {decision, evidence: evidence.digest, receipt: digestOf(canonicalBytes(receipt))},
  }
}

/** The scope after an ALLOW: receipts whose life is over at `now` (milliseconds) are dropped, the new one stands last. */
export function foldScope(state: ScopeState, {id, scope, authorizedBy, expiresAt}: Receipt, now: number): ScopeState {
  const alive = state.receipts.filter((receipt) => now < receipt.expiresAt && receipt.id !== id)
  const minted = {
    id,
    sha: scope.sha,
    pullRequest: scope.pullRequest ?? 0,
    authorizedBy,
    expiresAt: secondsTimeToMs(expiresAt),
  }
  const waiting = dropWaiting(state.waiting, minted.pullRequest)
  return {receipts: [...alive, minted], lastAuthorised: scope.sha, ...(waiting.length > 0 && {waiting})}
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
  const time: MicrosTime = printMicrosTime(microsOf(now))
  return sealEntry({
    type: 'countersign.entry/v1',
    ledger: origin,
    seq: 0,
    prev: firstPrev,
    time,
    event: 'ledger.created',
    subject: origin,
    digests: {keys},
  })
}
