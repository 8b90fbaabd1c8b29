/** What was proven, for a person at a terminal: the answer first, then each record with its proof, then whose word it is. */
import type {Audit, ReportedExecution, ReportedRun} from '#protocol'
import type {Facts} from '../verify/facts.ts'
import type {Terminal} from '../terminal.ts'
import type {Chain, ChainEnd} from './chain.ts'
import type {AuditRefusal} from './faults.ts'
import {type JudgedAudit, isVerified} from './judge.ts'
import type {VerifiedRecord} from './judge-record.ts'
import type {AuditQuestion} from './question.ts'
import {type KeyUse, cautionsOf, sourceWords} from './sources.ts'

export interface Findings {
  readonly question: AuditQuestion
  readonly audit: Audit
  readonly judged: JudgedAudit
  /** Undefined where the answer has nothing to begin with. */
  readonly chain: Chain | undefined
  readonly keys: readonly KeyUse[]
}

export function report({question, audit, judged, chain, keys}: Findings, terminal: Terminal): void {
  terminal.print(`${question.repository}  ${question.environment}  ${question.at}`, 'faint')
  if (judged.faults.length === 0 && judged.records.some(isVerified)) answer(judged, {terminal, at: question.at})
  for (const [i, record] of judged.records.entries()) {
    terminal.print('')
    if (record.valid) showRecord(record, {terminal, at: question.at})
    else refuse(nameOf(i, judged.records), record, terminal)
  }
  for (const fault of judged.faults) refuse('The answer', fault, terminal)
  complainOfChain(chain, terminal)
  if (judged.records.length === 0) return
  if (chain !== undefined) showChain(chain, terminal)
  showUncovered(audit, terminal)
  terminal.print('')
  for (const {use, source, keys: lines} of keys) {
    showFacts([[keyNames[use], [sourceWords[source], ...lines].join(' ')]], terminal)
  }
  for (const caution of cautionsOf(keys)) terminal.print(`  ${caution}`, 'faint')
}

const keyNames = {receipts: 'receipt keys', tokens: 'token keys', ledger: 'ledger key'} as const satisfies Readonly<
  Record<KeyUse['use'], string>
>

interface Page {
  readonly terminal: Terminal
  readonly at: string
}

/** "Deployed" is said only where a job reported it; the word of a job is not a proof, and this says so. */
function answer({running, authorized}: JudgedAudit, {terminal, at}: Page): void {
  if (running !== undefined) {
    terminal.print(
      `Deployed then: ${running.receipt.scope.sha}, authorized by ${approversOf(running)}. That it was deployed is the job's own report.`,
      'good',
    )
    return
  }
  if (authorized === undefined) terminal.print(`Nothing was authorized at ${at}; what was before follows.`)
  else
    terminal.print(`Authorized at that time: ${authorized.receipt.scope.sha}, by ${approversOf(authorized)}.`, 'good')
}

const approversOf = ({receipt}: VerifiedRecord): string => receipt.approvals.map(({login}) => login).join(', ')

function showRecord(record: VerifiedRecord, {terminal, at}: Page): void {
  const {receipt, state, revocation} = record
  terminal.print(`${receipt.id}  ${state}`, state === 'active' ? 'good' : state === 'revoked' ? 'bad' : 'plain')
  showFacts(factsOf(record), terminal)
  if (revocation !== null) {
    const later = revocation.at > at ? ', later' : ''
    terminal.print(
      line('revoked', `${revocation.at} by ${revocation.revokedBy.login} (${revocation.cause})${later}`),
      'bad',
    )
  }
  const reports = reportsOf(record)
  if (reports.length > 0) terminal.print('  As the issuer tells it, covered by no signature:', 'faint')
  showFacts(reports, terminal)
}

function factsOf({receipt, decision, place}: VerifiedRecord): Facts {
  const {scope, approvals, flags, issuedAt, expiresAt} = receipt
  const passed = decision?.claims.policies.filter(({outcome}) => outcome === 'pass').length ?? 0
  return [
    ['commit', `${scope.sha} of ${scope.repository}`],
    ...(scope.pullRequest === undefined ? [] : [['pull request', `#${scope.pullRequest}`] as const]),
    ...approvals.map(({login, role, proof, at}) => ['authorized by', `${login} (${role}, ${proof}, ${at})`] as const),
    ['until', `${expiresAt}, from ${issuedAt}`],
    ...(flags.length === 0 ? [] : [['flags', flags.join(', ')] as const]),
    decision === null
      ? ['decided', 'no token is kept: by which rules is not shown']
      : [
          'decided',
          `${decision.timestamp}, ${passed} of ${decision.claims.policies.length} rules passed, risk ${decision.claims.risk.score}`,
        ],
    ...(place === null
      ? []
      : [['ledger', `entry ${place.seq} of ${place.size}, ${place.time}, ${place.ledger}`] as const]),
  ]
}

const reportsOf = ({redemption, executions}: VerifiedRecord): Facts => [
  ...(redemption === null ? [] : [['used', `${redemption.at} by ${describeRun(redemption.run)}`] as const]),
  ...executions.map((execution) => ['reported', describeExecution(execution)] as const),
]

const describeRun = ({id, attempt, url}: Omit<ReportedRun, 'url'> & {readonly url?: string}): string =>
  `run ${id}, attempt ${attempt}${url === undefined ? '' : `, ${url}`}`

const describeExecution = ({event, outcome, at, run, environment}: ReportedExecution): string =>
  `${[event, outcome].filter((word) => word !== undefined).join(', ')} ${at} by ${describeRun(run)}, environment ${environment}`

export function showChain({receipts, end}: Chain, terminal: Terminal): void {
  const [newest, oldest] = [receipts[0], receipts.at(-1)]
  if (newest === undefined || oldest === undefined) return
  const count = receipts.length === 1 ? 'one receipt' : `${receipts.length} receipts, back to ${oldest.id}`
  terminal.print('')
  terminal.print(`The chain of authorizations, from ${newest.id}: ${count}.`)
  terminal.print(`  ${sayEnd(end)}`, end.kind === 'broken' ? 'bad' : 'plain')
}

function sayEnd(end: ChainEnd): string {
  switch (end.kind) {
    case 'none':
      return 'It ends there: no earlier authorization is named.'
    case 'ground':
      return `It ends on the ground, ${end.since}: what lay beneath the first authorization there was taken as it is.`
    case 'unread':
      return `It goes on from ${end.since}, further back than was read.`
    case 'broken':
      return `It is broken there: ${end.since} is not shown to have been authorized.`
    default:
      return end satisfies never
  }
}

function showUncovered({unauthorized}: Audit, terminal: Terminal): void {
  if (unauthorized === null || unauthorized.length === 0) return
  terminal.print('')
  terminal.print("GitHub's deployments without a receipt, as the issuer tells it:", 'bad')
  showFacts(
    unauthorized.map(({sha, at, url}) => [at, `${sha} ${url}`]),
    terminal,
  )
}

/** For forms that hold only what was proven. */
export function complainOfRefusals(
  {judged: {records, faults}, chain}: Pick<Findings, 'judged' | 'chain'>,
  terminal: Terminal,
): void {
  for (const [i, record] of records.entries()) {
    if (!record.valid) refuse(nameOf(i, records), record, terminal)
  }
  for (const fault of faults) refuse('The answer', fault, terminal)
  complainOfChain(chain, terminal)
}

export function complainOfChain(chain: Chain | undefined, terminal: Terminal): void {
  if (chain?.end.kind === 'broken') refuse('The chain', chain.end.refusal, terminal)
}

/** By its place: what a refused record calls itself is not proven. */
const nameOf = (i: number, records: readonly unknown[]): string => `Record ${i + 1} of ${records.length}`

function refuse(subject: string, {code, reason, fix}: AuditRefusal, terminal: Terminal): void {
  terminal.complain(`${subject}: refused (${code})`, 'bad')
  terminal.complain(`  ${reason}`)
  terminal.complain(`  ${fix}`, 'faint')
}

const line = (name: string, value: string): string => `  ${name.padEnd(14)} ${value}`

function showFacts(facts: Facts, terminal: Terminal): void {
  for (const [name, value] of facts) terminal.print(line(name, value))
}
