/** A receipt's verdict and a job's own limits -> allow or deny. "Allow" needs evidence that the compiler can see. */
import type {Flag, Proof, Receipt} from './receipt.ts'
import type {Refusal} from './refusals.ts'
import type {ReceiptVerdict, VerifiedReceipt} from './verify-receipt.ts'

/** What a job asks of a receipt beyond being for this deployment. */
export interface Limits {
  /** Distinct people whose proof meets `requireProof`. */
  readonly minApprovals: number
  readonly requireProof: Proof
  readonly refuseFlags: readonly Flag[]
}

declare const complete: unique symbol
/** A verified receipt of which nothing stayed unchecked. Only decide makes one. */
export type Authorisation = VerifiedReceipt & {readonly [complete]: true}

export type Decision =
  {readonly kind: 'allow'; readonly because: Authorisation} | {readonly kind: 'deny'; readonly refusal: Refusal}

export const deny = (refusal: Refusal): Decision => ({kind: 'deny', refusal})

export function decide(verdict: ReceiptVerdict, limits: Limits): Decision {
  if (!verdict.valid) return deny(verdict.refusal)
  const {verified} = verdict
  const refusal =
    checkComplete(verified) ?? checkApprovals(verified.receipt, limits) ?? checkFlags(verified.receipt, limits)
  return refusal === undefined ? {kind: 'allow', because: verified as Authorisation} : deny(refusal)
}

/** An expectation that was forgotten is a bug of the caller, and never an allow. */
function checkComplete({unchecked, judged}: VerifiedReceipt): Refusal | undefined {
  if (unchecked.length > 0) return {code: 'internal_error', problem: `not compared: ${unchecked.join(', ')}`}
  if (judged !== 'now') return {code: 'internal_error', problem: 'a receipt was judged at its own time, not now'}
  return undefined
}

function checkApprovals({approvals}: Receipt, {minApprovals, requireProof}: Limits): Refusal | undefined {
  if (!(approvals.length >= minApprovals)) {
    return {code: 'too_few_approvals', approvals: approvals.length, needed: minApprovals}
  }
  const proven = approvals.filter(({proof}) => requireProof === 'comment' || proof === requireProof).length
  return proven >= minApprovals
    ? undefined
    : {code: 'proof_too_weak', proven, needed: minApprovals, proof: requireProof}
}

function checkFlags({flags}: Receipt, {refuseFlags}: Limits): Refusal | undefined {
  const refused = flags.filter((flag) => refuseFlags.includes(flag))
  if (refused.length > 0) return {code: 'flag_refused', flags: refused}
  // Both words ask for a fresh answer of the issuer (formats §6); a gate that cannot get one refuses.
  const online = flags.filter((flag) => flag === 'fresh' || flag === 'once')
  if (online.length === 0) return undefined
  return {
    code: 'source_unreachable',
    problems: [`the receipt is flagged ${online.join(', ')} and this gate has no fresh answer of the issuer about it`],
  }
}
