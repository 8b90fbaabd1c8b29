/** What `/deny` and `/revoke` did, in words. */
import type {Environment, ReceiptId} from '#protocol'
import type {LiveReceipt} from '../model/state.ts'
import {codeSpan, escapeText, paragraphs} from './markdown.ts'
import {renderTime} from './render-change.ts'

export interface Withdrawal {
  readonly kind: 'deny' | 'revoke'
  readonly environment: Environment
  /** Of whoever said it. */
  readonly by: string
  readonly reason?: string | undefined
  readonly ended: readonly LiveReceipt[]
  /** Whether all of the pull request's authorizations are meant, or one receipt. */
  readonly isWhole: boolean
}

export function renderWithdrawn({kind, environment, by, reason, ended, isWhole}: Withdrawal): string {
  const verb = kind === 'deny' ? 'Denied' : 'Revoked'
  return paragraphs(
    `**${verb} for ${codeSpan(environment)}** by ${codeSpan(by)}.${reason === undefined ? '' : ` ${escapeText(reason)}`}`,
    renderEndedList(ended),
    isWhole ? 'Statements made here before this one and not yet decided no longer count.' : undefined,
    kind === 'deny'
      ? 'This stands for the pull request, whatever is pushed next, until the same person authorizes a full commit.'
      : 'To deploy it after all, look at it again and authorize the commit in a new comment.',
  )
}

function renderEndedList(ended: readonly LiveReceipt[]): string {
  if (ended.length === 0) return 'There was no live receipt to end.'
  const lines = ended.map(
    ({id, sha, redeemed}) =>
      `- ${codeSpan(id)} for ${codeSpan(sha)}${redeemed === undefined ? '' : `: it was already used at ${renderTime(redeemed.at)}, and this does not undo what ran`}`,
  )
  return paragraphs('These receipts no longer count. A gate that sees the revocation refuses them:', lines.join('\n'))
}

export function renderClosed(environment: Environment, ended: readonly LiveReceipt[]): string {
  return paragraphs(
    `**Closed without being merged**, so nothing in this pull request is authorized for ${codeSpan(environment)} any more.`,
    renderEndedList(ended),
  )
}

export const renderUnknownReceipt = (): string =>
  '**There is no such receipt in this repository**, so nothing was done. `/countersign status` lists those that are alive.'

export const renderEnded = (id: ReceiptId): string =>
  `**Receipt ${codeSpan(id)} has already ended**, so there was nothing to revoke.`
