/** The gate's story: find a receipt that this job accepts, compare the checkout with it, and say allow or deny. */
import {
  type Asked,
  type Decision,
  type Environment,
  type Expectation,
  type Limits,
  type Origin,
  type PinnedKeys,
  type Refusal,
  decide,
  deny,
  verifyReceipt,
} from '#protocol'
import {rankOfRefusal} from './action/checks.ts'
import type {Deployment} from './action/deployment.ts'

/** Everything that a job asks of the gate, parsed. */
export interface GateRequest {
  readonly environment: Environment
  readonly deployment: Deployment
  readonly keys: PinnedKeys
  readonly limits: Limits
  /** The longest receipt life accepted, in milliseconds. */
  readonly maxTtl: number
  /** The issuer that the receipt must name, where the job knows it. */
  readonly issuer?: Origin | undefined
  readonly checkout: 'verify' | 'ignore'
}

export interface GateTools {
  /** Asked in this order until one gives a receipt that is accepted. */
  readonly sources: readonly ReceiptSource[]
  readonly checkout: CheckoutInspector
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A new signal that ends what one source may take, its body included. */
  readonly limit: () => AbortSignal
}

/** A place where receipts may be. Promise: an outage is a `problem` of the answer, never a throw, and `limit` ends it. */
export interface ReceiptSource {
  readonly name: string
  readonly find: (limit: AbortSignal) => Promise<SourceAnswer>
}

export interface SourceAnswer {
  /** Receipts as they came: bytes or text, or an object that the strict parser made. Nothing about them is trusted. */
  readonly candidates: readonly unknown[]
  /** How many things in the place of a receipt held none. */
  readonly skipped?: number
  /** Why the place could not be read, or not to its end. */
  readonly problem?: string
  /** What is there and cannot be a receipt: a directory, a file of 20 MiB. */
  readonly refusal?: Refusal
}

/** Looks at the checkout. Promise: runs nothing that the repository brings along, changes nothing, never throws. */
export interface CheckoutInspector {
  readonly inspect: (sha: string) => Promise<CheckoutFinding>
}

export type CheckoutFinding =
  | {readonly kind: 'same'; readonly unseen: readonly string[]}
  | {readonly kind: 'absent'; readonly path: string}
  | {readonly kind: 'differs'; readonly problem: string; readonly fix: string}

export interface GateOutcome {
  readonly decision: Decision
  /** Absent when the job's inputs or its event were refused before anything was asked. */
  readonly ask?: GateRequest | undefined
  readonly answers: readonly NamedAnswer[]
  /** The candidate that was accepted, or else the one that got furthest. */
  readonly examined?: Examined | undefined
  /** Absent when it was not looked at. */
  readonly checkout?: CheckoutFinding | undefined
}

export interface NamedAnswer {
  readonly source: string
  readonly answer: SourceAnswer
}

export interface Examined {
  readonly source: string
  readonly candidate: unknown
}

export async function runGate(ask: GateRequest, tools: GateTools): Promise<GateOutcome> {
  const search = await findReceipt(ask, tools)
  if (search.decision.kind === 'deny' || ask.checkout === 'ignore') return {...search, ask}
  const checkout = await tools.checkout.inspect(ask.deployment.sha)
  return {...search, ask, checkout, decision: decideCheckout(search.decision, checkout)}
}

/** What was asked for, as refusals print it. */
export const askedFor = ({environment, deployment}: GateRequest): Asked => ({
  environment,
  sha: deployment.sha,
  pullRequest: deployment.pullRequest,
})

type Search = Pick<GateOutcome, 'decision' | 'answers' | 'examined'>
type Refused = Examined & {readonly refusal: Refusal}

/** A good receipt for something else does not end the search: anyone can put one in front of the right one. */
async function findReceipt(ask: GateRequest, tools: GateTools): Promise<Search> {
  const answers: NamedAnswer[] = []
  const refused: Refused[] = []
  for (const {name, find} of tools.sources) {
    const answer = await find(tools.limit())
    answers.push({source: name, answer})
    if (answer.refusal !== undefined) refused.push({source: name, candidate: undefined, refusal: answer.refusal})
    for (const candidate of answer.candidates) {
      const decision = decideReceipt(candidate, ask, tools.now())
      if (decision.kind === 'allow') return {decision, answers, examined: {source: name, candidate}}
      refused.push({source: name, candidate, refusal: decision.refusal})
    }
  }
  const furthest = refused.reduce<Refused | undefined>(further, undefined)
  return {decision: deny(furthest?.refusal ?? nothingFound(ask, answers)), answers, examined: furthest}
}

function decideReceipt(candidate: unknown, ask: GateRequest, now: number): Decision {
  return decide(
    verifyReceipt(candidate, {keys: ask.keys, now, maxTtl: ask.maxTtl, expect: expectation(ask)}),
    ask.limits,
  )
}

/** Every field comes from the job; none is taken from a receipt. */
function expectation({environment, deployment, issuer}: GateRequest): Expectation {
  const {repository, repositoryId, sha} = deployment
  const expected = {action: 'deploy', repository, repositoryId, sha, environment}
  return issuer === undefined ? expected : {...expected, issuer}
}

const further = (best: Refused | undefined, next: Refused): Refused =>
  best !== undefined && rankOfRefusal(best.refusal.code) >= rankOfRefusal(next.refusal.code) ? best : next

/** One source that answered "none" makes the receipt missing; silence everywhere leaves the question open. */
function nothingFound(ask: GateRequest, answers: readonly NamedAnswer[]): Refusal {
  const answered = answers.some(({answer}) => answer.problem === undefined)
  if (answered) return {code: 'receipt_missing', asked: askedFor(ask), sources: answers.map(describeAnswer)}
  return {code: 'source_unreachable', problems: answers.map(describeAnswer)}
}

/** One source's answer in a few words. */
export function describeAnswer({source, answer}: NamedAnswer): string {
  if (answer.problem !== undefined) return `${source}: ${answer.problem}`
  if (answer.skipped === undefined || answer.skipped === 0) return source
  return `${source} (${answer.skipped} there that hold${answer.skipped === 1 ? 's' : ''} no receipt)`
}

/** Nothing checked out yet is no fault: the output `sha` is what to check out next. */
function decideCheckout(allowed: Decision, checkout: CheckoutFinding): Decision {
  switch (checkout.kind) {
    case 'same':
    case 'absent':
      return allowed
    case 'differs':
      return deny({code: 'checkout_mismatch', problem: checkout.problem, fix: checkout.fix})
    default:
      return checkout satisfies never
  }
}
