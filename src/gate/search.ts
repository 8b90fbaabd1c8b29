/** What one try has asked so far: each source once, the issuer once a receipt, the checkout once. */
import type {
  CommitSha,
  Expectation,
  PinnedKeys,
  Receipt,
  Refusal,
  RevocationAnswer,
  StatusResult,
  TreeSha,
} from '#protocol'
import {nothingFound} from './answers.ts'
import type {Candidate, Examination} from './candidate.ts'
import {findCheckpoint} from './checkpoint.ts'
import type {
  CheckoutFinding,
  GateOutcome,
  GateRequest,
  GateTools,
  NamedAnswer,
  ReceiptSource,
  SourceAnswer,
} from './ports.ts'
import type {RevocationCheck} from './revocation-check.ts'

export interface Heard {
  /** The pinned keys that the issuer still stands by. */
  readonly keys: PinnedKeys
  /** Undefined where the issuer gave no valid one. */
  readonly status?: StatusResult | undefined
}

export class Search {
  readonly ask: GateRequest
  readonly tools: GateTools
  /** What a receipt must be for. Every field comes from the job; none is taken from a receipt. */
  readonly expect: Expectation
  readonly #tree: TreeSha | undefined
  readonly #answers = new Map<ReceiptSource, SourceAnswer>()
  readonly #revocationPlaces = new Map<CommitSha, readonly ReceiptSource[]>()
  /** Absent while there is nobody to ask and nothing was seen: then none of it is loaded. */
  #check: RevocationCheck | undefined
  #checkout: CheckoutFinding | undefined
  /** The tree that it was compared with. */
  #compared: TreeSha | undefined

  /** `tree` is given for `match: tree`. */
  constructor(ask: GateRequest, tools: GateTools, tree: TreeSha | undefined) {
    this.ask = ask
    this.tools = tools
    this.#tree = tree
    this.expect = expectationOf(ask, tree)
  }

  /** A source is asked when those before it had nothing that counts. */
  async *candidates(): AsyncGenerator<Candidate> {
    for (const source of this.tools.sources) {
      const {refusal, candidates} = await this.#open(source)
      if (refusal !== undefined) yield {source: source.name, candidate: undefined, refusal}
      for (const candidate of candidates) yield {source: source.name, candidate}
    }
  }

  /** As far as revocations came with the answers so far. */
  seenRevocation(receipt: Receipt): Refusal | undefined {
    return this.#check?.refusalOf(receipt)
  }

  async hearIssuer(receipt: Receipt): Promise<Heard> {
    if (this.tools.issuer === undefined) return {keys: this.ask.keys}
    const check = await this.#openCheck()
    const status = await check.status(receipt)
    return {status, keys: await check.trustedKeys()}
  }

  /** One question, and one answer is enough: the issuer's word, or GitHub's check runs where all of them were read. */
  async askRevocation(receipt: Receipt, status: StatusResult | undefined): Promise<RevocationAnswer> {
    if (status !== undefined) return {kind: 'status', status}
    const places = this.#placesOf(receipt.scope.sha)
    const problems: string[] = []
    for (const place of places) {
      const {problem, unread} = await this.#open(place)
      const gap = problem ?? (unread === undefined ? undefined : `revocations could not be read to the end: ${unread}`)
      if (gap === undefined) return {kind: 'read to the end'}
      problems.push(`${place.name}: ${gap}`)
    }
    const {issuer} = this.tools
    if (places.length === 0 && issuer === undefined) return {kind: 'not asked'}
    return {kind: 'unknown', problems: [...problems, ...(this.#check?.silence ?? [])]}
  }

  /** What an earlier try saw does not answer it. Revocations lie with the commit that the receipt names: with `match: tree` it may be another than the deployed one. */
  #placesOf(sha: CommitSha): readonly ReceiptSource[] {
    const known = this.#revocationPlaces.get(sha)
    if (known !== undefined) return known
    const {sources} = this.tools
    const places = sources.flatMap((source) => {
      if (source.revocationsOf === undefined) return []
      const isRead = sha === this.ask.deployment.sha && this.#answers.get(source)?.isKept !== true
      return [isRead ? source : source.revocationsOf(sha)]
    })
    this.#revocationPlaces.set(sha, places)
    return places
  }

  /** With the tree that was signed. Nothing checked out yet is no fault: the output `sha` is what to check out next. */
  async compareCheckout({scope: {tree}}: Receipt): Promise<Refusal | undefined> {
    const {ask, tools} = this
    if (ask.checkout === 'ignore') return undefined
    if (this.#checkout === undefined || this.#compared !== tree) {
      this.#checkout = await tools.checkout.inspect({sha: ask.deployment.sha, tree}, tools.progress)
      this.#compared = tree
    }
    const {kind} = this.#checkout
    switch (kind) {
      case 'same':
      case 'empty':
        return undefined
      case 'differs':
        return {code: 'checkout_mismatch', problem: this.#checkout.problem, fix: this.#checkout.fix}
      default:
        return kind satisfies never
    }
  }

  nothingFound(): Refusal {
    return this.#check?.lastRefusal() ?? nothingFound(this.ask, this.#named())
  }

  async conclude({decision, examined}: Pick<Examination, 'decision'> & Partial<Examination>): Promise<GateOutcome> {
    const {ask} = this
    const found = {answers: this.#named(), examined}
    const accepted = decision.kind === 'allow' ? decision.because.receipt : undefined
    return {
      decision,
      ask,
      ...found,
      checkpoint: accepted === undefined ? undefined : await findCheckpoint(found, ask.ledgerKey),
      checkout: this.#checkout,
      warnings: this.#check?.warningsOf(accepted) ?? [],
    }
  }

  #named(): readonly NamedAnswer[] {
    return [...this.#answers].map(([{name}, answer]) => ({source: name, answer}))
  }

  /** A source is asked once, whatever for. */
  async #open(source: ReceiptSource): Promise<SourceAnswer> {
    const answer = this.#answers.get(source) ?? (await source.find(this.tools.limit(), this.#tree))
    this.#answers.set(source, answer)
    if ((answer.revocations ?? []).length > 0) (await this.#openCheck()).keep(answer)
    return answer
  }

  async #openCheck(): Promise<RevocationCheck> {
    if (this.#check === undefined) {
      const {RevocationCheck: Loaded} = await import('./revocation-check.ts')
      this.#check = new Loaded(this.ask, this.tools)
    }
    return this.#check
  }
}

function expectationOf({environment, deployment, issuer, match}: GateRequest, tree: TreeSha | undefined): Expectation {
  const {repository, repositoryId, sha} = deployment
  const content = match === 'tree' ? {tree} : {sha}
  const expected = {action: 'deploy', repository, repositoryId, ...content, environment}
  return issuer === undefined ? expected : {...expected, issuer}
}
