/** The signed note of the C2SP page, and checkpoints taken apart by python3 and verified by openssl. */
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {parseVerifierKey, printPublicKey, printVerifierKey} from '#protocol'
import {openNote, printNote} from '../../src/protocol/ledger/note.ts'
import {key, ledgerKey, makeLedger, origin, rootOf, sign} from '../protocol/ledger-builders.ts'
import {readVectorText, testWithVectors} from './vectors.ts'

interface Published {
  readonly c2sp_signed_note: {readonly vkey: string; readonly note: string}
}

testWithVectors('the published note opens under the published key, and prints again byte for byte', () => {
  const {vkey, note} = (JSON.parse(readVectorText('rfc/rfc-vectors.json')) as Published).c2sp_signed_note
  const verifier = parseVerifierKey(vkey)
  if (verifier === undefined) throw new Error('the published key is not read')
  expect(openNote(note, verifier)).toEqual({valid: true, text: 'This is an example message.\n'})
  const changed = note.replace('example message', 'exemple message')
  expect(openNote(changed, verifier)).toMatchObject({code: 'checkpoint_signature_invalid'})
  const publicKey = printPublicKey(verifier.publicKey)
  expect(printVerifierKey(verifier.name, publicKey)).toBe(vkey)
  const signature = Buffer.from(note.trimEnd().split(' ').at(-1) ?? '', 'base64').subarray(4)
  expect(printNote('This is an example message.\n', {name: verifier.name, publicKey, signature})).toBe(note)
})

const present = ['python3', 'openssl'].every(
  (program) => spawnSync(program, [program === 'openssl' ? 'version' : '--version']).status === 0,
)
const maybe = present ? test : test.skip

/** Reads note and verifier key by the page's words alone and leaves what openssl needs. */
const takeApart = `
import base64, hashlib, sys
note, vkey, folder = open(sys.argv[1], 'rb').read(), sys.argv[2], sys.argv[3]
text, signatures = note[:note.rindex(b'\\n\\n') + 1], note[note.rindex(b'\\n\\n') + 2:]
name, key_id, key = vkey.split('+', 2)
key = base64.b64decode(key, validate=True)
assert key[0] == 1 and len(key) == 33
assert hashlib.sha256(name.encode() + b'\\n' + key).digest()[:4].hex() == key_id
dash, signer, blob = signatures.decode().rstrip('\\n').split(' ')
blob = base64.b64decode(blob, validate=True)
assert dash == '\\u2014' and signer == name and blob[:4].hex() == key_id and len(blob) == 68
origin, size, root, end = text.decode().split('\\n')
assert origin == name and end == ''
open(folder + '/message', 'wb').write(text)
open(folder + '/signature', 'wb').write(blob[4:])
open(folder + '/key.der', 'wb').write(bytes.fromhex('302a300506032b6570032100') + key[1:])
print(size, base64.b64decode(root).hex())
`

maybe(`python3 and openssl read and verify our checkpoints${present ? '' : ' (python3 or openssl is absent)'}`, () => {
  const entries = makeLedger(7)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-note-'))
  try {
    writeFileSync(join(folder, 'note'), sign(entries))
    const read = spawnSync('python3', ['-c', takeApart, join(folder, 'note'), ledgerKey, folder], {encoding: 'utf8'})
    expect([read.stderr, read.stdout]).toEqual(['', `7 ${rootOf(entries)}\n`])
    const verify = (): number | null =>
      spawnSync('openssl', [
        ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', join(folder, 'key.der')],
        ...['-rawin', '-in', join(folder, 'message'), '-sigfile', join(folder, 'signature')],
      ]).status
    expect(verify()).toBe(0)
    writeFileSync(join(folder, 'message'), `${origin}\n8\n`)
    expect(verify()).not.toBe(0)
  } finally {
    rmSync(folder, {recursive: true})
  }
})

test('the key id is the first four bytes of the hash that the page gives', () => {
  const [, id] = ledgerKey.split('+')
  const raw = Buffer.from(key.pin.slice('pp_pk_'.length), 'hex')
  const hash = createHash('sha256')
    .update(origin)
    .update(Buffer.from([0x0a, 0x01]))
    .update(raw)
    .digest('hex')
  expect(id).toBe(hash.slice(0, 8))
})
