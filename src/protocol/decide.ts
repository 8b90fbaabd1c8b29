/** A receipt's verdict, a job's own limits and what is known since -> allow or deny. "Allow" needs evidence that the compiler can see. */
import type {Flag, Proof, Receipt} from './receipt.ts'
import type {Refusal} from './refusals.ts'
import type {StatusResult} from './verify-status.ts'
import type {ReceiptVerdict, VerifiedReceipt} from './verify-receipt.ts'

/** What a job asks of a receipt beyond being for this deployment. */
export interface Limits {
  /** Distinct people whose proof meets `requireProof`. */
  readonly minApprovals: number
  readonly requireProof: Proof
  readonly refuseFlags: readonly Flag[]
}

declare const complete: unique symbol
/** A verified receipt within the job's limits, of which nothing stayed unchecked. Only accept makes one. */
export type AcceptedReceipt = VerifiedReceipt & {readonly [complete]: true}

export type Acceptance =
  {readonly kind: 'accept'; readonly accepted: AcceptedReceipt} | {readonly kind: 'deny'; readonly refusal: Refusal}

declare const authorized: unique symbol
/** An accepted receipt that nothing known since its signature forbids. Only decide makes one. */
export type Authorization = AcceptedReceipt & {readonly [authorized]: true}

export type Decision =
  {readonly kind: 'allow'; readonly because: Authorization} | {readonly kind: 'deny'; readonly refusal: Refusal}

export const deny = (refusal: Refusal): Decision & Acceptance => ({kind: 'deny', refusal})

/** By what was signed alone. */
export function accept(verdict: ReceiptVerdict, limits: Limits): Acceptance {
  if (!verdict.valid) return deny(verdict.refusal)
  const {verified} = verdict
  const refusal =
    checkComplete(verified) ?? checkApprovals(verified.receipt, limits) ?? checkFlags(verified.receipt, limits)
  return refusal === undefined ? {kind: 'accept', accepted: verified as AcceptedReceipt} : deny(refusal)
}

/** Whether the receipt was revoked: what answered it, or that it was asked in vain, which is never the same as not asked. */
export type RevocationAnswer =
  /** The issuer's valid word. */
  | {readonly kind: 'status'; readonly status: StatusResult}
  /** Every check run of the commit was read, and none revokes it. */
  | {readonly kind: 'read to the end'}
  | {readonly kind: 'unknown'; readonly problems: readonly string[]}
  /** The job named no place that could answer. */
  | {readonly kind: 'not asked'}

/** What is known of a receipt since it was signed. */
export interface Standing {
  readonly revocation: RevocationAnswer
  /** Whether the issuer has recorded that this run uses it. */
  readonly redeemed: boolean
}

/** `redeemed` alone is no refusal: whether this run may use it again is said by the redemption. */
export function decide(accepted: AcceptedReceipt, {revocation, redeemed}: Standing): Decision {
  const {receipt} = accepted
  const refusal = refuseByRevocation(receipt, revocation) ?? checkOnline(receipt, {revocation, redeemed})
  return refusal === undefined ? {kind: 'allow', because: accepted as Authorization} : deny(refusal)
}

function refuseByRevocation(receipt: Receipt, answer: RevocationAnswer): Refusal | undefined {
  const {kind} = answer
  switch (kind) {
    case 'status':
      return refuseByStatus(receipt, answer.status)
    case 'unknown':
      return {
        code: 'source_unreachable',
        problems: [`whether the receipt ${receipt.id} was revoked is not known`, ...answer.problems],
      }
    case 'read to the end':
    case 'not asked':
      return undefined
    default:
      return kind satisfies never
  }
}

/** What the issuer's word forbids, whatever the receipt says. */
export function refuseByStatus({id, expiresAt}: Receipt, {status, at}: StatusResult): Refusal | undefined {
  switch (status) {
    case 'revoked':
      return {code: 'revoked', receipt: id}
    case 'unknown':
      return {code: 'receipt_unknown', receipt: id}
    case 'expired':
      return {code: 'expired', expiresAt, now: `${at} at the issuer`}
    case 'active':
    case 'redeemed':
      return undefined
    default:
      return status satisfies never
  }
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
  return refused.length > 0 ? {code: 'flag_refused', flags: refused} : undefined
}

/** `fresh` asks for the issuer's word, `once` for its record (formats §6): without them the receipt does not count. */
function checkOnline({flags}: Receipt, {revocation, redeemed}: Standing): Refusal | undefined {
  const isFresh = revocation.kind === 'status'
  const missing = flags.filter((flag) => (flag === 'fresh' && !isFresh) || (flag === 'once' && !redeemed))
  if (missing.length === 0) return undefined
  const problem = `the receipt is flagged ${missing.join(', ')}, and the issuer gave no valid answer about it`
  return {code: 'source_unreachable', problems: [problem]}
}
