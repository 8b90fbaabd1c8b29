/** Receipts that serve one run: whether this run could use one up, that it did, and why it did not. */
import {
  type AcceptedReceipt,
  type Receipt,
  type Refusal,
  type Result,
  type StatusResult,
  decide,
  printSecondsTime,
} from '#protocol'
import type {GateRequest, GateTools, RedemptionAnswer} from './ports.ts'

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
  status: StatusResult | undefined,
  {ask, tools}: {readonly ask: GateRequest; readonly tools: Pick<GateTools, 'issuer'>},
): Refusal | undefined {
  if (servesOneRun(ask, accepted.receipt) && tools.issuer === undefined) return noIssuer
  const foreseen = decide(accepted, {status, redeemed: true})
  return foreseen.kind === 'deny' ? foreseen.refusal : undefined
}

type Tools = Pick<GateTools, 'issuer' | 'limit' | 'clock'>

/** When the issuer recorded that this run uses the receipt; undefined where it serves any run. */
export async function redeem(
  accepted: AcceptedReceipt,
  ask: GateRequest,
  {issuer, limit, clock}: Tools,
): Promise<Result<string | undefined, Refusal>> {
  const {receipt} = accepted
  if (!servesOneRun(ask, receipt)) return {ok: true, value: undefined}
  if (issuer === undefined) return {ok: false, fault: noIssuer}
  const answer = await issuer.client.redeem(receipt.id, limit())
  if (answer.kind === 'redeemed') return {ok: true, value: answer.at}
  return {ok: false, fault: describeRedemption(answer, accepted, clock)}
}

type NotRedeemed = Exclude<RedemptionAnswer, {readonly kind: 'redeemed'}>

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
      return {
        code: 'source_unreachable',
        problems: [`the issuer did not record that this run uses the receipt: ${answer.problem}`],
      }
    default:
      return answer satisfies never
  }
}
