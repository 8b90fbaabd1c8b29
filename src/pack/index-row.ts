/** A decision as a row of index.csv: worked out of the documents, by whoever writes a pack and by whoever verifies it. */
import {
  type Entry,
  type Receipt,
  type Revocation,
  type Scope,
  type TokenClaims,
  isPlainObject,
  parseJson,
  parseRevocation,
} from '#protocol'
import type {Cell} from './csv.ts'
import {type HappeningFile, folderOf} from './pack.ts'

/** What happened to a receipt within the period: a document that is the one its entry in the ledger names. */
export interface Happened extends HappeningFile {
  readonly body: string | Uint8Array
}

export interface Decided {
  readonly entry: Entry
  readonly receipt: Receipt | undefined
  readonly claims: TokenClaims | undefined
  /** In the order of the ledger. */
  readonly happened: readonly Happened[]
}

interface RowSource {
  readonly revocation: Revocation | undefined
  readonly usedAt: string | undefined
  readonly run: string | undefined
  readonly deployedAt: string | undefined
}

type Column = (decided: Decided & {readonly scope: Scope | undefined; readonly told: RowSource}) => Cell

/** `reported_` is what no signature covers: jobs said so of themselves. */
const columns: Readonly<Record<string, Column>> = {
  entry: ({entry}) => entry.seq,
  recorded_at: ({entry}) => entry.time,
  decision: ({claims, entry}) => claims?.decision ?? (entry.event === 'receipt.issued' ? 'ALLOW' : undefined),
  repository: ({scope}) => scope?.repository,
  repository_id: ({scope}) => scope?.repositoryId,
  environment: ({scope}) => scope?.environment,
  commit: ({scope}) => scope?.sha,
  pull_request: ({scope}) => scope?.pullRequest,
  agent: ({claims}) => claims?.sub,
  reviewer: ({claims}) => claims?.reviewer?.login,
  authorized_by: ({receipt}) => receipt?.approvals.map(({login}) => login).join(' '),
  flags: ({receipt}) => receipt?.flags.join(' '),
  issued_at: ({receipt}) => receipt?.issuedAt,
  expires_at: ({receipt}) => receipt?.expiresAt,
  risk: ({claims}) => claims?.risk.score,
  revoked_at: ({told}) => told.revocation?.at,
  revoked_by: ({told}) => told.revocation?.revokedBy.login,
  revocation_cause: ({told}) => told.revocation?.cause,
  reported_used_at: ({told}) => told.usedAt,
  reported_run: ({told}) => told.run,
  reported_deployed_at: ({told}) => told.deployedAt,
  folder: ({entry}) => folderOf(entry),
}

export const indexColumns: readonly string[] = Object.keys(columns)

export function indexRow(decided: Decided): readonly Cell[] {
  const {receipt, claims} = decided
  const known = {...decided, scope: receipt?.scope ?? claims?.intent.scope, told: readTold(decided.happened)}
  return Object.values(columns).map((column) => column(known))
}

/** A report that lacks a member says nothing of it. */
function readTold(happened: readonly Happened[]): RowSource {
  const bodies = happened.map(({word, body}) => {
    const json = parseJson(body)
    return {word, value: json.ok ? json.value : null}
  })
  const revocations = bodies.flatMap(({word, value}) => {
    const parsed = word === 'revoked' ? parseRevocation(value) : undefined
    return parsed?.ok === true ? [parsed.value] : []
  })
  const reports = bodies.flatMap(({word, value}) => (word === 'revoked' ? [] : [{word, ...readReport(value)}]))
  return {
    revocation: revocations[0],
    usedAt: reports.find(({word}) => word === 'redeemed')?.at,
    run: reports.at(-1)?.url,
    deployedAt: reports.findLast(({word, outcome}) => word === 'finished' && outcome === 'success')?.at,
  }
}

interface Report {
  readonly at: string | undefined
  readonly outcome: string | undefined
  readonly url: string | undefined
}

function readReport(value: unknown): Report {
  const body = isPlainObject(value) ? value : {}
  const run = isPlainObject(body['run']) ? body['run'] : {}
  // A redemption is a signed status, which names the run and no address.
  return {at: lineOf(body['at']), outcome: lineOf(body['outcome']), url: lineOf(run['url'] ?? run['id'])}
}

/** A row is one line. */
const lineOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.replace(/[^\x20-\x7e]+/g, ' ') : undefined
