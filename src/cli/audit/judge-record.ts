/**
 * One record of the answer -> what it proves, or the first thing wrong with it: the receipt under the pinned keys and for
 * what was asked, the token for this receipt, the ledger's entry for both of them, its place in the signed tree, and the
 * revocation that came with it. One that the issuer leaves out is not noticed here: only the whole ledger shows it.
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
  digestOf,
  explainFaulty,
  explainRefusal,
  faulty,
  findOtherInEntry,
  findOtherInToken,
  hashEntry,
  isWrittenInLife,
  lifeOf,
  parseEntry,
  stateAt,
  verify,
  verifyDecided,
  verifyIssued,
  verifyRevocation,
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
  const state = stateAt(lifeOf(receipt, {revocation, redemption}), bench.question.at)
  if (state !== record.state) {
    return auditFault('audit_contradiction', `it calls the receipt ${record.state} where its parts say ${state}`)
  }
  return {valid: true, receipt, state, decision, revocation, place, redemption, executions}
}

function judgeReceipt(input: unknown, {question, isNamed, answer, keys}: Bench): Receipt | AuditRefusal {
  const {issuer, repository, environment, at} = question
  const scope = {repositoryId: answer.repositoryId, environment, ...(isNamed ? {} : {repository})}
  const verdict = verifyIssued(input, keys.receipts, {...scope, issuer})
  if (!verdict.valid) return {valid: false, ...explainRefusal(verdict.refusal)}
  const {receipt} = verdict.verified
  return receipt.issuedAt <= at
    ? receipt
    : auditFault('audit_other_question', `a receipt of ${receipt.issuedAt} was not there at ${at}`)
}

/** Whether a record's receipt holds and bears the name that was asked for: ids are never given twice, names are. */
export const bearsName = ({receipt}: AuditRecord, bench: Omit<Bench, 'isNamed'>): boolean =>
  !('valid' in judgeReceipt(receipt, {...bench, isNamed: false}))

const refusedBy = (fault: Faulty): AuditRefusal => ({valid: false, ...explainFaulty(fault)})

interface About {
  readonly receipt: Receipt
  readonly bench: Bench
}

function judgeToken(token: string, {receipt, bench}: About): TokenResult | AuditRefusal {
  const result = verifyDecided(token, bench.keys.tokens, bench.question.issuer)
  if (!result.valid) return refusedBy(result)
  const {id, decision, evidence, scope} = receipt
  const other = findOtherInToken(result.claims, {receipt: id, decision, evidence, scope})
  return other === undefined ? result : auditFault('audit_token_mismatch', `it ${other}`)
}

function judgeEntry(
  input: unknown,
  {receipt, token}: {readonly receipt: Receipt; readonly token: string | null},
): Entry | AuditRefusal {
  const parsed = parseEntry(input)
  if (!parsed.ok) return refusedBy(faulty('entry_malformed', parsed.fault))
  const {hash, ...body} = parsed.value
  const {seq, time, digests} = body
  if (hashEntry(body) !== hash) return refusedBy(faulty('entry_hash_mismatch', `entry ${seq} was changed`))
  const isTokens = token === null || digests['token'] === digestOf(token)
  const other = findOtherInEntry(parsed.value, receipt) ?? (isTokens ? undefined : 'token')
  if (other !== undefined) return auditFault('audit_entry_mismatch', `entry ${seq} has another ${other}`)
  return isWrittenInLife(parsed.value, receipt)
    ? parsed.value
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
