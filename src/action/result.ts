/** What the gate found, as data: the object behind the output `result`, from which everything else is printed. */
import {
  type Receipt,
  type Refusal,
  type RefusalCode,
  type RevocationAnswer,
  describeRefusal,
  isPlainObject,
  parseJson,
  parseReceipt,
} from '#protocol'
import {describeAnswer} from '../gate/answers.ts'
import {type Check, type CheckName, checkNames, curedByComment, rankOfCheck} from '../gate/checks.ts'
import type {GateOutcome} from '../gate/ports.ts'

export interface GateResult {
  readonly type: 'countersign.result/v1'
  readonly authorized: boolean
  readonly code: RefusalCode | null
  readonly what: string
  readonly fix: string | null
  /** The comment that would help, and the pull request to post it on. */
  readonly comment: {readonly text: string; readonly pullRequest: number | null} | null
  readonly asked: AskedResult | null
  /** The receipt that was accepted or that got furthest. */
  readonly receipt: Receipt | null
  /** `claimed`: its signature did not hold or was not reached, so anyone may have written it. */
  readonly standing: 'verified' | 'claimed' | null
  readonly source: string | null
  readonly checks: readonly Check[]
  /** What the issuer said of the receipt while this ran. */
  readonly status: {readonly status: string; readonly at: string} | null
  /** Who answered that it was not revoked; `not asked`: the job names nobody to ask. Null after a refusal. */
  readonly revocation: 'issuer' | 'GitHub' | 'not asked' | null
  /** When the issuer recorded that this run uses the receipt. */
  readonly redeemedAt: string | null
  /** The ledger's checkpoint that came with the receipt. */
  readonly checkpoint: {readonly note: string; readonly verified: boolean} | null
  readonly sources: readonly string[]
  readonly warnings: readonly string[]
}

export interface AskedResult {
  readonly environment: string
  /** Whether GitHub named it to the job too; null when that was not answered. */
  readonly jobEnvironment: 'named' | 'unnamed' | 'no token' | null
  readonly repository: string
  readonly repositoryId: number
  readonly sha: string
  readonly match: string
  readonly event: string
  readonly issuer: string | null
  readonly minApprovals: number
  readonly requireProof: string
  readonly refuseFlags: readonly string[]
  readonly maxTtlSeconds: number
}

/** Whether the receipt was revoked since, in one sentence: who answered, or that nobody was asked. */
export function describeRevocation({status, revocation}: Pick<GateResult, 'status' | 'revocation'>): string {
  switch (revocation) {
    case 'issuer':
      return `The issuer said at ${status?.at ?? ''}: not revoked.`
    case 'GitHub':
      return 'GitHub shows no revocation: every check run of this name was read.'
    case 'not asked':
    case null:
      return 'Revocation not checked: this says what was signed, not what was revoked since. The job names nobody to ask ("github-token", "issuer-url").'
    default:
      return revocation satisfies never
  }
}

export function resultOf(outcome: GateOutcome): GateResult {
  const {decision, ask, examined} = outcome
  const refusal = decision.kind === 'deny' ? decision.refusal : undefined
  const words = refusal === undefined ? undefined : describeRefusal(refusal)
  const receipt = decision.kind === 'allow' ? decision.because.receipt : readClaims(examined?.candidate)
  return {
    type: 'countersign.result/v1',
    authorized: decision.kind === 'allow',
    code: refusal?.code ?? null,
    what: words?.what ?? describeAllow(receipt, ask),
    fix: words?.fix ?? null,
    comment: refusal === undefined ? null : commentFor(refusal, ask),
    asked: ask === undefined ? null : askedResult(ask, outcome.jobEnvironment),
    receipt: receipt ?? null,
    standing: receipt === undefined ? null : standingAfter(examined?.refusedAt),
    source: examined?.source ?? null,
    checks: checksOf(outcome),
    status: examined?.status === undefined ? null : {status: examined.status.status, at: examined.status.at},
    revocation: decision.kind === 'allow' ? revocationResult(examined?.revocation) : null,
    redeemedAt: examined?.redeemedAt ?? null,
    checkpoint: checkpointResult(outcome.checkpoint),
    sources: outcome.answers.map(describeAnswer),
    warnings: warningsOf(outcome),
  }
}

function revocationResult(answer: RevocationAnswer | undefined): GateResult['revocation'] {
  switch (answer?.kind) {
    case 'status':
      return 'issuer'
    case 'read to the end':
      return 'GitHub'
    case 'not asked':
      return 'not asked'
    case 'unknown':
    case undefined:
      throw new TypeError('an allow without an answer on revocation')
    default:
      return answer satisfies never
  }
}

function checkpointResult(checkpoint: GateOutcome['checkpoint']): GateResult['checkpoint'] {
  if (checkpoint === undefined || checkpoint.kind === 'none') return null
  return {note: checkpoint.note, verified: checkpoint.kind === 'verified'}
}

const standingAfter = (check: CheckName | 'none' | undefined): 'verified' | 'claimed' =>
  check === undefined || rankOfCheck(check) > checkNames.indexOf('signature') ? 'verified' : 'claimed'

function describeAllow(receipt: Receipt | undefined, ask: GateOutcome['ask']): string {
  if (receipt === undefined || ask === undefined) throw new TypeError('an allow without a receipt or a question')
  const {authorizedBy, scope, id, expiresAt} = receipt
  const {sha} = ask.deployment
  const same = scope.sha === sha ? '' : ` This job deploys ${sha}, which has the same tree.`
  return `${authorizedBy} authorized ${scope.sha} of ${scope.repository} for ${scope.environment} (receipt ${id}, until ${expiresAt}).${same}`
}

/** What a candidate says about itself, if it has a receipt's form at all. For showing, never for deciding. */
function readClaims(candidate: unknown): Receipt | undefined {
  const json = typeof candidate === 'string' || candidate instanceof Uint8Array ? parseJson(candidate) : undefined
  const value: unknown = json?.ok === true ? json.value : candidate
  const parsed = isPlainObject(value) ? parseReceipt(value) : undefined
  return parsed?.ok === true ? parsed.value : undefined
}

function commentFor({code}: Refusal, ask: GateOutcome['ask']): GateResult['comment'] {
  if (ask === undefined || !curedByComment(code)) return null
  const {environment, deployment} = ask
  return {text: `/authorize ${environment} ${deployment.sha}`, pullRequest: deployment.pullRequest ?? null}
}

const askedResult = (
  {environment, deployment, match, issuer, limits, maxTtl}: NonNullable<GateOutcome['ask']>,
  jobEnvironment: GateOutcome['jobEnvironment'],
): AskedResult => ({
  environment,
  jobEnvironment: jobEnvironment ?? null,
  repository: deployment.repository,
  repositoryId: deployment.repositoryId,
  sha: deployment.sha,
  match,
  event: deployment.event,
  issuer: issuer ?? null,
  minApprovals: limits.minApprovals,
  requireProof: limits.requireProof,
  refuseFlags: limits.refuseFlags,
  maxTtlSeconds: maxTtl / 1000,
})

/** All before the one that refused have passed, none after it was reached. */
function checksOf(outcome: GateOutcome): readonly Check[] {
  const unasked = uncheckedNames(outcome)
  const refusedAt =
    outcome.decision.kind === 'allow' ? checkNames.length : rankOfCheck(outcome.examined?.refusedAt ?? 'none')
  return checkNames.map((name, i): Check => {
    if (i === refusedAt) return {name, result: 'failed'}
    if (i > refusedAt) return {name, result: 'not reached'}
    return {name, result: unasked.has(name) ? 'not asked' : 'passed'}
  })
}

function uncheckedNames({ask, checkout, examined}: GateOutcome): ReadonlySet<CheckName> {
  return new Set<CheckName>([
    ask?.match === 'tree' ? 'commit' : 'tree',
    ...(isAnswered(examined?.revocation) ? [] : (['revocation'] as const)),
    ...(examined?.redeemedAt === undefined ? (['single use'] as const) : []),
    ...(ask?.issuer === undefined ? (['issuer'] as const) : []),
    ...(checkout === undefined || checkout.kind === 'empty' ? (['checkout'] as const) : []),
  ])
}

const isAnswered = (answer: RevocationAnswer | undefined): boolean =>
  answer?.kind === 'status' || answer?.kind === 'read to the end'

function warningsOf({ask, answers, checkout, checkpoint, decision, warnings}: GateOutcome): readonly string[] {
  const unreached = answers.flatMap(({source, answer}) => {
    if (answer.problem !== undefined) return [`${source}: ${answer.problem}.`]
    if (answer.cut !== undefined) return [`${source}: ${answer.cut}; the others were not looked at.`]
    return answer.refusal === undefined || decision.kind === 'deny' ? [] : [describeRefusal(answer.refusal).what]
  })
  const ledger = ask?.ledgerKey === undefined ? [] : checkpointWarnings(checkpoint)
  const built = ask?.deployment.event === 'workflow_run' && decision.kind === 'allow' ? [notBuilt] : []
  return [...unreached, ...warnings, ...built, ...checkoutWarnings(checkout), ...ledger]
}

const notBuilt =
  'This authorizes the commit, not what the run before built: its artifacts and caches were authorized by nobody, so build the commit here.'

function checkoutWarnings(checkout: GateOutcome['checkout']): readonly string[] {
  switch (checkout?.kind) {
    case 'empty':
      return [
        `Nothing is checked out at ${checkout.path}, so no checkout was compared. Check out the authorized commit after this step.`,
      ]
    case 'same':
      return checkout.unseen.map((sentence) => `The checkout: ${sentence}.`)
    case 'differs':
    case undefined:
      return []
    default:
      return checkout satisfies never
  }
}

/** For a job that asked for a checkpoint that verifies. */
function checkpointWarnings(checkpoint: GateOutcome['checkpoint']): readonly string[] {
  switch (checkpoint?.kind) {
    case 'none':
      return ['NO LEDGER CHECKPOINT came with the receipt, so nothing was held against "ledger-key".']
    case 'refused':
      return [
        `THE LEDGER CHECKPOINT DOES NOT VERIFY under "ledger-key". ${checkpoint.reason} Keep the summary of this run, and ask whoever runs the issuer to explain.`,
      ]
    case 'verified':
    case 'unverified':
    case undefined:
      return []
    default:
      return checkpoint satisfies never
  }
}

/** The lines to add where nothing is checked out yet. `gate` stands for the id of the gate's step. */
export const checkoutLines = [
  '- uses: actions/checkout@<full commit SHA of a release>',
  '  with:',
  '    ref: ${{ steps.gate.outputs.sha }}',
  '    persist-credentials: false',
].join('\n')
