/** What the gate found, as data: the object behind the output `result`, from which everything else is printed. */
import {
  type Receipt,
  type Refusal,
  type RefusalCode,
  describeRefusal,
  isPlainObject,
  parseJson,
  parseReceipt,
} from '#protocol'
import {describeAnswer} from '../gate/answers.ts'
import {type Check, type CheckName, checkNames, curedByComment, rankOfRefusal} from '../gate/checks.ts'
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
  /** When the issuer recorded that this run uses the receipt. */
  readonly redeemedAt: string | null
  /** The ledger's checkpoint that came with the receipt. */
  readonly checkpoint: {readonly note: string; readonly verified: boolean} | null
  readonly sources: readonly string[]
  readonly warnings: readonly string[]
}

export interface AskedResult {
  readonly environment: string
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

/** Shown with every allow for which the issuer gave no valid status. */
export const notRevocationChecked = 'Revocation not checked: this says what was signed, not what was revoked since.'

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
    asked: ask === undefined ? null : askedResult(ask),
    receipt: receipt ?? null,
    standing: receipt === undefined ? null : standingAfter(refusal),
    source: examined?.source ?? null,
    checks: checksOf(outcome, refusal),
    status: examined?.status === undefined ? null : {status: examined.status.status, at: examined.status.at},
    redeemedAt: examined?.redeemedAt ?? null,
    checkpoint: checkpointResult(outcome.checkpoint),
    sources: outcome.answers.map(describeAnswer),
    warnings: warningsOf(outcome),
  }
}

function checkpointResult(checkpoint: GateOutcome['checkpoint']): GateResult['checkpoint'] {
  if (checkpoint === undefined || checkpoint.kind === 'none') return null
  return {note: checkpoint.note, verified: checkpoint.kind === 'verified'}
}

const standingAfter = (refusal: Refusal | undefined): 'verified' | 'claimed' =>
  refusal === undefined || rankOfRefusal(refusal.code) > checkNames.indexOf('signature') ? 'verified' : 'claimed'

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

const askedResult = ({
  environment,
  deployment,
  match,
  issuer,
  limits,
  maxTtl,
}: NonNullable<GateOutcome['ask']>): AskedResult => ({
  environment,
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
function checksOf(outcome: GateOutcome, refusal: Refusal | undefined): readonly Check[] {
  const unasked = uncheckedNames(outcome)
  const refusedAt =
    refusal === undefined ? checkNames.length : outcome.examined === undefined ? -1 : rankOfRefusal(refusal.code)
  return checkNames.map((name, i): Check => {
    if (i === refusedAt) return {name, result: 'failed'}
    if (i > refusedAt) return {name, result: 'not reached'}
    return {name, result: unasked.has(name) ? 'not asked' : 'passed'}
  })
}

function uncheckedNames({ask, checkout, examined}: GateOutcome): ReadonlySet<CheckName> {
  return new Set<CheckName>([
    ask?.match === 'tree' ? 'commit' : 'tree',
    ...(examined?.status === undefined ? (['revocation'] as const) : []),
    ...(examined?.redeemedAt === undefined ? (['single use'] as const) : []),
    ...(ask?.issuer === undefined ? (['issuer'] as const) : []),
    ...(checkout === undefined || checkout.kind === 'empty' ? (['checkout'] as const) : []),
  ])
}

function warningsOf({ask, answers, checkout, checkpoint, decision, warnings}: GateOutcome): readonly string[] {
  const unreached = answers.flatMap(({source, answer}) => {
    if (answer.problem !== undefined) return [`${source}: ${answer.problem}.`]
    return answer.refusal === undefined || decision.kind === 'deny' ? [] : [describeRefusal(answer.refusal).what]
  })
  const ledger = ask?.ledgerKey === undefined ? [] : checkpointWarnings(checkpoint)
  return [...unreached, ...warnings, ...checkoutWarnings(checkout), ...ledger]
}

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
