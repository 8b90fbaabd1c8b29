/** One search through the sources: the first receipt that this job accepts and nothing known since forbids. */
import {
  type AcceptedReceipt,
  type Acceptance,
  type Decision,
  type Expectation,
  type PinnedKeys,
  type Refusal,
  type StatusResult,
  type TreeSha,
  accept,
  decide,
  deny,
  refuseByStatus,
  verifyReceipt,
} from '#protocol'
import {nothingFound} from './answers.ts'
import {rankOfRefusal} from './checks.ts'
import type {Inquiry} from './revocation-check.ts'
import {findCheckpoint} from './checkpoint.ts'
import type {
  CheckoutFinding,
  Examined,
  GateOutcome,
  GateRequest,
  GateTools,
  NamedAnswer,
  ReceiptSource,
  SourceAnswer,
} from './ports.ts'
import {describeRedemption, noIssuer} from './redemption.ts'

type Refused = Examined & {readonly refusal: Refusal}

export class Search {
  readonly #ask: GateRequest
  readonly #tools: GateTools
  /** For `match: tree`. */
  readonly #tree: TreeSha | undefined
  /** Absent while there is nobody to ask and nothing was seen: then none of it is loaded. */
  #inquiry: Inquiry | undefined
  readonly #answers = new Map<ReceiptSource, SourceAnswer>()
  readonly #refused: Refused[] = []
  #checkout: CheckoutFinding | undefined
  #status: StatusResult | undefined
  #redeemedAt: string | undefined

  constructor(ask: GateRequest, tools: GateTools, tree: TreeSha | undefined) {
    this.#ask = ask
    this.#tools = tools
    this.#tree = tree
  }

  /** A good receipt for something else does not end the search: anyone can put one in front of the right one. */
  async run(): Promise<GateOutcome> {
    for (const source of this.#tools.sources) {
      const answer = await this.#open(source)
      const {name} = source
      if (answer.refusal !== undefined) {
        this.#refused.push({source: name, candidate: undefined, refusal: answer.refusal})
      }
      for (const candidate of answer.candidates) {
        const decision = await this.#examine(candidate)
        const isSettled = decision.kind === 'allow' || decision.refusal.code === 'checkout_mismatch'
        if (isSettled) return this.#conclude(decision, {source: name, candidate})
        this.#refused.push({source: name, candidate, refusal: decision.refusal})
      }
    }
    const furthest = this.#refused.reduce<Refused | undefined>(further, undefined)
    const refusal = furthest?.refusal ?? this.#inquiry?.lastRefusal() ?? nothingFound(this.#ask, this.#named())
    return this.#conclude(deny(refusal), furthest)
  }

  #named(): readonly NamedAnswer[] {
    return [...this.#answers].map(([{name}, answer]) => ({source: name, answer}))
  }

  async #conclude(decision: Decision, examined: Examined | undefined): Promise<GateOutcome> {
    const found = {answers: this.#named(), examined}
    return {
      decision,
      ask: this.#ask,
      ...found,
      checkpoint: decision.kind === 'allow' ? await findCheckpoint(found, this.#ask.ledgerKey) : undefined,
      checkout: this.#checkout,
      status: this.#status,
      redeemedAt: this.#redeemedAt,
      warnings: this.#inquiry?.warnings ?? [],
    }
  }

  /** A source is asked once, whatever for. */
  async #open(source: ReceiptSource): Promise<SourceAnswer> {
    const answer = this.#answers.get(source) ?? (await source.find(this.#tools.limit(), this.#tree))
    this.#answers.set(source, answer)
    if ((answer.revocations ?? []).length > 0) (await this.#inquire()).note(answer)
    return answer
  }

  async #inquire(): Promise<Inquiry> {
    if (this.#inquiry === undefined) {
      const {Inquiry: Loaded} = await import('./revocation-check.ts')
      this.#inquiry = new Loaded(this.#ask, this.#tools)
    }
    return this.#inquiry
  }

  async #examine(candidate: unknown): Promise<Decision> {
    const early = this.#accept(candidate, this.#ask.keys)
    if (early.kind === 'deny') return early
    const seen = this.#inquiry?.refusalOf(early.accepted.receipt)
    if (seen !== undefined) return deny(seen)
    return this.#tools.issuer === undefined ? this.#confirm(early.accepted) : this.#askIssuer(candidate, early.accepted)
  }

  /** By its own word, and by the keys that it still stands by. */
  async #askIssuer(candidate: unknown, {receipt}: AcceptedReceipt): Promise<Decision> {
    const inquiry = await this.#inquire()
    this.#status = await inquiry.status(receipt)
    const acceptance = this.#accept(candidate, await inquiry.trustedKeys())
    if (acceptance.kind === 'deny') return acceptance
    inquiry.warnOfKey(receipt)
    return this.#confirm(acceptance.accepted)
  }

  async #confirm(accepted: AcceptedReceipt): Promise<Decision> {
    const {receipt} = accepted
    const refusal = refuseByStatus(receipt, this.#status) ?? (await this.#refuseByRevocations(accepted))
    return refusal === undefined ? this.#use(accepted) : deny(refusal)
  }

  #accept(candidate: unknown, keys: PinnedKeys): Acceptance {
    const terms = {now: this.#tools.clock.now(), maxTtl: this.#ask.maxTtl, expect: this.#expectation()}
    return accept(verifyReceipt(candidate, {keys, ...terms}), this.#ask.limits)
  }

  /** Every field comes from the job; none is taken from a receipt. */
  #expectation(): Expectation {
    const {environment, deployment, issuer} = this.#ask
    const {repository, repositoryId, sha} = deployment
    const content = this.#ask.match === 'tree' ? {tree: this.#tree} : {sha}
    const expected = {action: 'deploy', repository, repositoryId, ...content, environment}
    return issuer === undefined ? expected : {...expected, issuer}
  }

  /** Without the issuer's word, those places are looked at too that were not asked for the receipt. */
  async #refuseByRevocations({receipt}: AcceptedReceipt): Promise<Refusal | undefined> {
    if (this.#status !== undefined) return undefined
    for (const source of this.#tools.sources) if (source.holdsRevocations) await this.#open(source)
    return this.#inquiry?.refusalOf(receipt)
  }

  /** The checkout before the redemption: a job that is refused anyway uses nothing up. */
  async #use(accepted: AcceptedReceipt): Promise<Decision> {
    const {receipt} = accepted
    const isSpent = this.#ask.redeem || receipt.flags.includes('once')
    if (isSpent && this.#tools.issuer === undefined) return deny(noIssuer)
    const foreseen = decide(accepted, {status: this.#status, redeemed: true})
    if (foreseen.kind === 'deny') return foreseen
    const differs = await this.#compareCheckout()
    if (differs !== undefined) return deny(differs)
    const answer = isSpent ? await this.#tools.issuer?.desk.redeem(receipt.id, this.#tools.limit()) : undefined
    if (answer !== undefined && answer.kind !== 'redeemed')
      return deny(describeRedemption(answer, accepted, this.#tools))
    this.#redeemedAt = answer?.at
    return decide(accepted, {status: this.#status, redeemed: answer !== undefined})
  }

  /** Nothing checked out yet is no fault: the output `sha` is what to check out next. */
  async #compareCheckout(): Promise<Refusal | undefined> {
    if (this.#ask.checkout === 'ignore') return undefined
    this.#checkout ??= await this.#tools.checkout.inspect(this.#ask.deployment.sha)
    const {kind} = this.#checkout
    switch (kind) {
      case 'same':
      case 'absent':
        return undefined
      case 'differs':
        return {code: 'checkout_mismatch', problem: this.#checkout.problem, fix: this.#checkout.fix}
      default:
        return kind satisfies never
    }
  }
}

const further = (best: Refused | undefined, next: Refused): Refused =>
  best !== undefined && rankOfRefusal(best.refusal.code) >= rankOfRefusal(next.refusal.code) ? best : next
