/**
 * What `GET /v1/audit` answers (docs/routes.md): who authorized what was running then. The answer as a whole is signed
 * by nobody; whoever reads it verifies what lies in it, each part by its own verifier.
 */
import {
  type CommitSha,
  type Environment,
  type ReceiptId,
  type RepositoryId,
  type RepositoryName,
  isSafeText,
  parseCommitSha,
  parseEnvironment,
  parseReceiptId,
  parseRepositoryId,
  parseRepositoryName,
} from './ids.ts'
import type {Receipt} from './receipt.ts'
import type {Result} from './result.ts'
import type {Revocation} from './revocation.ts'
import {ShapeFault, by, listOf, oneOf, optional, readMembers} from './shape.ts'
import {type SecondsTime, parseSecondsTime, secondsTimeToMs} from './times.ts'

export type ReceiptState = 'active' | 'expired' | 'redeemed' | 'revoked'

/** A workflow run as its own OIDC token named it. */
export interface ReportedRun {
  /** GitHub's id of the run, in decimal. */
  readonly id: string
  readonly attempt: number
  readonly url: string
}

/** As the signed status names it, whose digest the ledger carries. */
export interface ReportedRedemption {
  readonly run: Pick<ReportedRun, 'id' | 'attempt'>
  readonly at: SecondsTime
}

/** What a job said of itself. */
export interface ReportedExecution {
  readonly run: ReportedRun
  readonly event: 'started' | 'finished'
  readonly outcome?: 'success' | 'failure' | 'cancelled' | undefined
  readonly at: SecondsTime
  /** Whether the job's token named the environment. */
  readonly environment: 'attested' | 'not attested'
}

/** A deployment of GitHub's that no receipt covers. */
export interface UncoveredDeployment {
  readonly deployment: number
  readonly sha: CommitSha
  readonly at: SecondsTime
  readonly url: string
}

/** What is unknown here has a verifier of its own. */
export interface AuditRecord {
  readonly receipt: unknown
  /** The authority token; null where none is kept. */
  readonly token: string | null
  /** As of the moment that was asked about. */
  readonly state: ReceiptState
  /** Also one of a later time. */
  readonly revocation: unknown
  readonly redemption: ReportedRedemption | null
  /** In the order in which they were reported. */
  readonly executions: readonly ReportedExecution[]
  /** The ledger's entry of the receipt. */
  readonly entry: unknown
  /** That the entry is in the checkpoint; null where the checkpoint is older. */
  readonly inclusion: {
    readonly seq: number
    readonly size: number
    readonly hash: string
    readonly proof: readonly string[]
  } | null
}

export interface Audit {
  readonly type: 'countersign.audit/v1'
  readonly repository: RepositoryName
  /** Null where there is no record. */
  readonly repositoryId: RepositoryId | null
  readonly environment: Environment
  readonly at: SecondsTime
  /** Issued at or before `at`, newest first. */
  readonly records: readonly AuditRecord[]
  readonly running: ReceiptId | null
  /** Null when GitHub was not asked. */
  readonly unauthorized: readonly UncoveredDeployment[] | null
  /** The signed note. */
  readonly checkpoint: string | null
}

/** How messages describe what parseMoment takes. */
export const momentForm = 'YYYY-MM-DDTHH:MM, with seconds or without, and Z or an offset such as +02:00'

const momentPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** A time as people write it (RFC 3339, the seconds left out or not): `2026-04-02T16:35+02:00`. */
export function parseMoment(value: unknown): SecondsTime | undefined {
  const match = typeof value === 'string' ? momentPattern.exec(value) : null
  if (match === null) return undefined
  const [, minute = '', second = ':00', sign, hours, minutes] = match
  const local = parseSecondsTime(`${minute}${second}Z`)
  if (local === undefined || sign === undefined) return local
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000
  const ms = secondsTimeToMs(local) + (sign === '+' ? -offset : offset)
  // Past the ends of the years 0 to 9999 there is no such text.
  return parseSecondsTime(new Date(ms).toISOString().replace('.000Z', 'Z'))
}

/** `YYYY-MM-DD`, the day's beginning in UTC; or a moment. */
export const parseDayOrMoment = (value: unknown): SecondsTime | undefined =>
  parseMoment(typeof value === 'string' && value.length === 10 ? `${value}T00:00Z` : value)

export interface ReceiptLife {
  readonly expiresAt: SecondsTime
  readonly revokedAt: SecondsTime | undefined
  readonly redeemedAt: SecondsTime | undefined
}

export const lifeOf = (
  {expiresAt}: Pick<Receipt, 'expiresAt'>,
  {revocation, redemption}: Pick<AuditRecord, 'redemption'> & {readonly revocation: Revocation | null},
): ReceiptLife => ({expiresAt, revokedAt: revocation?.at, redeemedAt: redemption?.at})

/** What an issued receipt was at that moment; of two words the one that forbids more. Times of this form sort as text. */
export function stateAt({expiresAt, revokedAt, redeemedAt}: ReceiptLife, at: SecondsTime): ReceiptState {
  if (revokedAt !== undefined && revokedAt <= at) return 'revoked'
  if (!(at < expiresAt)) return 'expired'
  return redeemedAt !== undefined && redeemedAt <= at ? 'redeemed' : 'active'
}

/** When it was last deployed with success before that moment, as its job reported. */
export const deployedAt = (executions: readonly ReportedExecution[], at: SecondsTime): SecondsTime | undefined =>
  executions
    .filter((one) => one.outcome === 'success' && one.at < at)
    .map((one) => one.at)
    .sort()
    .at(-1)

/** The one whose last successful deployment is the newest; `found` stands newest receipt first, which wins a tie. */
export function runningAt<T extends Pick<AuditRecord, 'executions'>>(
  found: readonly T[],
  at: SecondsTime,
): T | undefined {
  let running: {readonly record: T; readonly since: SecondsTime} | undefined
  for (const record of found) {
    const since = deployedAt(record.executions, at)
    if (since !== undefined && (running === undefined || since > running.since)) running = {record, since}
  }
  return running?.record
}

const maxUrlLength = 2048
const maxRecords = 20
const maxExecutions = 100
const maxDeployments = 100
/** More than any proof has. */
const maxProof = 64

const count = by(
  (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined),
  'a non-negative safe integer',
)
const time = by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists')
const asIs = by((value) => value, 'there')
const textWhere = (holds: (text: string) => boolean, expected: string): ReturnType<typeof by<string>> =>
  by((value) => (typeof value === 'string' && holds(value) ? value : undefined), expected)
const text = textWhere(() => true, 'text')
const hash = textWhere((value) => /^[0-9a-f]{64}$/.test(value), '64 lower-case hex digits')
const address = textWhere(
  (value) => value.length <= maxUrlLength && isSafeText(value) && /^https?:\/\/[^ ]+$/.test(value),
  'a web address',
)

type Reader<T> = (value: unknown, path: string) => T
const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path)

const runMembers = {
  id: textWhere((value) => /^[1-9][0-9]{0,19}$/.test(value), 'a number in decimal, as text'),
  attempt: count,
  url: address,
}
const readRun: Reader<ReportedRun> = (value, path) => readMembers({value, path}, runMembers)
const {id: runId, attempt} = runMembers
const readUser: Reader<ReportedRedemption['run']> = (value, path) => readMembers({value, path}, {id: runId, attempt})
const readRedemption: Reader<ReportedRedemption> = (value, path) =>
  readMembers({value, path}, {run: readUser, at: time})
const executionMembers = {
  run: readRun,
  event: oneOf('started', 'finished'),
  outcome: optional(oneOf('success', 'failure', 'cancelled')),
  at: time,
  environment: oneOf('attested', 'not attested'),
}
const readExecution: Reader<ReportedExecution> = (value, path) => {
  const execution = readMembers({value, path}, executionMembers)
  if ((execution.outcome !== undefined) !== (execution.event === 'finished')) {
    throw new ShapeFault(`${path}.outcome`, 'must stand exactly where the event is "finished"')
  }
  return execution
}
const inclusionMembers = {seq: count, size: count, hash, proof: listOf(hash, {min: 0, max: maxProof})}
const recordMembers = {
  receipt: asIs,
  token: orNull(text),
  state: oneOf('active', 'expired', 'redeemed', 'revoked'),
  revocation: asIs,
  redemption: orNull(readRedemption),
  executions: listOf(readExecution, {min: 0, max: maxExecutions}),
  entry: asIs,
  inclusion: orNull((value, path) => readMembers({value, path}, inclusionMembers)),
}
const deploymentMembers = {
  deployment: count,
  sha: by(parseCommitSha, '40 or 64 lower-case hex digits'),
  at: time,
  url: address,
}
const readRecord: Reader<AuditRecord> = (value, path) => readMembers({value, path}, recordMembers)
const readDeployment: Reader<UncoveredDeployment> = (value, path) => readMembers({value, path}, deploymentMembers)
const auditMembers = {
  type: oneOf('countersign.audit/v1'),
  repository: by(parseRepositoryName, 'owner/name'),
  repositoryId: orNull(by(parseRepositoryId, 'a non-negative safe integer')),
  environment: by(parseEnvironment, 'an environment name'),
  at: time,
  records: listOf(readRecord, {min: 0, max: maxRecords}),
  running: orNull(by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID')),
  unauthorized: orNull(listOf(readDeployment, {min: 0, max: maxDeployments})),
  checkpoint: orNull(text),
}

/** A parsed JSON value as an answer, or the first thing wrong with it. Nothing in it is verified yet. */
export function parseAudit(value: unknown): Result<Audit, string> {
  try {
    return {ok: true, value: readMembers({value, path: ''}, auditMembers)}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}
