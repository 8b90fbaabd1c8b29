/** The check run that carries a receipt to the gate. Anyone may create one like it: only the signature decides. */
import {type Receipt, type Revocation, printReceipt, secondsTimeToMs} from '#protocol'
import type {ChangeFacts} from '../model/facts.ts'
import {codeSpan, fencedBlock} from './markdown.ts'
import type {CheckRun} from '../model/publication.ts'
import {renderTime, renderWhatGoesOut} from './render-change.ts'
import {receiptUrl} from './render-reply.ts'
import {renderRevocations} from './render-withdrawal.ts'

/** `revocations`: of earlier receipts of this commit that are not expired yet, which the run of that name hides from now on. */
export function renderCheckRun(
  receipt: Receipt,
  change: ChangeFacts,
  revocations: readonly Revocation[] = [],
): CheckRun {
  const {scope, authorizedBy, id} = receipt
  const until = renderTime(secondsTimeToMs(receipt.expiresAt))
  return {
    name: `countersign / ${scope.environment}`,
    headSha: scope.sha,
    externalId: id,
    conclusion: 'success',
    detailsUrl: receiptUrl(receipt),
    title: `Authorized for ${scope.environment} by ${authorizedBy} until ${until}`,
    summary: [
      `${codeSpan(authorizedBy)} authorized ${codeSpan(scope.sha)} for ${codeSpan(scope.environment)} until **${until}**.`,
      `What goes out: ${renderWhatGoesOut(change, scope.environment)}`,
    ].join('\n\n'),
    text: [
      'The receipt. Its signature is what the gate verifies; this check run only carries it.',
      fencedBlock(printReceipt(receipt), 'json'),
      ...renderRevocations('Earlier receipts of this commit that were revoked:', revocations),
    ].join('\n\n'),
  }
}
