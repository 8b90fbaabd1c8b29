/** What was proven as CSV (RFC 4180), one row a record; safe to open in a spreadsheet. */
import {deployedAt} from '#protocol'
import type {AuditQuestion} from './question.ts'
import type {JudgedRecord, VerifiedRecord} from './judge-record.ts'
import {type JudgedAudit, isVerified} from './judge.ts'

type Cell = string | number | undefined
type Column = (record: VerifiedRecord, question: AuditQuestion) => Cell

/** A refused record has its code alone: nothing else of it is known. `reported_` is what no signature covers. */
const columns: Readonly<Record<string, Column>> = {
  receipt: ({receipt}) => receipt.id,
  state: ({state}) => state,
  at: (_, {at}) => at,
  repository: ({receipt}) => receipt.scope.repository,
  repository_id: ({receipt}) => receipt.scope.repositoryId,
  environment: ({receipt}) => receipt.scope.environment,
  commit: ({receipt}) => receipt.scope.sha,
  pull_request: ({receipt}) => receipt.scope.pullRequest,
  authorised_by: ({receipt}) => receipt.approvals.map(({login}) => login).join(' '),
  flags: ({receipt}) => receipt.flags.join(' '),
  issued_at: ({receipt}) => receipt.issuedAt,
  expires_at: ({receipt}) => receipt.expiresAt,
  decision: ({receipt}) => receipt.decision,
  decided_at: ({decision}) => decision?.timestamp,
  risk: ({decision}) => decision?.claims.risk.score,
  revoked_at: ({revocation}) => revocation?.at,
  revoked_by: ({revocation}) => revocation?.revokedBy.login,
  revocation_cause: ({revocation}) => revocation?.cause,
  ledger_entry: ({place}) => place?.seq,
  ledger_size: ({place}) => place?.size,
  reported_used_at: ({redemption}) => redemption?.at,
  reported_run: ({redemption, executions}) => (redemption ?? executions.at(-1))?.run.url,
  reported_deployed_at: ({executions}, {at}) => deployedAt(executions, at),
}

/** Lines without their ends. */
export const csvLines = ({records}: JudgedAudit, question: AuditQuestion): readonly string[] => [
  ['verified', 'code', ...Object.keys(columns)].map(printCell).join(','),
  ...records.map((record) => rowOf(record, question).map(printCell).join(',')),
]

function rowOf(record: JudgedRecord, question: AuditQuestion): readonly Cell[] {
  const known = Object.values(columns)
  if (!isVerified(record)) return ['no', record.code, ...known.map(() => undefined)]
  return ['yes', undefined, ...known.map((column) => column(record, question))]
}

/** A spreadsheet runs what begins so as a formula; a quote before it makes it text. */
const formula = /^[=+\-@\t\r]/

function printCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell)
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
