/** The page of one receipt: what it says, what the visitor's browser finds, why it was given, and what came after. */
import {html} from 'hono/html'
import {type Receipt, canonicalJson, printReceipt} from '#protocol'
import {badgeMarkdown, badgePagePath} from '../badge/addresses.ts'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {codeBlock, copyable, count, editable, nothing, section} from '../pieces.ts'
import {renderCertificate} from './certificate.ts'
import {renderByHand, renderChecks} from './checks.ts'
import {renderQr} from './drawings.ts'
import type {HeldKeys, ReceiptProof} from './proof.ts'
import {renderHappened, renderWhy} from './story.ts'

/** What surrounds a receipt: whose it is, and the keys that it is held against. */
export interface ReceiptFrame extends HeldKeys {
  readonly issuer: string
  /** Where people see repositories, such as `https://github.com`; absent, nothing leads there. */
  readonly github?: string | undefined
  readonly ledgerKey: string
  /** When the page was made, as receipts print times. */
  readonly at: string
  /** The page's path below the issuer. */
  readonly path: string
  /** The link that opened the page, where one did. */
  readonly link?: string | undefined
  readonly demo: boolean
}

export function renderReceiptPage(proof: ReceiptProof, frame: ReceiptFrame): Html {
  const {receipt} = proof
  return html`${renderNotices(proof, frame)}${renderCertificate(proof, frame)}${renderChecks(proof, frame)}
  ${section(
    {title: 'The receipt', note: 'Change one character, and the checks above turn red.'},
    editable('receipt', {text: printReceipt(receipt), name: 'Receipt'}),
  )}
  ${renderWhy(proof)}${renderHappened(proof)}${renderPlace(proof, frame)}${renderByHand(frame)}
  ${frame.demo ? nothing : renderBadge(receipt, frame)}${renderKeep(frame)}`
}

const notice = (words: Html): Html => html`<p class="notice">${words}</p>`

const renderNotices = (proof: ReceiptProof, {demo, standing}: ReceiptFrame): Html =>
  html`${
    demo
      ? notice(
          html`<strong>A demonstration.</strong> Its key was made when this issuer started and is pinned nowhere: this
            receipt lets nothing out.`,
        )
      : nothing
  }${
    proof.public
      ? nothing
      : notice(
          html`<strong>Of a private repository.</strong> Whoever has this page’s address, its QR code or the saved file
            can read it.`,
        )
  }${
    standing === 'revoked'
      ? notice(
          html`<strong>The key that signed this was revoked.</strong> Its signature says nothing about who made it, or
            when.`,
        )
      : nothing
  }`

function renderBadge({scope}: Receipt, {issuer, link}: ReceiptFrame): Html {
  const badge = {issuer, repository: scope.repository, environment: scope.environment, link}
  return section(
    {title: 'Badge', note: 'Says who authorized what is newest there.'},
    codeBlock('badge', {text: badgeMarkdown(badge), name: 'Markdown for a README'}),
    html`<p><a href="${issuer}${badgePagePath(badge)}">The badge as it is now</a>, and in other forms.</p>`,
  )
}

function renderKeep({issuer, path, link}: ReceiptFrame): Html {
  const url = `${issuer}${path}${withLink(link)}`
  return section(
    {title: 'Keep it', kind: 'keep'},
    html`<div class="scan">
      ${renderQr(url, 'QR code of this page’s address')}
      <div class="stack">
        <p class="not-on-paper">
          <a href="${url}" download="countersign-${path.split('/').at(-1) ?? ''}.html">Save this page</a>: the saved
          file verifies by itself, without any network. Or take
          <a href="${issuer}${path}.json${withLink(link)}">everything as JSON</a>.
        </p>
        ${copyable('address', {text: url, name: 'the address'})}
      </div>
    </div>`,
  )
}

const placeHeading = {
  title: 'In the ledger',
  note: 'Nothing that a checkpoint covers can be cut, edited or reordered unseen.',
}

/** Its entry, the path to the signed root, and the checkpoint that signs it. */
function renderPlace(
  {entry, inclusion, checkpoint}: ReceiptProof,
  {ledgerKey, issuer, demo, link}: ReceiptFrame,
): Html {
  if (entry === undefined) return section(placeHeading, html`<p>The ledger’s entry for this receipt was not found.</p>`)
  const name = demo
    ? html`Entry ${entry.seq}`
    : html`<a href="${issuer}/ledger?q=${entry.subject}${withLink(link, '&')}"
        >Entry ${entry.seq.toLocaleString('en')}</a
      >`
  if (inclusion === undefined || checkpoint === undefined) {
    return section(
      placeHeading,
      html`<p>${name}. The next checkpoint will cover it.</p>`,
      editable('entry', {text: `${canonicalJson(entry)}\n`, name: 'Entry'}),
    )
  }
  return section(
    placeHeading,
    html`<p>
      ${name} of ${inclusion.size.toLocaleString('en')};
      ${count(inclusion.proof.length, 'hash').replace(/hashs$/, 'hashes')} lead from it to the signed root.
    </p>`,
    html`<details>
      <summary>The entry, its proof and the checkpoint</summary>
      <div class="stack">
        ${editable('entry', {text: `${canonicalJson(entry)}\n`, name: 'Entry'})}
        ${editable('inclusion', {text: `${JSON.stringify(inclusion, null, 2)}\n`, name: 'Proof of inclusion'})}
        ${editable('checkpoint', {text: checkpoint, name: 'Checkpoint'})}
        ${codeBlock('ledger-key', {text: ledgerKey, name: 'The ledger’s key'})}
      </div>
    </details>`,
  )
}
