/** Where the ledger has the receipt: its entry, the path to the signed root, and the checkpoint that signs it. */
import {html} from 'hono/html'
import {canonicalJson} from '#protocol'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {codeBlock, count, editable, section} from '../pieces.ts'
import type {ReceiptFrame} from './page.ts'
import type {ReceiptProof} from './proof.ts'

const heading = {
  title: 'In the ledger',
  note: 'Nothing that a checkpoint covers can be cut, edited or reordered unseen.',
}

export function renderPlace(
  {entry, inclusion, checkpoint}: ReceiptProof,
  {ledgerKey, issuer, demo, link}: ReceiptFrame,
): Html {
  if (entry === undefined) return section(heading, html`<p>The ledger’s entry for this receipt was not found.</p>`)
  const name = demo
    ? html`Entry ${entry.seq}`
    : html`<a href="${issuer}/ledger?q=${entry.subject}${withLink(link, '&')}"
        >Entry ${entry.seq.toLocaleString('en')}</a
      >`
  if (inclusion === undefined || checkpoint === undefined) {
    return section(
      heading,
      html`<p>${name}. The next checkpoint will cover it.</p>`,
      editable('entry', {text: `${canonicalJson(entry)}\n`, name: 'Entry'}),
    )
  }
  return section(
    heading,
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
