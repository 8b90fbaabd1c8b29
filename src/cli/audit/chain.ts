/**
 * The receipts of an environment form a chain: each names the commit that it counts from, which an earlier one
 * authorized. Walks it back from a receipt, always to an earlier entry of the ledger, so that no rollback makes a circle.
 */
import {type CommitSha, type Receipt, explainRefusal, verifyIssued} from '#protocol'
import {type AuditRefusal, auditFault} from './faults.ts'
import type {EarlierReceipts} from './earlier.ts'
import type {TrustedKeys} from './judge-record.ts'

export interface Chain {
  /** Verified, newest first: the one that was asked about, and each that the one before it counts from. */
  readonly receipts: readonly Receipt[]
  readonly end: ChainEnd
}

export type ChainEnd =
  /** The oldest of them names no earlier authorization. */
  | {readonly kind: 'none'}
  /** What lay beneath the environment's first authorization: its own receipt counts from there too. */
  | {readonly kind: 'ground'; readonly since: CommitSha}
  /** Further back than is read, or than what there is to read goes. */
  | {readonly kind: 'unread'; readonly since: CommitSha}
  | {readonly kind: 'broken'; readonly since: CommitSha; readonly refusal: AuditRefusal}

/** `start` is verified. */
export async function walkChain(
  start: Receipt,
  earlier: EarlierReceipts,
  keys: Pick<TrustedKeys, 'receipts'>,
): Promise<Chain> {
  const receipts = [start]
  const judge = (receipt: Receipt): AuditRefusal | undefined => judgeAlike(receipt, start, keys)
  for (let [last, passed] = [start, 0]; ;) {
    const {since} = last.scope
    if (since === undefined) return {receipts, end: {kind: 'none'}}
    const place = await earlier.find(since, passed)
    if (place === undefined) return {receipts, end: endAfter({...last, since}, {earlier, passed, judge})}
    const refusal = judge(place.receipt)
    if (refusal !== undefined) return {receipts, end: {kind: 'broken', since, refusal}}
    receipts.push(place.receipt)
    ;[last, passed] = [place.receipt, place.passed]
  }
}

/** For the same environment of the same repository, whatever its name was then. */
function judgeAlike(
  receipt: Receipt,
  {scope: {repositoryId, environment}, issuer}: Receipt,
  {receipts}: Pick<TrustedKeys, 'receipts'>,
): AuditRefusal | undefined {
  const verdict = verifyIssued(receipt, receipts, {repositoryId, environment, issuer})
  if (verdict.valid) return undefined
  const {code, reason, fix} = explainRefusal(verdict.refusal)
  return {valid: false, code, reason: `${receipt.id}: ${reason}`, fix}
}

interface Rest {
  readonly earlier: EarlierReceipts
  /** How many of them stand after `last` in the ledger, itself included. */
  readonly passed: number
  readonly judge: (receipt: Receipt) => AuditRefusal | undefined
}

/** Where no earlier receipt names the commit that `last` counts from. */
function endAfter(
  {id, since}: {readonly id: string; readonly since: CommitSha},
  {earlier, passed, judge}: Rest,
): ChainEnd {
  if (!earlier.isWhole) return {kind: 'unread', since}
  const older = earlier.read.slice(passed)
  const first = older.at(-1)
  // The environment's first receipt says itself what the ground is.
  if (first === undefined) return {kind: 'ground', since}
  const refusal = judge(first)
  if (refusal !== undefined) return {kind: 'broken', since, refusal}
  if (first.scope.since === since) return {kind: 'ground', since}
  const before = older.find((one) => judge(one) === undefined) ?? first
  const detail = `${id} counts from ${since}, which no earlier receipt names: commits between ${before.scope.sha} and ${since} were never authorized`
  return {kind: 'broken', since, refusal: auditFault('audit_chain_broken', detail)}
}
