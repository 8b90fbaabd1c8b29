/** `countersign verify` of an in-toto attestation: the envelope, and the receipt in it as if it had come alone. */
import {expect, test} from '@jest/globals'
import {
  type IntotoEnvelope,
  type PublicKey,
  dsseInput,
  hexToBytes,
  intotoPayload,
  parseReceipt,
  sealEnvelope,
} from '#protocol'
import {aReceipt, makeKey} from '../protocol/builders.ts'
import {countersign, fileOf, useBuiltCommand} from './command.ts'

useBuiltCommand()

const minter = makeKey()
const attester = makeKey()

function attestation(keyid: PublicKey = attester.pin): IntotoEnvelope {
  const parsed = parseReceipt(JSON.parse(aReceipt({}, minter).text))
  if (!parsed.ok) throw new Error(parsed.fault)
  const payload = intotoPayload(parsed.value)
  const signature = hexToBytes(attester.signBytes(dsseInput(payload)).slice('ed25519:'.length))
  return sealEnvelope(payload, {keyid, signature})
}

const pins = ['--key', minter.pin, '--key', attester.pin]

test('it is told from its content, and its receipt is shown with who attested it', async () => {
  const {code, out, err} = await countersign([
    'verify',
    fileOf(JSON.stringify(attestation(), null, 2)),
    ...pins,
    '--at',
    'issued',
  ])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(': valid attestation\n')
  expect(out).toContain('octocat (maintain, comment, 2026-04-02T14:29:58Z)')
  expect(out).toMatch(new RegExp(`attested by +${attester.pin}`))
  expect(out).toContain('Revocation not checked')
})

test("it is taken in every form that DSSE's page has consumers take", async () => {
  const envelope = attestation()
  const [{sig}] = envelope.signatures
  const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_')
  const forms: readonly object[] = [
    {...envelope, signatures: [{sig}]},
    {...envelope, signatures: [{keyid: 'of another tool', sig, more: 1}], more: [1]},
    {...envelope, payload: urlSafe(envelope.payload), signatures: [{sig: urlSafe(sig)}]},
    {...envelope, signatures: [{keyid: makeKey().pin, sig: attestation().signatures[0].sig.replace(/^./, 'z')}, {sig}]},
  ]
  for (const form of forms) {
    const {code, out} = await countersign(['verify', fileOf(JSON.stringify(form)), ...pins, '--at', 'issued'])
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`attested by +${attester.pin}`))
  }
})

const refused: readonly (readonly [string, IntotoEnvelope, readonly string[]])[] = [
  ['key_not_pinned', attestation(), ['--key', attester.pin, '--at', 'issued']],
  ['key_not_pinned', attestation(), ['--key', minter.pin, '--at', 'issued']],
  ['signature_invalid', attestation(minter.pin), [...pins, '--at', 'issued']],
  ['expired', attestation(), pins],
]

test.each(refused)('it is refused with %s when envelope or receipt is', async (code, envelope, options) => {
  const run = await countersign(['verify', fileOf(JSON.stringify(envelope)), ...options])
  expect(run.code).toBe(1)
  expect(run.err).toContain(`refused attestation (${code})`)
})

test('without pinned keys it is not judged', async () => {
  const {code, err} = await countersign(['verify', fileOf(JSON.stringify(attestation()))])
  expect(code).toBe(2)
  expect(err).toContain('--key')
})
