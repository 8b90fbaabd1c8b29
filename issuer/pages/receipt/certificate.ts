/** The sheet at the top of a receipt's page: its state, who authorized what, until when, and each of its members. */
import {html} from 'hono/html'
import {type Receipt, comparisonPath, sayRange, secondsTimeToMs} from '#protocol'
import type {Html} from '../document.ts'
import {type Tone, copyable, count, field, nothing, renderTime, state} from '../pieces.ts'
import {renderSeal} from './drawings.ts'
import type {ReceiptFrame} from './page.ts'
import type {Happening, KeyStanding, ReceiptProof, ShownState} from './proof.ts'

const states = {
  active: ['holds', 'In force'],
  expired: ['quiet', 'Expired'],
  revoked: ['fails', 'Revoked'],
  redeemed: ['holds', 'Used'],
  key_revoked: ['fails', 'Its key was revoked'],
  damaged: ['fails', 'Does not verify'],
} as const satisfies Record<ShownState, readonly [Tone, string]>

export function renderCertificate(proof: ReceiptProof, frame: ReceiptFrame): Html {
  const {receipt} = proof
  const {scope} = receipt
  return html`<article class="sheet">
    <div class="title with-seal">
      <div>
        <p class="overline">Deployment receipt</p>
        <p class="states">${renderStates(proof, frame)}</p>
        <h1>
          ${sayPeople(receipt)} authorized <span class="unbroken">${scope.repository}</span> for ${scope.environment}
        </h1>
        <p class="lead">
          Commit <span class="mono">${scope.sha.slice(0, 12)}</span>, for ${sayLife(receipt)} until
          ${renderTime(receipt.expiresAt)}.
        </p>
        ${renderRevoked(proof)}
      </div>
      ${renderSeal(receipt.signature)}
    </div>
    <dl class="fields">
      ${renderWho(receipt, frame)}${renderWhat(receipt, frame)}${field('Issued', renderTime(receipt.issuedAt))}
      ${field('Expires', renderTime(receipt.expiresAt))}
      ${receipt.flags.length === 0 ? nothing : field('Flags', receipt.flags.map((flag) => flagMeaning[flag]).join('; '))}
      ${renderAsOf(proof, frame)}${field('Issuer', html`<span class="mono">${receipt.issuer}</span>`)}
      ${renderKey(receipt, frame)}
      ${field('Receipt', copyable('receipt-id', {text: receipt.id, name: 'the receipt id'}))}
      ${field('Decision', html`<code>${receipt.decision}</code>`)}
    </dl>
  </article>`
}

/** What must be seen first: whether it counts, what ran under it, and what was unusual about it. */
function renderStates(proof: ReceiptProof, frame: ReceiptFrame): Html {
  const {flags} = proof.receipt
  return html`${state(...sayState(proof, frame), 'state')}${renderOutcome(proof.happened)}
  ${flags.includes('emergency') ? state('care', 'Emergency') : nothing}
  ${flags.includes('self') ? state('care', 'Self-authorized') : nothing}`
}

const sayState = ({state: is}: ReceiptProof, {demo}: ReceiptFrame): readonly [Tone, string] =>
  demo ? ['care', 'Demonstration'] : states[is]

/** A page that is saved or printed is looked at later. */
const renderAsOf = (proof: ReceiptProof, frame: ReceiptFrame): Html =>
  field(
    'State',
    html`${sayState(proof, frame)[1]}, ${renderTime(frame.at)}
      <span class="note">as the issuer knew then; what came later is not here</span>`,
  )

/** Of the run that was heard of last. */
function renderOutcome(happened: readonly Happening[]): Html {
  const last = happened.findLast(({event}) => event === 'deploy.finished' || event === 'deploy.started')
  if (last === undefined) return nothing
  if (last.event === 'deploy.started') return state('quiet', 'Deployment began')
  switch (last.outcome) {
    case 'success':
      return state('holds', 'Deployed')
    case 'failure':
      return state('fails', 'Deployment failed')
    default:
      return state('quiet', 'Deployment ended')
  }
}

function renderRevoked({happened}: ReceiptProof): Html {
  const revocation = happened.find((one) => one.revocation !== undefined)?.revocation
  if (revocation === undefined) return nothing
  return html`<p class="lead">Revoked by ${revocation.revokedBy.login}, ${renderTime(revocation.at)}.</p>`
}

/** All of them: where several were needed, none authorized it alone. */
export const sayPeople = ({approvals}: Receipt): string =>
  new Intl.ListFormat('en').format(approvals.map(({login}) => login))

export const describeReceipt = (receipt: Receipt): string =>
  `${sayPeople(receipt)} authorized ${receipt.scope.sha.slice(0, 7)} of ${receipt.scope.repository} for ${receipt.scope.environment}`

function renderWhat({scope}: Receipt, frame: ReceiptFrame): Html {
  const {pullRequest} = scope
  return html`${field(
    'Repository',
    html`${linkTo(scope.repository, '', frame)(scope.repository)} <span class="note">id ${scope.repositoryId}</span>`,
  )}
  ${field('Environment', html`<code>${scope.environment}</code>`)}
  ${field('Commit', copyable('sha', {text: scope.sha, name: 'the commit'}))}
  ${field('Tree', html`<code>${scope.tree}</code>`)} ${field('Range', renderRange(scope, frame))}
  ${
    pullRequest === undefined
      ? nothing
      : field('Pull request', linkTo(scope.repository, `/pull/${pullRequest}`, frame)(`#${pullRequest}`))
  }`
}

function renderRange(scope: Receipt['scope'], frame: ReceiptFrame): Html {
  const path = comparisonPath(scope)
  const words = sayRange(scope)
  return path === undefined ? html`${words}` : linkTo(scope.repository, path, frame)(words)
}

/** Each person, with the very comment that counts as the word given. */
function renderWho({approvals, scope}: Receipt, frame: ReceiptFrame): Html {
  const people = approvals.map(({login, role, at, statement, proof}) => {
    const toComment = linkTo(scope.repository, `/pull/${scope.pullRequest ?? 0}#issuecomment-${statement.id}`, frame)
    const isFound = scope.pullRequest !== undefined && frame.github !== undefined
    return html`<li>
      <strong>${login}</strong> (${role}), ${renderTime(at)},
      ${isFound ? toComment('in this comment') : `by comment ${statement.id}`}${
        proof === 'passkey' ? ', with a passkey' : ''
      }
    </li>`
  })
  return field(
    'Authorized by',
    html`<ul>
      ${people}
    </ul>`,
  )
}

const linkTo =
  (repository: string, path: string, {github}: ReceiptFrame) =>
  (words: string): Html =>
    github === undefined ? html`${words}` : html`<a href="${github}/${repository}${path}">${words}</a>`

const flagMeaning = {
  emergency: 'issued in an emergency',
  escalated: 'a rule asked for a person',
  fresh: 'needs a fresh status',
  once: 'serves one run',
  self: 'an author approved, as the policy allows',
} as const satisfies Record<Receipt['flags'][number], string>

const standings = {
  current: 'signs now',
  earlier: 'no longer signs; what it signed still counts',
  revoked: 'revoked: nothing that it signed counts',
  foreign: 'no key of this issuer',
} as const satisfies Record<KeyStanding, string>

const renderKey = ({publicKey}: Receipt, {standing, demo}: ReceiptFrame): Html =>
  field(
    'Key',
    html`<code>${publicKey}</code>
      <p class="note">${demo ? 'made for this demonstration' : standings[standing]}</p>`,
  )

function sayLife({issuedAt, expiresAt}: Receipt): string {
  const minutes = Math.round((secondsTimeToMs(expiresAt) - secondsTimeToMs(issuedAt)) / 60_000)
  return minutes % 60 === 0 ? count(minutes / 60, 'hour') : count(minutes, 'minute')
}
