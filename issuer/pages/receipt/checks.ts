/** What the visitor's browser checks by itself, line by line; browser/receipt.ts fills the lines in. */
import {html} from 'hono/html'
import {canonicalJson} from '#protocol'
import type {Html} from '../document.ts'
import {editable, section} from '../pieces.ts'
import type {ReceiptFrame} from './page.ts'
import type {ReceiptProof} from './proof.ts'

/** In the order in which they stand on one another. */
const lines = {
  form: 'It is a receipt',
  key: 'The key',
  signature: 'The signature',
  life: 'Its life',
  revocation: 'Revocation',
  entry: 'The ledger’s entry',
  inclusion: 'Its place in the ledger',
  checkpoint: 'The checkpoint',
} as const

export function renderChecks(proof: ReceiptProof, {pinned, demo}: ReceiptFrame): Html {
  const revocation = proof.happened.find((one) => one.revocation !== undefined)?.revocation
  const shown = Object.entries(lines).filter(([name]) => isThere(name, proof))
  return section(
    {
      title: 'Checked by your browser',
      note: 'With code on this page, over the bytes on this page. Nothing is fetched.',
    },
    html`<p class="verdict" id="verdict" role="status" data-demo="${demo ? 'yes' : 'no'}">
      <noscript>Scripts are off, so nothing is checked here. The commands below do it by hand.</noscript>
    </p>`,
    html`<ol class="checks" id="checks">
      ${shown.map(
        ([name, title]) => html`<li data-check="${name}"><strong>${title}</strong><span>not checked yet</span></li>`,
      )}
    </ol>`,
    html`<div class="asking">
      <label for="pin">The key that you pin</label>
      <textarea
        id="pin"
        rows="${pinned.split('\n').length}"
        spellcheck="false"
        autocomplete="off"
        aria-describedby="pin-note"
        readonly
      >
${pinned}</textarea>
      <p class="note" id="pin-note">
        ${
          demo
            ? 'The demonstration’s key.'
            : 'Filled in by this issuer. To trust nobody but yourself, put the lines from your workflow here.'
        }
      </p>
    </div>`,
    ...(revocation === undefined
      ? []
      : [editable('revocation', {text: `${canonicalJson(revocation)}\n`, name: 'Its revocation'})]),
  )
}

function isThere(name: string, {happened, entry, inclusion}: ReceiptProof): boolean {
  switch (name) {
    case 'revocation':
      return happened.some(({event}) => event === 'receipt.revoked')
    case 'entry':
      return entry !== undefined
    case 'inclusion':
    case 'checkpoint':
      return inclusion !== undefined
    default:
      return true
  }
}
