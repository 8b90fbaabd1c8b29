/** The same check without any code of ours: curl, python3 and openssl. */
import {createHash} from 'node:crypto'
import {html} from 'hono/html'
import {type Receipt, publicKeyBytes} from '#protocol'
import type {Html} from '../document.ts'
import {codeBlock, section} from '../pieces.ts'
import type {ReceiptFrame} from './page.ts'

/** DER of an Ed25519 SubjectPublicKeyInfo up to the raw key (RFC 8410 §4). */
const spkiPrefix = '302a300506032b6570032100'

/**
 * Receipts hold printable ASCII and whole numbers alone: for these, sorted names without white space are RFC 8785. The
 * key is the pinned one that stands in the commands, never the one in the receipt.
 */
function renderCommands({id}: Receipt, {issuer, path, query, pin}: ReceiptFrame): string {
  const der = `${spkiPrefix}${pin.slice('pp_pk_'.length)}`
  return `# ${id}
curl -fsS '${issuer}${path}.json${query}' -o receipt-page.json
python3 - <<'END'
import json
receipt = json.load(open('receipt-page.json'))['receipt']
signature = bytes.fromhex(receipt.pop('signature').removeprefix('ed25519:'))
message = json.dumps(receipt, sort_keys=True, separators=(',', ':'))
open('message', 'wb').write(message.encode('ascii'))
open('signature', 'wb').write(signature)
open('key.der', 'wb').write(bytes.fromhex('${der}'))
END
openssl dgst -sha256 key.der
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in message -sigfile signature`
}

export const renderByHand = (receipt: Receipt, frame: ReceiptFrame): Html =>
  section(
    {title: 'By hand', note: 'With OpenSSL 3 and Python 3.9 or later.'},
    codeBlock('by-hand', {text: renderCommands(receipt, frame), name: 'Commands'}),
    html`<p class="note">
      The last line answers <span class="mono">Signature Verified Successfully</span>. The one before it shows the key’s
      fingerprint: <span class="mono" id="fingerprint">${fingerprintOf(frame)}</span>
    </p>`,
  )

/** SHA-256 of the key as DER. */
function fingerprintOf({pin}: ReceiptFrame): string {
  const der = Buffer.concat([Buffer.from(spkiPrefix, 'hex'), publicKeyBytes(pin)])
  return createHash('sha256').update(der).digest('hex')
}
