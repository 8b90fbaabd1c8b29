/**
 * The check runs that carry a receipt or its revocation to the gate, and the newest checkpoint in what is sent. Anyone may
 * create a check run like one of them: only the signature decides.
 */
import {
  type Environment,
  type Origin,
  type Receipt,
  type Revocation,
  canonicalJson,
  printReceipt,
  secondsTimeToMs,
} from '#protocol'
import {type Ended, revocationsOf} from '../mint/fold-scope.ts'
import type {ChangeFacts} from '../model/facts.ts'
import type {CheckRun, Publication} from '../model/publication.ts'
import type {ScopeState} from '../model/state.ts'
import {codeSpan, escapeText, fencedBlock, paragraphs} from './markdown.ts'
import {renderTime, renderWhatGoesOut} from './render-change.ts'
import {receiptUrl} from './render-reply.ts'

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
    summary: paragraphs(
      `${codeSpan(authorizedBy)} authorized ${codeSpan(scope.sha)} for ${codeSpan(scope.environment)} until **${until}**.`,
      `What goes out: ${renderWhatGoesOut(change, scope.environment)}`,
    ),
    text: paragraphs(
      'The receipt. Its signature is what the gate verifies; this check run only carries it.',
      fencedBlock(printReceipt(receipt), 'json'),
      ...renderRevocations('Earlier receipts of this commit that were revoked:', revocations),
    ),
  }
}

const causes: Readonly<Record<Revocation['cause'], string>> = {
  person: 'revoked by',
  denied: 'denied by',
  closed: 'its pull request was closed without being merged by',
  permission: 'permission lost by',
}

interface RevokedReceipts {
  readonly environment: Environment
  readonly ended: readonly Ended[]
  /** The scope without them. */
  readonly state: ScopeState
  /** The issuer's URL, where receipts are shown. */
  readonly issuer: Origin
}

/** More than a gate reads of one check run: so it sees that there are more, and that this run does not answer it. */
const maxRevocations = 64

/** Each revocation in a block of its own, the newest of them; so many fit into GitHub's 65,535 bytes. */
const renderRevocations = (title: string, revocations: readonly Revocation[]): readonly string[] =>
  revocations.length === 0
    ? []
    : [title, ...revocations.slice(-maxRevocations).map((one) => fencedBlock(canonicalJson(one), 'json'))]

/**
 * Each receipt's own check run turns red, and a new one carries the revocation too, so that it is the newest of its name
 * (formats §6). The newest hides the others from a gate, so each carries all that still outweigh a receipt of its commit.
 */
export const renderRevoked = ({ended, ...about}: RevokedReceipts): readonly CheckRun[] =>
  ended.flatMap(({receipt, revocation}) => {
    const run = renderRevocation({receipt, revocation}, about)
    return [receipt.id, revocation.id].map((externalId) => ({...run, externalId}))
  })

function renderRevocation(
  {receipt, revocation}: Ended,
  {environment, state, issuer}: Omit<RevokedReceipts, 'ended'>,
): Omit<CheckRun, 'externalId'> {
  const {revokedBy, at, cause, id} = revocation
  const others = revocationsOf(state, receipt.sha, secondsTimeToMs(at)).filter((other) => other.id !== id)
  const why = `${causes[cause]} ${revokedBy.login}`
  return {
    name: `countersign / ${environment}`,
    headSha: receipt.sha,
    conclusion: 'failure',
    detailsUrl: receiptUrl({issuer, id: receipt.id}),
    title: `Revoked for ${environment}: ${why}`,
    summary: `Receipt ${codeSpan(receipt.id)} for ${codeSpan(environment)} no longer counts, as of **${renderTime(secondsTimeToMs(at))}**: ${escapeText(causes[cause])} ${codeSpan(revokedBy.login)}.`,
    text: paragraphs(
      'The revocation. Its signature is what the gate verifies; this check run only carries it.',
      fencedBlock(canonicalJson(revocation), 'json'),
      ...renderRevocations('Other receipts of this commit that were revoked:', others),
    ),
  }
}

/**
 * The publication with the signed note at the end of its reply and of each check run's summary: the more hands hold a
 * checkpoint, the less can be rewritten unseen (formats §5).
 */
export function withCheckpoint(publication: Publication, note: string | undefined): Publication {
  if (note === undefined) return publication
  const {reply, checkRuns} = publication
  const shown = paragraphs('<details><summary>Ledger checkpoint</summary>', fencedBlock(note.trimEnd()), '</details>')
  return {
    ...publication,
    reply: reply === undefined ? undefined : paragraphs(reply, shown),
    checkRuns: checkRuns?.map((run) => ({...run, summary: paragraphs(run.summary, shown)})),
  }
}
