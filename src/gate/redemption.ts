/** Receipts that serve one run: whether this run could use one up, that it did, and why it did not. */
import {
  type AcceptedReceipt,
  type PinnedKeys,
  type Receipt,
  type Refusal,
  type Result,
  type RevocationAnswer,
  type StatusResult,
  decide,
  printSecondsTime,
  readLastingNo,
  refuseByStatus,
  verifyStatus,
} from '#protocol'
import {checkOf} from './checks.ts'
import type {GateRequest, GateTools, OpenIssuer, RedemptionAnswer} from './ports.ts'

const noIssuer: Refusal = {
  code: 'input_invalid',
  problems: [
    'the receipt serves one run (it is flagged once, or the input "redeem" is true), and only the issuer can record that: give the input "issuer-url"',
  ],
}

const servesOneRun = ({redeem}: GateRequest, {flags}: Receipt): boolean => redeem || flags.includes('once')

/** What would refuse this receipt even if the issuer recorded its use. */
export function foresee(
  accepted: AcceptedReceipt,
  revocation: RevocationAnswer,
  {ask, tools}: {readonly ask: GateRequest; readonly tools: Pick<GateTools, 'issuer'>},
): Refusal | undefined {
  const foreseen = decide(accepted, {revocation, redeemed: true})
  if (foreseen.kind === 'deny') return foreseen.refusal
  return servesOneRun(ask, accepted.receipt) && tools.issuer === undefined ? noIssuer : undefined
}

/** The check that an accepted receipt stops at. */
export const stoppedAt = (refusal: Refusal): ReturnType<typeof checkOf> =>
  refusal === noIssuer ? 'single use' : checkOf(refusal.code)

type Tools = Pick<GateTools, 'issuer' | 'limit' | 'clock'>

export interface Redeeming {
  readonly accepted: AcceptedReceipt
  /** The pinned keys that the issuer still stands by. */
  readonly keys: PinnedKeys
}

/** When the issuer recorded that this run uses the receipt; undefined where it serves any run. */
export async function redeem(
  redeeming: Redeeming,
  ask: GateRequest,
  {issuer, limit, clock}: Tools,
): Promise<Result<string | undefined, Refusal>> {
  const {receipt} = redeeming.accepted
  if (!servesOneRun(ask, receipt)) return {ok: true, value: undefined}
  if (issuer === undefined) return {ok: false, fault: noIssuer}
  const answer = await issuer.client.redeem(receipt.id, limit())
  return answer.kind === 'answered'
    ? readRedemption(answer.body, redeeming, {issuer, clock})
    : {ok: false, fault: describeRedemption(answer, redeeming.accepted, clock)}
}

/** Only a signed status is an answer, and only one that names this run is a yes (threats A68). */
function readRedemption(
  body: Uint8Array,
  {accepted: {receipt}, keys}: Redeeming,
  {issuer, clock}: {readonly issuer: OpenIssuer; readonly clock: GateTools['clock']},
): Result<string, Refusal> {
  const terms = {keys, receipt: receipt.id}
  const verdict = verifyStatus(body, {...terms, now: clock.now()})
  const status = verdict.valid ? verdict : readLastingNo(body, {...terms, issuedAt: receipt.issuedAt})
  if (status === undefined) {
    return {ok: false, fault: unrecorded(verdict.valid ? '' : verdict.reason.replace(/\.$/, ''))}
  }
  const refusal = refuseByStatus(receipt, status)
  return refusal === undefined ? compareRun(status, issuer.runId) : {ok: false, fault: refusal}
}

/** By the run's id: a later attempt of the same run is told what the first was. */
function compareRun({receipt, status, run}: StatusResult, runId: string): Result<string, Refusal> {
  if (status !== 'redeemed' || run === undefined) return {ok: false, fault: unrecorded('its answer names no run')}
  return run.id === runId && runId !== ''
    ? {ok: true, value: run.at}
    : {ok: false, fault: {code: 'already_used', receipt, run: run.id, at: run.at}}
}

const unrecorded = (problem: string): Refusal => ({
  code: 'source_unreachable',
  problems: [`the issuer did not record that this run uses the receipt: ${problem}`],
})

type NotRedeemed = Exclude<RedemptionAnswer, {readonly kind: 'answered'}>

function describeRedemption(
  answer: NotRedeemed,
  {receipt: {id, expiresAt}}: AcceptedReceipt,
  clock: GateTools['clock'],
): Refusal {
  switch (answer.kind) {
    case 'already_used':
      return {code: 'already_used', receipt: id, run: answer.run, at: answer.at}
    case 'revoked':
      return {code: 'revoked', receipt: id}
    case 'expired':
      return {code: 'expired', expiresAt, now: printSecondsTime(clock.now())}
    case 'not permitted':
      return {code: 'input_invalid', problems: [`the receipt serves one run, and ${answer.problem}`]}
    case 'unreachable':
      return unrecorded(answer.problem)
    default:
      return answer satisfies never
  }
}
