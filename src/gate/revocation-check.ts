/** What is known of receipts since they were signed: revocations that were seen, the issuer's status and its key set. */
import {
  type KeySet,
  type PinnedKeys,
  type Receipt,
  type Refusal,
  type Revocation,
  type StatusResult,
  isRetiring,
  narrowPins,
  readKeySet,
  readLastingNo,
  verifyRevocation,
  verifyStatus,
} from '#protocol'
import type {GateRequest, GateTools, SourceAnswer} from './ports.ts'

type Tools = Pick<GateTools, 'issuer' | 'clock' | 'limit'>

/** One search's memory: nothing is asked twice, and an issuer that is down costs its time limit once. */
export class RevocationCheck {
  readonly #ask: GateRequest
  readonly #tools: Tools
  readonly #revocations = new Map<string, Revocation>()
  readonly #warnings: string[] = []
  #trusted: PinnedKeys | undefined
  #keySet: KeySet | undefined
  /** It gave no valid status once, and is asked for none again. */
  #isMute = false
  /** Nobody answers there. */
  #isDown = false
  #silence: string | undefined

  constructor(ask: GateRequest, tools: Tools) {
    this.#ask = ask
    this.#tools = tools
  }

  /** Why the issuer gave no status, where it was asked and gave none. */
  get silence(): readonly string[] {
    return this.#silence === undefined ? [] : [this.#silence]
  }

  /** What was asked in vain; and of the receipt that is accepted, whether its key will be gone one day soon. */
  warningsOf(accepted: Receipt | undefined): readonly string[] {
    if (accepted === undefined || this.#keySet === undefined) return this.#warnings
    const {publicKey} = accepted
    if (!isRetiring(this.#keySet, publicKey)) return this.#warnings
    return [...this.#warnings, `The issuer is giving up ${publicKey}, which signed this receipt: pin its new key too.`]
  }

  /** Keeps the revocations of an answer that a pinned key signed for this repository. The others are anybody's words. */
  keep({revocations = []}: SourceAnswer): void {
    const {keys, deployment} = this.#ask
    for (const text of revocations) {
      const verdict = verifyRevocation(text, {keys, expect: {repositoryId: deployment.repositoryId}})
      if (verdict.valid) this.#revocations.set(verdict.revocation.receipt, verdict.revocation)
    }
  }

  /** Why a receipt does not count any more, as far as was seen. */
  refusalOf({id}: Receipt): Refusal | undefined {
    const revocation = this.#revocations.get(id)
    return revocation === undefined ? undefined : this.#describe(revocation)
  }

  /** For a search that met revocations and no receipt. */
  lastRefusal(): Refusal | undefined {
    const last = [...this.#revocations.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
    return last === undefined ? undefined : this.#describe(last)
  }

  /** A `/deny` stands until it is taken back, so that asking for another receipt is no help. */
  #describe({receipt, revokedBy, at, cause}: Revocation): Refusal {
    return cause === 'denied'
      ? {code: 'denied', environment: this.#ask.environment, by: revokedBy.login, at}
      : {code: 'revoked', receipt, by: revokedBy.login, at}
  }

  /** The pinned keys without what the issuer's key set takes from them. */
  async trustedKeys(): Promise<PinnedKeys> {
    this.#trusted ??= await this.#narrowKeys()
    return this.#trusted
  }

  /** Anybody may have the key set: an issuer that tells this job no status still says which keys are revoked. */
  async #narrowKeys(): Promise<PinnedKeys> {
    const {keys} = this.#ask
    const {issuer, limit} = this.#tools
    if (issuer === undefined || this.#isDown) return keys
    const fetched = await issuer.client.fetchKeySet(limit())
    const read = fetched.ok
      ? readKeySet(fetched.value, keys)
      : {ok: false as const, fault: {reason: fetched.fault.problem}}
    if (!read.ok) {
      this.#warnings.push(`Whether the issuer still stands by the pinned keys was not checked: ${read.fault.reason}.`)
      return keys
    }
    this.#keySet = read.value
    return narrowPins(keys, read.value)
  }

  /** The issuer's word on a receipt; undefined, with a warning, where there is no valid one. */
  async status({id, issuedAt}: Receipt): Promise<StatusResult | undefined> {
    const {issuer, limit, clock} = this.#tools
    if (issuer === undefined || this.#isMute) return undefined
    const fetched = await issuer.client.fetchStatus(id, limit())
    if (!fetched.ok) {
      this.#isDown = fetched.fault.kind === 'unreachable'
      return this.#miss(fetched.fault.problem)
    }
    const terms = {keys: await this.trustedKeys(), receipt: id}
    const verdict = verifyStatus(fetched.value, {...terms, now: clock.now()})
    if (verdict.valid) return verdict
    // A clock that is wrong makes no yes of a no.
    const no = readLastingNo(fetched.value, {...terms, issuedAt})
    return no ?? this.#miss(verdict.reason.replace(/\.$/, ''))
  }

  #miss(problem: string): undefined {
    this.#isMute = true
    this.#silence = `the issuer: ${problem}`
    this.#warnings.push(`The issuer gave no valid status of the receipt: ${problem}.`)
  }
}
