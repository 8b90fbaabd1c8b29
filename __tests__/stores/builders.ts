/** Decisions for the store's tests: whole records that follow whatever head was read, one statement each. */
import {
  type DecisionId,
  type Entry,
  type Environment,
  type Receipt,
  type RepositoryId,
  appendLeaf,
  digestOf,
  firstPrev,
  microsTimeToMicros,
  parseDecisionId,
  parseEnvironment,
  parseReceipt,
  parseRepositoryId,
  printMicrosTime,
  sealEntry,
} from '#protocol'
import type {IdempotencyRecord, IdempotencyKey, Outcome} from '../../issuer/model/idempotency.ts'
import type {CheckRun, Publication} from '../../issuer/model/publication.ts'
import type {DecisionRecord} from '../../issuer/model/record.ts'
import {type AuthorizedCommit, type ScopeKey, emptyState} from '../../issuer/model/state.ts'
import type {Change, ScopeReading} from '../../issuer/model/store.ts'
import {type Json, type Overrides, makeKey, receiptBody} from '../protocol/builders.ts'

const key = makeKey()
export const at = Date.parse('2026-04-02T14:30:00Z')

export const repositoryId = (id: number): RepositoryId => parseRepositoryId(id) as RepositoryId
export const environment = (name: string): Environment => parseEnvironment(name) as Environment
export const scopeOf = (id = 1296269, name = 'production'): ScopeKey => ({
  repositoryId: repositoryId(id),
  environment: environment(name),
})

/** A lower-case ULID whose last digits are `n`. */
export const ulid = (n: number): string => `01jdaa3x7k${String(n).padStart(16, '0')}`
export const decisionId = (n: number): DecisionId => parseDecisionId(`dec_${ulid(n)}`) as DecisionId
/** What a worker proposes for statement `n`. */
export const proposal = (n: number): Pick<IdempotencyRecord, 'decision' | 'nonce'> => ({
  decision: decisionId(n),
  nonce: String(n).padStart(32, '0'),
})

export const firstEntry: Entry = sealEntry({
  type: 'countersign.entry/v1',
  ledger: 'countersign.example/0123456789abcdef0123456789abcdef',
  seq: 0,
  prev: firstPrev,
  time: printMicrosTime(at * 1000),
  event: 'ledger.created',
  subject: 'countersign.example/0123456789abcdef0123456789abcdef',
  digests: {keys: digestOf('keys')},
})

const minted = new Map<string, Receipt>()

/** Made once: a statement that is decided again gets the same receipt, and signing is slow. */
export function receiptOf(n: number, overrides: Overrides = {}): Receipt {
  const body: Json = receiptBody({id: `rcpt_dg_${ulid(n)}`, decision: decisionId(n), ...overrides})
  const name = JSON.stringify(body)
  const known = minted.get(name)
  if (known !== undefined) return known
  const parsed = parseReceipt(key.sign(body))
  if (!parsed.ok) throw new Error(parsed.fault)
  minted.set(name, parsed.value)
  return parsed.value
}

export const statementOf = (n: number, {repositoryId: id} = scopeOf()): IdempotencyKey => ({
  repositoryId: id,
  subject: `comment/${1_000_000 + n}`,
})

export interface DecisionOrder {
  readonly n: number
  readonly read: ScopeReading
  readonly scope?: ScopeKey
  readonly kind?: 'allow' | 'deny' | 'escalate'
  readonly repository?: string
  readonly public?: boolean
  /** Over the usual receipt's scope. */
  readonly receiptScope?: Json
  /** Over the usual receipt's. */
  readonly issuedAt?: string
  readonly approvals?: readonly Json[]
  readonly ownerId?: number
  readonly at?: number
}

/** A change whose parts are there. */
export interface Decided extends Change {
  readonly completes: NonNullable<Change['completes']>
  readonly appends: NonNullable<Change['appends']>
}

/** The one record of a decision. */
export function decisionIn({appends}: Decided): DecisionRecord {
  const [record] = appends.records
  if (record?.kind !== 'decision') throw new Error('the change decides nothing')
  return record
}

/** What is said about statement `n`. */
export const publicationOf = (n: number): Publication => ({
  repository: {id: 1296269, name: 'octo-org/api-service'},
  pullRequest: 42,
  commentId: n,
})

/** Turns red on GitHub. */
export const checkRun: CheckRun = {
  name: 'countersign / production',
  headSha: '0'.repeat(40),
  externalId: 'rcpt_dg_x',
  conclusion: 'failure',
  detailsUrl: 'https://countersign.example/v1/receipts/rcpt_dg_x',
  title: 'Revoked',
  summary: 'Revoked',
  text: '{}',
}

/** The change that decides statement `n` after what was read. */
export function decides(asked: DecisionOrder): Decided {
  const {n, read, scope = scopeOf(), kind = 'allow'} = asked
  const record = recordOf({...asked, scope, kind})
  const {receipts, authorized} = read.state
  const state =
    record.receipt === undefined
      ? {...emptyState, receipts, authorized}
      : {
          ...emptyState,
          receipts: [...receipts, liveOf(record.receipt)],
          authorized: [...authorized, authorizedOf(record.receipt)],
        }
  return {
    completes: {key: statementOf(n, scope), outcome: {kind, publication: publicationOf(n)}},
    appends: {scope, records: [record], state, read},
    at: asked.at ?? at,
  }
}

/** The change that answers statement `n` without a decision. */
export const answers = (n: number, more: Partial<Outcome> = {}): Omit<Decided, 'appends'> => ({
  completes: {key: statementOf(n), outcome: {kind: 'answered', publication: publicationOf(n), ...more}},
  at,
})

function recordOf({
  n,
  read,
  scope,
  kind,
  ...asked
}: DecisionOrder & {scope: ScopeKey; kind: 'allow' | 'deny' | 'escalate'}): DecisionRecord {
  const {last, frontier} = read.head
  const repository = asked.repository ?? 'octo-org/api-service'
  const overrides = {
    scope: {...scope, repository, ...asked.receiptScope},
    ...(asked.issuedAt === undefined ? {} : {issuedAt: asked.issuedAt}),
    ...(asked.approvals === undefined
      ? {}
      : {approvals: asked.approvals, authorizedBy: asked.approvals.at(-1)?.['login']}),
  }
  const receipt = kind !== 'allow' ? undefined : receiptOf(n, overrides)
  const entry = sealEntry({
    type: 'countersign.entry/v1',
    ledger: last.ledger,
    seq: last.seq + 1,
    prev: last.hash,
    time: printMicrosTime(microsTimeToMicros(last.time) + 1),
    event: receipt === undefined ? 'decision.made' : 'receipt.issued',
    subject: receipt?.id ?? decisionId(n),
    digests: {evidence: digestOf(`evidence ${n}`)},
  })
  return {
    kind: 'decision',
    entry,
    frontier: appendLeaf(frontier, entry.hash),
    once: `decision/${decisionId(n)}`,
    decision: decisionId(n),
    scope,
    repository,
    ownerId: asked.ownerId ?? 9919,
    public: asked.public ?? true,
    receipt,
    evidence: `{"nonce":"${n}"}`,
    policy: '{}',
    token: `token ${n}`,
  }
}

const authorizedOf = (receipt: Receipt): AuthorizedCommit => ({
  sha: receipt.scope.sha,
  receipt: receipt.id,
  pullRequest: 42,
  flags: receipt.flags,
  expiresAt: Date.parse(receipt.expiresAt),
  used: false,
})

const liveOf = (receipt: Receipt) => ({
  id: receipt.id,
  sha: receipt.scope.sha,
  pullRequest: 42,
  brought: [],
  commits: [],
  isUnreadable: false,
  by: {at: Date.parse(receipt.issuedAt), commentId: 1},
  since: Date.parse(receipt.issuedAt),
  comments: [],
  authorizedBy: receipt.authorizedBy,
  approvers: receipt.approvals.map(({id}) => id),
  public: true,
  expiresAt: Date.parse(receipt.expiresAt),
})
