/**
 * What the visitor's browser checks by itself, line by line (browser/receipt.ts fills the lines in); and the same check
 * without any code of ours: curl, python3 and openssl.
 */
import {createHash} from 'node:crypto'
import {html} from 'hono/html'
import {canonicalJson, publicKeyBytes} from '#protocol'
import type {Html} from '../document.ts'
import {withLink} from '../link.ts'
import {codeBlock, copyable, editable, nothing, section} from '../pieces.ts'
import type {ReceiptFrame} from './page.ts'
import type {ReceiptProof} from './proof.ts'

/** In the order in which they stand on one another. */
const linesOf = ({happened, entry, inclusion}: ReceiptProof): Readonly<Record<string, string>> => ({
  form: 'It is a receipt',
  key: 'The key',
  signature: 'The signature',
  life: 'Its life',
  ...(happened.some(({event}) => event === 'receipt.revoked') ? {revocation: 'Revocation'} : {}),
  ...(entry === undefined ? {} : {entry: 'The ledger’s entry'}),
  ...(inclusion === undefined ? {} : {inclusion: 'Its place in the ledger', checkpoint: 'The checkpoint'}),
})

export function renderChecks(proof: ReceiptProof, {pinned, demo}: ReceiptFrame): Html {
  const revocation = proof.happened.find((one) => one.revocation !== undefined)?.revocation
  return section(
    {
      title: 'Checked by your browser',
      note: 'With code on this page, over the bytes on this page. Nothing is fetched.',
    },
    html`<p class="verdict" id="verdict" role="status" data-demo="${demo ? 'yes' : 'no'}">
      <noscript>Scripts are off, so nothing is checked here. The commands below do it by hand.</noscript>
    </p>`,
    html`<ol class="checks" id="checks">
      ${Object.entries(linesOf(proof)).map(
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

/** DER of an Ed25519 SubjectPublicKeyInfo up to the raw key (RFC 8410 §4). */
const spkiPrefix = '302a300506032b6570032100'

/**
 * Receipts hold printable ASCII and whole numbers alone: for these, sorted names without white space are RFC 8785. The
 * key is the pinned one that stands in the commands, never the one in the receipt. Short lines, and none that a shell
 * at the prompt reads otherwise than a script: they are pasted.
 */
const renderCommands = ({issuer, path, link, pin}: ReceiptFrame): string => `curl -fsS -o receipt.json \\
  '${issuer}${path}.json${withLink(link)}'
python3 - <<'END'
import json
receipt = json.load(open('receipt.json'))
receipt = receipt.get('receipt', receipt)
signature = receipt.pop('signature').removeprefix('ed25519:')
message = json.dumps(receipt, sort_keys=True, separators=(',', ':'))
key = '${spkiPrefix}'
key += '${pin.slice('pp_pk_'.length)}'
open('message', 'wb').write(message.encode('ascii'))
open('signature', 'wb').write(bytes.fromhex(signature))
open('key.der', 'wb').write(bytes.fromhex(key))
END
openssl dgst -sha256 key.der
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der \\
  -rawin -in message -sigfile signature`

export const renderByHand = (frame: ReceiptFrame): Html =>
  section(
    {title: 'By hand', note: 'With OpenSSL 3 and Python 3.9 or later.'},
    codeBlock('by-hand', {text: renderCommands(frame), name: 'Commands'}),
    html`<p class="note">
      Without a network, put the receipt as it stands above into <span class="mono">receipt.json</span> and leave the
      first command out. The last one answers <span class="mono">Signature Verified Successfully</span>; the one before
      it shows the key’s fingerprint, its SHA-256 as DER:
    </p>`,
    copyable('fingerprint', {text: fingerprintOf(frame), name: 'the fingerprint'}),
    frame.standing === 'revoked'
      ? html`<p class="note">The signature of a revoked key still fits; it just no longer says anything.</p>`
      : nothing,
  )

/** SHA-256 of the key as DER. */
function fingerprintOf({pin}: ReceiptFrame): string {
  const der = Buffer.concat([Buffer.from(spkiPrefix, 'hex'), publicKeyBytes(pin)])
  return createHash('sha256').update(der).digest('hex')
}
