/** Why a receipt that was to be used up was not. */
import {type AcceptedReceipt, type Refusal, printSecondsTime} from '#protocol'
import type {GateTools, RedemptionAnswer} from './ports.ts'

export const noIssuer: Refusal = {
  code: 'input_invalid',
  problems: [
    'the receipt serves one run (it is flagged once, or the input "redeem" is true), and only the issuer can record that: give the input "issuer-url"',
  ],
}

type NotRedeemed = Exclude<RedemptionAnswer, {readonly kind: 'redeemed'}>

export function describeRedemption(
  answer: NotRedeemed,
  {receipt: {id, expiresAt}}: AcceptedReceipt,
  {clock}: Pick<GateTools, 'clock'>,
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
