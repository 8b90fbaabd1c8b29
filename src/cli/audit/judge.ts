/** The issuer's whole answer -> what of it is proven. */
import {type Audit, runningAt, sameRepository} from '#protocol'
import {type AuditRefusal, auditFault} from './faults.ts'
import {type Bench, type JudgedRecord, type VerifiedRecord, bearsName, judgeRecord} from './judge-record.ts'

export interface JudgedAudit {
  /** In the order of the answer. */
  readonly records: readonly JudgedRecord[]
  /** The record of what was running then, as its job reported; undefined when no job did, or a record is refused. */
  readonly running: VerifiedRecord | undefined
  /** The newest one that still let something out then. */
  readonly authorized: VerifiedRecord | undefined
  /** What is wrong with the answer as a whole. */
  readonly faults: readonly AuditRefusal[]
}

export const isVerified = (record: JudgedRecord): record is VerifiedRecord => record.valid

type AuditOrder = Omit<Bench, 'isNamed'>

export function judgeAudit(audit: Audit, asked: AuditOrder): JudgedAudit {
  const other = checkQuestion(audit, asked)
  if (other !== undefined) return {records: [], running: undefined, authorized: undefined, faults: [other]}
  const bench = {...asked, isNamed: audit.records.some((record) => bearsName(record, asked))}
  const records = audit.records.map((record) => judgeRecord(record, bench))
  const verified = records.filter(isVerified)
  const running = runningAt(verified, audit.at)
  const faults = records.length === 0 ? [noReceipt(asked)] : checkWhole(audit, {records, running})
  if (faults.length > 0) return {records, running: undefined, authorized: undefined, faults}
  // A refused record may be the one that was deployed last.
  const isWhole = verified.length === records.length
  return {records, running: isWhole ? running : undefined, authorized: verified.find(letsOut), faults}
}

const letsOut = ({state}: VerifiedRecord): boolean => state === 'active' || state === 'redeemed'

function checkQuestion({repository, environment, at}: Audit, {question}: AuditOrder): AuditRefusal | undefined {
  if (!sameRepository(repository, question.repository)) {
    return auditFault('audit_other_question', `it is about ${repository}`)
  }
  if (environment !== question.environment) return auditFault('audit_other_question', `it is about ${environment}`)
  return at === question.at ? undefined : auditFault('audit_other_question', `it is about ${at}`)
}

/** Not found and not shown look the same from here, and neither is "nobody". */
const noReceipt = ({question}: AuditOrder): AuditRefusal => ({
  valid: false,
  code: 'receipt_missing',
  reason: `The issuer shows no receipt for ${question.repository}, ${question.environment}, of ${question.at} or before.`,
  fix: 'If the repository is not public, give --auditor-token-file; else nobody authorized anything there by then.',
})

/** Only of records that all hold: a refused one may be the one that would explain it. */
function checkWhole(
  audit: Audit,
  {records, running}: Pick<JudgedAudit, 'records' | 'running'>,
): readonly AuditRefusal[] {
  const verified = records.filter(isVerified)
  if (verified.length < records.length) return []
  const ids = verified.map(({receipt}) => receipt.id)
  if (new Set(ids).size < ids.length) return [auditFault('audit_contradiction', 'it holds a receipt twice')]
  const times = verified.map(({receipt}) => receipt.issuedAt)
  if (times.join() !== times.toSorted().toReversed().join()) {
    return [auditFault('audit_contradiction', 'its records do not stand newest first')]
  }
  return audit.running === (running?.receipt.id ?? null)
    ? []
    : [auditFault('audit_contradiction', 'what it calls running is not what its own reports say')]
}
