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
import type {Case} from '../model/ruling.ts'
import type {DecisionRecord, LedgerHead, LedgerRecord} from '../model/record.ts'
import type {ScopeState} from '../model/state.ts'
import {dropWaiting} from './fold-waiting.ts'
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

/** The scope after an ALLOW: receipts whose life is over at `now` (milliseconds) are dropped, the new one stands last. */
export function foldScope(
  state: ScopeState,
  {receipt, public: isPublic}: Pick<DecisionRecord, 'public'> & {readonly receipt: Receipt},
  now: number,
): ScopeState {
  const {id, scope, authorizedBy, approvals, expiresAt} = receipt
  const alive = state.receipts.filter((one) => now < one.expiresAt && one.id !== id)
  const minted = {
    id,
    sha: scope.sha,
    pullRequest: scope.pullRequest ?? 0,
    authorizedBy,
    approvers: approvals.map((approval) => approval.id),
    public: isPublic,
    before: state.lastAuthorized,
    expiresAt: secondsTimeToMs(expiresAt),
  }
  return {
    ...state,
    receipts: [...alive, minted],
    lastAuthorized: scope.sha,
    waiting: dropWaiting(state.waiting, minted.pullRequest),
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
