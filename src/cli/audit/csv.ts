/** What was proven as CSV (RFC 4180), one row a record; safe to open in a spreadsheet. */
import {type Cell, printRow} from '#pack'
import {deployedAt} from '#protocol'
import type {AuditQuestion} from './question.ts'
import type {JudgedRecord, VerifiedRecord} from './judge-record.ts'
import {type JudgedAudit, isVerified} from './judge.ts'

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
  authorized_by: ({receipt}) => receipt.approvals.map(({login}) => login).join(' '),
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
  reported_run: ({redemption, executions}) => executions.at(-1)?.run.url ?? redemption?.run.id,
  reported_deployed_at: ({executions}, {at}) => deployedAt(executions, at),
}

/** Lines without their ends. */
export const csvLines = ({records}: JudgedAudit, question: AuditQuestion): readonly string[] => [
  printRow(['verified', 'code', ...Object.keys(columns)]),
  ...records.map((record) => printRow(rowOf(record, question))),
]

function rowOf(record: JudgedRecord, question: AuditQuestion): readonly Cell[] {
  const known = Object.values(columns)
  if (!isVerified(record)) return ['no', record.code, ...known.map(() => undefined)]
  return ['yes', undefined, ...known.map((column) => column(record, question))]
}
