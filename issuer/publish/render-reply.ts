/**
 * The reply to a decision, to the bare form that comes before one, and to what takes one back (`/deny`, `/revoke`): short,
 * friendly, readable in an e-mail.
 */
import {type Environment, type Receipt, type ReceiptId, secondsTimeToMs} from '#protocol'
import type {ChangeFacts, Presence} from '../model/facts.ts'
import type {Case, Denied, Escalated} from '../model/ruling.ts'
import type {LiveReceipt} from '../model/state.ts'
import {approvalsAsked, rulesOfPeople} from '../policy/condition-rules.ts'
import {findMissing, speakersOf} from '../policy/independence.ts'
import {codeSpan, escapeText, paragraphs} from './markdown.ts'
import {renderMissing} from './render-missing.ts'
import {renderLine, renderTime, renderWhatGoesOut} from './render-change.ts'

/** ALLOW: who let what out, until when, and what to do next. */
export function renderAllowed(receipt: Receipt, change: ChangeFacts): string {
  const {scope, authorizedBy, expiresAt, flags} = receipt
  return paragraphs(
    `**Authorized for ${codeSpan(scope.environment)}** by ${codeSpan(authorizedBy)}, until **${renderTime(secondsTimeToMs(expiresAt))}**.`,
    [
      `- Commit: ${codeSpan(scope.sha)}`,
      `- What goes out: ${renderWhatGoesOut(change, scope.environment)}`,
      `- Receipt: [${codeSpan(receipt.id)}](${receiptUrl(receipt)})`,
    ].join('\n'),
    flags.includes('self')
      ? 'This is the own work of those who approved, which the policy allows. The receipt is flagged `self`, and a gate accepts it only if its `refuse-flags` allows it.'
      : undefined,
    '**Next:** run the deploy job again. The gate lets this commit through until the receipt expires.',
  )
}

/** Where the issuer serves a receipt. */
export const receiptUrl = ({issuer, id}: Pick<Receipt, 'issuer' | 'id'>): string => `${issuer}/v1/receipts/${id}`

/** DENY: every rule that failed with its way out, and the line to copy where a line helps. */
export function renderDenied({request, change}: Case, {outcomes}: Denied): string {
  const failed = outcomes.filter(({outcome}) => outcome === 'fail')
  const way = wayOut(failed.map(({rule}) => rule))
  return paragraphs(
    `**Not authorized for ${codeSpan(request.environment)}.** No receipt was made, and the deploy job stays closed.`,
    failed.map(({why}) => `- ${escapeText(why)}`).join('\n'),
    way === undefined ? undefined : paragraphs(way, renderLine(request.environment, change.commit.sha)),
  )
}

/** One of too few: what goes out, what is missing by pull request, who may add to it, and the line. */
export function renderEscalated(asked: Case, {outcomes, missing, risk}: Escalated): string {
  const {request, change, environment} = asked
  const {needed} = approvalsAsked({environment, risk})
  const question = {range: change.range, speakers: speakersOf(asked), needed}
  const count = outcomes.find(({rule, outcome}) => rule === 'enough-approvals' && outcome === 'fail')?.why
  return paragraphs(
    `**Approval recorded for ${codeSpan(request.environment)}; ${missing} more ${missing === 1 ? 'person is' : 'people are'} needed.** No receipt is made yet, and the deploy job stays closed.`,
    [
      `- What goes out: ${renderWhatGoesOut(change, request.environment)}`,
      ...(count === undefined ? [] : [`- ${escapeText(count)}`]),
      ...renderMissing(question, environment.independence),
    ].join('\n'),
    findMissing(question, environment.independence).some(({others}) => others > 0)
      ? 'Somebody else who may approve, and had no hand in it, can look at what goes out and comment:'
      : 'Somebody else who may approve, whoever it is, can look at what goes out and comment:',
    renderLine(request.environment, change.commit.sha),
    `It counts until ${renderTime(asked.standing.createdAt + environment.collect)}${change.pullRequest.state === 'open' ? ', and ends when the commit moves' : ''}.`,
  )
}

/** Rules that the same person overcomes by saying it again. */
const saidAgain = new Set(['commit-named', 'commit-current', 'statement-fresh'])
const peopleRules: ReadonlySet<string> = new Set(rulesOfPeople.map(({name}) => name))

/** The sentence above the line to copy; undefined when no line would help as long as the rest is as it is. */
const wayOut = (failed: readonly string[]): string | undefined =>
  failed.every((rule) => saidAgain.has(rule) || peopleRules.has(rule))
    ? 'To authorize what is there now, comment:'
    : undefined

/** `/authorize production` without a commit: nothing was decided; the line says what it would let out. */
export function renderBare(environment: Environment, change: ChangeFacts): string {
  if (change.pullRequest.state === 'closed') {
    return 'This pull request was closed without being merged, so there is nothing to authorize. Open it again, or use another.'
  }
  return `**Name the commit.** ${renderCopy(environment, change)}`
}

/** The line that authorizes what is there now, and what it would let out. */
export const renderCopy = (environment: Environment, change: ChangeFacts): string =>
  paragraphs(
    `To authorize what is here now for ${codeSpan(environment)}, look at it and comment:`,
    renderLine(environment, change.commit.sha),
    `What would go out: ${renderWhatGoesOut(change, environment)}`,
  )

interface Withdrawal {
  readonly kind: 'deny' | 'revoke'
  readonly environment: Environment
  /** Of whoever said it. */
  readonly by: string
  readonly reason?: string | undefined
  /** Where it was said. */
  readonly pullRequest: number
  readonly ended: readonly Ended[]
  /** Whether all that holds the pull request's work is meant, or one receipt. */
  readonly isWhole: boolean
  /** What became of the comment since. */
  readonly presence: Presence
}

export function renderWithdrawn(withdrawal: Withdrawal): string {
  const {kind, environment, by, reason, pullRequest, ended, isWhole, presence} = withdrawal
  const verb = kind === 'deny' ? 'Denied' : 'Revoked'
  return paragraphs(
    `**${verb} for ${codeSpan(environment)}** by ${codeSpan(by)}.${reason === undefined ? '' : ` ${escapeText(reason)}`}`,
    renderEndedList(ended),
    isWhole
      ? `What was said before it about the commits of ${escapeText(`#${pullRequest}`)} no longer counts, on any pull request.`
      : undefined,
    kind === 'deny'
      ? `The denial stands for whatever holds a commit of ${escapeText(`#${pullRequest}`)}, on this pull request or another and whatever is pushed next, until ${codeSpan(by)} authorizes a full commit of it. Others can go on only together: one person more than otherwise needed, all without a hand in it and one of them an admin.`
      : 'To deploy it after all, look at it again and authorize the commit in a new comment.',
    presences[presence],
  )
}

const presences: Readonly<Record<Presence, string | undefined>> = {
  'as-said': undefined,
  changed: 'The comment was edited since. It counts as it was said first.',
  gone: 'GitHub does not show the comment (any more): it was deleted, or is too new. It counts all the same.',
}

/** `redeemed`: when a run used it, in milliseconds. */
type Ended = Pick<LiveReceipt, 'id' | 'sha'> & Partial<Pick<LiveReceipt, 'redeemed' | 'pullRequest'>>

function renderEndedList(ended: readonly Ended[]): string {
  if (ended.length === 0) return 'There was no live receipt to end.'
  const lines = ended.map(
    ({id, sha, redeemed, pullRequest}) =>
      `- ${codeSpan(id)} for ${codeSpan(sha)}${pullRequest === undefined ? '' : ` (${escapeText(`#${pullRequest}`)})`}${redeemed === undefined ? '' : `: it was already used at ${renderTime(redeemed.at)}, and this does not undo what ran`}`,
  )
  return paragraphs('These receipts no longer count. A gate that sees the revocation refuses them:', lines.join('\n'))
}

export function renderClosed(environment: Environment, ended: readonly LiveReceipt[]): string {
  return paragraphs(
    `**Closed without being merged**, so what was authorized in this pull request for ${codeSpan(environment)} counts no more.`,
    renderEndedList(ended),
  )
}

interface TakenBack {
  readonly environment: Environment
  /** Whose comment it was. */
  readonly by: string
  readonly ended: readonly LiveReceipt[]
}

/** The author of an authorizing comment deleted it. */
export const renderTakenBack = ({environment, by, ended}: TakenBack): string =>
  paragraphs(
    `**Taken back for ${codeSpan(environment)}** by ${codeSpan(by)}, who deleted the comment that authorized it.`,
    renderEndedList(ended),
  )

export const renderUnknownReceipt = (): string =>
  '**There is no such receipt in this repository**, so nothing was done. `/countersign status` lists those that are alive.'

export const renderEnded = (id: ReceiptId): string =>
  `**Receipt ${codeSpan(id)} has already ended**, so there was nothing to revoke.`
