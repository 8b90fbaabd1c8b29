/**
 * One record of the answer -> what it proves, or the first thing wrong with it: the receipt under the pinned keys and for
 * what was asked, the token for this receipt, the ledger's entry for both of them, its place in the signed tree, and
 * whether the receipt had been revoked by then.
 */
import {
  type Audit,
  type AuditRecord,
  type Entry,
  type Faulty,
  type PinnedKeys,
  type Receipt,
  type ReceiptState,
  type ReportedExecution,
  type ReportedRedemption,
  type Revocation,
  type TokenKeys,
  type TokenResult,
  canonicalBytes,
  canonicalJson,
  describeRefusal,
  digestOf,
  faulty,
  hashEntry,
  parseEntry,
  proofFaults,
  secondsTimeToMs,
  stateAt,
  tokenAudience,
  verify,
  verifyReceipt,
  verifyRevocation,
  verifyToken,
} from '#protocol'
import {type AuditRefusal, auditFault} from './faults.ts'
import type {AuditQuestion} from './question.ts'

export interface TrustedKeys {
  readonly receipts: PinnedKeys
  readonly tokens: TokenKeys
  readonly ledger: string | undefined
}

/** What a record is judged by. */
export interface Bench {
  readonly question: AuditQuestion
  /** The signed receipts of the answer show whose id it is: then one of an earlier name is known by the id. */
  readonly isNamed: boolean
  readonly answer: Pick<Audit, 'repositoryId' | 'checkpoint'>
  readonly keys: TrustedKeys
}

/** Where the ledger has the receipt, under a checkpoint that the ledger key signed. */
export interface LedgerPlace {
  readonly ledger: string
  readonly seq: number
  readonly time: string
  /** How many entries the checkpoint covers. */
  readonly size: number
}

export interface VerifiedRecord {
  readonly valid: true
  readonly receipt: Receipt
  readonly state: ReceiptState
  /** Null where the issuer gives none. */
  readonly decision: TokenResult | null
  readonly revocation: Revocation | null
  /** Null without a ledger key. */
  readonly place: LedgerPlace | null
  /** What no signature covers: the issuer's word for what jobs reported. */
  readonly redemption: ReportedRedemption | null
  readonly executions: readonly ReportedExecution[]
}

export type JudgedRecord = VerifiedRecord | AuditRefusal

export function judgeRecord(record: AuditRecord, bench: Bench): JudgedRecord {
  const receipt = judgeReceipt(record.receipt, bench)
  if ('valid' in receipt) return receipt
  const {token} = record
  const decision = token === null ? null : judgeToken(token, {receipt, bench})
  if (decision?.valid === false) return decision
  const entry = judgeEntry(record.entry, {receipt, token})
  if ('valid' in entry) return entry
  const place =
    bench.keys.ledger === undefined ? null : judgePlace(record, {entry, bench, ledgerKey: bench.keys.ledger})
  if (place !== null && 'valid' in place) return place
  const revocation = record.revocation === null ? null : judgeRevocation(record.revocation, {receipt, bench})
  if (revocation !== null && 'valid' in revocation) return revocation
  const {redemption, executions} = record
  const state = stateOf({receipt, revocation, redemption}, bench.question)
  if (state !== record.state) {
    return auditFault('audit_contradiction', `it calls the receipt ${record.state} where its parts say ${state}`)
  }
  return {valid: true, receipt, state, decision, revocation, place, redemption, executions}
}

const maxTtlMs = 24 * 3_600_000

/** At its own time: what an auditor asks about is over. */
function judgeReceipt(input: unknown, {question, isNamed, answer, keys}: Bench): Receipt | AuditRefusal {
  const {issuer, repository, environment, at} = question
  const scope = {repositoryId: answer.repositoryId, environment, ...(isNamed ? {} : {repository})}
  const expect = {action: 'deploy', ...scope, issuer}
  const verdict = verifyReceipt(input, {keys: keys.receipts, now: 'issued', expect, maxTtl: maxTtlMs})
  if (!verdict.valid) {
    const {what, fix} = describeRefusal(verdict.refusal)
    return {valid: false, code: verdict.refusal.code, reason: what, fix}
  }
  const {receipt} = verdict.verified
  return receipt.issuedAt <= at
    ? receipt
    : auditFault('audit_other_question', `a receipt of ${receipt.issuedAt} was not there at ${at}`)
}

/** Whether a record's receipt holds and bears the name that was asked for: ids are never given twice, names are. */
export const bearsName = ({receipt}: AuditRecord, bench: Omit<Bench, 'isNamed'>): boolean =>
  !('valid' in judgeReceipt(receipt, {...bench, isNamed: false}))

const refusedBy = ({code, reason}: Faulty): AuditRefusal => ({valid: false, code, reason, fix: proofFaults[code].fix})

interface About {
  readonly receipt: Receipt
  readonly bench: Bench
}

/** As of the decision's own time: a token is a record. */
function judgeToken(token: string, {receipt, bench}: About): TokenResult | AuditRefusal {
  const terms = {now: 'issued', issuer: bench.question.issuer, audience: tokenAudience} as const
  const result = verifyToken(token, bench.keys.tokens, terms)
  if (!result.valid) return refusedBy(result)
  const {claims} = result
  // A token without `receipt` is of a decision that is no ALLOW.
  if (claims.receipt !== receipt.id) return auditFault('audit_token_mismatch', 'it names another receipt, or none')
  if (claims.jti !== receipt.decision) return auditFault('audit_token_mismatch', 'it is of another decision')
  if (claims.evidence !== receipt.evidence) return auditFault('audit_token_mismatch', 'it stands on other evidence')
  return canonicalJson(claims.intent.scope) === canonicalJson(receipt.scope)
    ? result
    : auditFault('audit_token_mismatch', 'it is for another scope')
}

/** The digests of the entry are what ties the ledger to receipt, token and evidence. */
function judgeEntry(
  input: unknown,
  {receipt, token}: {readonly receipt: Receipt; readonly token: string | null},
): Entry | AuditRefusal {
  const parsed = parseEntry(input)
  if (!parsed.ok) return refusedBy(faulty('entry_malformed', parsed.reason))
  const {hash, ...body} = parsed.entry
  if (hashEntry(body) !== hash) return refusedBy(faulty('entry_hash_mismatch', `entry ${body.seq} was changed`))
  if (body.event !== 'receipt.issued' || body.subject !== receipt.id) {
    return auditFault('audit_entry_mismatch', `entry ${body.seq} does not say that this receipt was issued`)
  }
  const expected = {
    receipt: digestOf(canonicalBytes(receipt)),
    decision: receipt.decision,
    evidence: receipt.evidence,
    ...(token === null ? {} : {token: digestOf(token)}),
  }
  const other = Object.entries(expected).find(([name, digest]) => body.digests[name] !== digest)
  if (other !== undefined) return auditFault('audit_entry_mismatch', `its ${other[0]} is another`)
  return checkEntryTime(parsed.entry, receipt) ?? parsed.entry
}

const skewMs = 60_000

/** A receipt that was dated back stands in the ledger where it was really made. NaN refuses. */
function checkEntryTime({seq, time}: Entry, {issuedAt, expiresAt}: Receipt): AuditRefusal | undefined {
  const written = Date.parse(time)
  const isAlive = secondsTimeToMs(issuedAt) - skewMs <= written && written < secondsTimeToMs(expiresAt)
  return isAlive
    ? undefined
    : auditFault('audit_contradiction', `entry ${seq} was written at ${time}, outside the life of its receipt`)
}

function judgePlace(
  {inclusion}: AuditRecord,
  {entry, bench, ledgerKey}: {readonly entry: Entry; readonly bench: Bench; readonly ledgerKey: string},
): LedgerPlace | AuditRefusal {
  const {checkpoint} = bench.answer
  if (checkpoint === null) return auditFault('audit_not_covered', 'the issuer gives no checkpoint')
  if (inclusion === null) return auditFault('audit_not_covered', `there is no proof for entry ${entry.seq}`)
  const proven = verify.inclusion(entry, {checkpoint, ledgerKey, proof: inclusion.proof})
  if (!proven.valid) return refusedBy(proven)
  return {ledger: entry.ledger, seq: entry.seq, time: entry.time, size: proven.size}
}

function judgeRevocation(input: unknown, {receipt, bench}: About): Revocation | AuditRefusal {
  const expect = {receipt: receipt.id, repositoryId: receipt.scope.repositoryId}
  const result = verifyRevocation(input, {keys: bench.keys.receipts, expect})
  return result.valid ? result.revocation : refusedBy(result)
}

const stateOf = (
  {receipt, revocation, redemption}: Pick<VerifiedRecord, 'receipt' | 'revocation' | 'redemption'>,
  {at}: AuditQuestion,
): ReceiptState => stateAt({expiresAt: receipt.expiresAt, revokedAt: revocation?.at, redeemedAt: redemption?.at}, at)
