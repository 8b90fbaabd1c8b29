/** What `/deny` and `/revoke` did, in words; and a revocation on the check run of the receipt that it ended. */
import {type Environment, type ReceiptId, type Revocation, canonicalJson, secondsTimeToMs} from '#protocol'
import {type Ended, revocationsOf} from '../mint/fold-scope.ts'
import type {LiveReceipt, ScopeState} from '../model/state.ts'
import {codeSpan, escapeText, fencedBlock} from './markdown.ts'
import type {CheckRun} from '../model/publication.ts'
import {renderTime} from './render-change.ts'

const paragraphs = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join('\n\n')

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

const causes: Readonly<Record<Revocation['cause'], string>> = {
  person: 'revoked by',
  denied: 'denied by',
  closed: 'its pull request was closed without being merged by',
  permission: 'permission lost by',
}

export interface RevokedReceipts {
  readonly environment: Environment
  readonly ended: readonly Ended[]
  /** The scope without them. */
  readonly state: ScopeState
  /** The issuer's URL, where receipts are shown. */
  readonly issuer: string
}

/** A gate reads so many blocks of one check run; a receipt stands before them. */
const maxRevocations = 19

/** Each revocation in a block of its own, the newest of them. */
export const renderRevocations = (title: string, revocations: readonly Revocation[]): readonly string[] =>
  revocations.length === 0
    ? []
    : [title, ...revocations.slice(-maxRevocations).map((one) => fencedBlock(canonicalJson(one), 'json'))]

/**
 * Each receipt's own check run turns red, and a new one carries the revocation too, so that it is the newest of its name
 * (formats §6). The newest hides the others from a gate, so each carries all that still outweigh a receipt of its commit.
 */
export const renderRevoked = ({ended, ...about}: RevokedReceipts): readonly CheckRun[] =>
  ended.flatMap((one) => renderOne(one, about))

function renderOne(
  {receipt, revocation}: Ended,
  {environment, state, issuer}: Omit<RevokedReceipts, 'ended'>,
): readonly CheckRun[] {
  const {revokedBy, at, cause, id} = revocation
  const others = revocationsOf(state, receipt.sha, secondsTimeToMs(at)).filter((other) => other.id !== id)
  const why = `${causes[cause]} ${revokedBy.login}`
  const run: Omit<CheckRun, 'externalId'> = {
    name: `countersign / ${environment}`,
    headSha: receipt.sha,
    conclusion: 'failure',
    detailsUrl: `${issuer}/v1/receipts/${receipt.id}`,
    title: `Revoked for ${environment}: ${why}`,
    summary: `Receipt ${codeSpan(receipt.id)} for ${codeSpan(environment)} no longer counts, as of **${renderTime(secondsTimeToMs(at))}**: ${escapeText(causes[cause])} ${codeSpan(revokedBy.login)}.`,
    text: paragraphs(
      'The revocation. Its signature is what the gate verifies; this check run only carries it.',
      fencedBlock(canonicalJson(revocation), 'json'),
      ...renderRevocations('Other receipts of this commit that were revoked:', others),
    ),
  }
  return [
    {...run, externalId: receipt.id},
    {...run, externalId: id},
  ]
}
