/** The page of one receipt: what it says, what the visitor's browser finds, why it was given, and what came after. */
import {html} from 'hono/html'
import {type PublicKey, type Receipt, printReceipt, secondsTimeToMs} from '#protocol'
import type {Html} from '../document.ts'
import {type Tone, codeBlock, copyable, count, editable, field, renderTime, section, state} from '../pieces.ts'
import {renderQr} from '../qr.ts'
import {renderSeal} from '../rosette.ts'
import {renderByHand} from './by-hand.ts'
import {renderChecks} from './checks.ts'
import {renderHappened} from './happened-section.ts'
import {renderPlace} from './place-section.ts'
import type {ReceiptProof, ShownState} from './proof.ts'
import {renderWhy} from './why-section.ts'

/** What surrounds a receipt: whose it is, and the keys that it is held against. */
export interface ReceiptFrame {
  readonly issuer: string
  /** Where people see repositories, such as `https://github.com`; absent, nothing leads there. */
  readonly github?: string | undefined
  readonly pin: PublicKey
  readonly ledgerKey: string
  /** The page's path below the issuer, and what follows it where a link opened the page. */
  readonly path: string
  readonly query: string
  readonly demo: boolean
}

export function renderReceiptPage(proof: ReceiptProof, frame: ReceiptFrame): Html {
  const {receipt} = proof
  return html`${frame.demo ? demoNotice : ''}${renderCertificate(proof, frame)}${renderChecks(proof, frame)}
  ${section(
    {title: 'The receipt', note: 'Change one character, and the checks above turn red.'},
    editable('receipt', {text: printReceipt(receipt), name: 'Receipt'}),
  )}
  ${renderWhy(proof)}${renderHappened(proof)}${renderPlace(proof, frame)}${renderByHand(receipt, frame)}
  ${frame.demo ? '' : renderBadge(receipt, frame)}${renderKeep(frame)}`
}

const demoNotice = html`<p class="notice">
  <strong>A demonstration.</strong> Its key was made when this issuer started and is pinned nowhere: this receipt lets
  nothing out.
</p>`

export const describeReceipt = ({authorizedBy, scope}: Receipt): string =>
  `${authorizedBy} authorised ${scope.sha.slice(0, 7)} of ${scope.repository} for ${scope.environment}`

const states = {
  active: ['holds', 'In force'],
  expired: ['quiet', 'Expired'],
  revoked: ['fails', 'Revoked'],
  redeemed: ['holds', 'Used'],
  damaged: ['fails', 'Does not verify'],
} as const satisfies Record<ShownState, readonly [Tone, string]>

function renderCertificate({receipt, state: is}: ReceiptProof, frame: ReceiptFrame): Html {
  const {scope, authorizedBy} = receipt
  const [tone, words] = frame.demo ? (['care', 'Demonstration'] as const) : states[is]
  return html`<article class="sheet">
    <div class="title with-seal">
      <div>
        <p class="overline">Deployment receipt</p>
        ${state(tone, words)}
        <h1>${authorizedBy} authorised <span class="unbroken">${scope.repository}</span> for ${scope.environment}</h1>
        <p class="lead">
          Commit <span class="mono">${scope.sha.slice(0, 12)}</span>, for ${sayLife(receipt)} until
          ${renderTime(receipt.expiresAt)}.
        </p>
      </div>
      ${renderSeal(receipt.signature)}
    </div>
    <dl class="fields">
      ${renderWhat(receipt, frame)}${renderWho(receipt, frame)} ${field('Issued', renderTime(receipt.issuedAt))}
      ${field('Expires', renderTime(receipt.expiresAt))}
      ${receipt.flags.length === 0 ? '' : field('Flags', receipt.flags.map((flag) => flagMeaning[flag]).join('; '))}
      ${field('Issuer', html`<span class="mono">${receipt.issuer}</span>`)}
      ${field('Receipt', copyable('receipt-id', {text: receipt.id, name: 'the receipt id'}))}
      ${field('Decision', html`<code>${receipt.decision}</code>`)}
    </dl>
  </article>`
}

function renderWhat({scope}: Receipt, frame: ReceiptFrame): Html {
  const {pullRequest} = scope
  return html`${field(
    'Repository',
    html`${linkTo(scope.repository, '', frame)(scope.repository)} <span class="note">id ${scope.repositoryId}</span>`,
  )}
  ${field('Environment', html`<code>${scope.environment}</code>`)}
  ${field('Commit', copyable('sha', {text: scope.sha, name: 'the commit'}))}
  ${field('Tree', html`<code>${scope.tree}</code>`)}
  ${
    pullRequest === undefined
      ? ''
      : field('Pull request', linkTo(scope.repository, `/pull/${pullRequest}`, frame)(`#${pullRequest}`))
  }`
}

/** Each person, with the very comment that counts as the word given. */
function renderWho({approvals, scope}: Receipt, frame: ReceiptFrame): Html {
  const people = approvals.map(({login, role, at, statement, proof}) => {
    const toComment = linkTo(scope.repository, `/pull/${scope.pullRequest ?? 0}#issuecomment-${statement.id}`, frame)
    return html`<li>
      <strong>${login}</strong> (${role}), ${renderTime(at)},
      ${scope.pullRequest === undefined ? 'by comment' : toComment('in this comment')}${
        proof === 'passkey' ? ', with a passkey' : ''
      }
    </li>`
  })
  return field(
    'Authorised by',
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

function sayLife({issuedAt, expiresAt}: Receipt): string {
  const minutes = Math.round((secondsTimeToMs(expiresAt) - secondsTimeToMs(issuedAt)) / 60_000)
  return minutes % 60 === 0 ? count(minutes / 60, 'hour') : count(minutes, 'minute')
}

function renderBadge({scope}: Receipt, {issuer}: ReceiptFrame): Html {
  const badge = `${issuer}/badge/${scope.repository}/${encodeURIComponent(scope.environment)}`
  const markdown = `[![${scope.environment}](${badge}.svg)](${issuer}/ledger)`
  return section(
    {title: 'Badge', note: 'Says who authorised what is newest there.'},
    codeBlock('badge', {text: markdown, name: 'Markdown for a README'}),
    html`<p class="note">
      Or by shields:
      <span class="mono">https://img.shields.io/endpoint?url=${encodeURIComponent(`${badge}.json`)}</span>
    </p>`,
  )
}

function renderKeep({issuer, path, query}: ReceiptFrame): Html {
  const url = `${issuer}${path}${query}`
  return section(
    {title: 'Keep it'},
    html`<div class="scan">
      ${renderQr(url, 'QR code of this page’s address')}
      <p>
        <a href="${url}" download="countersign-${path.split('/').at(-1) ?? ''}.html">Save this page</a>: the saved file
        verifies by itself, without any network. Or take <a href="${issuer}${path}.json${query}">everything as JSON</a>.
      </p>
    </div>`,
  )
}
