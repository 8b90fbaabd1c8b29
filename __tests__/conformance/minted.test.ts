/** What a running issuer mints and publishes, verified by openssl and Python's standard library, without any code of ours. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from '../acceptance/stage.ts'
import {opensslVerdict, whyNoOpenssl} from './openssl.ts'

const reason = whyNoOpenssl()
const maybe = reason === undefined ? test : test.skip
const because = reason === undefined ? '' : ` (${reason})`

let stage: Stage | undefined
beforeAll(async () => {
  if (reason !== undefined) return
  stage = await Stage.open()
  await stage.authorize()
})
afterAll(() => stage?.close())

const open = (): Stage => {
  if (stage === undefined) throw new Error('the stage did not open')
  return stage
}

maybe(`openssl verifies the receipt of the check run, and the one that the issuer serves${because}`, async () => {
  const text = open().receiptText()
  expect(opensslVerdict(text)).toBe('verified')
  const {id, publicKey} = JSON.parse(text) as {id: string; publicKey: string}
  expect(publicKey).toBe(open().issuer.pin)
  const served = await (await fetch(`${open().issuer.url}/v1/receipts/${id}`)).text()
  expect(opensslVerdict(served)).toBe('verified')
})

maybe(`openssl refuses the receipt when any member of it is changed${because}`, () => {
  const text = open().receiptText()
  const receipt = JSON.parse(text) as Record<string, unknown>
  const signed = Object.keys(receipt).filter((name) => name !== 'signature' && name !== 'publicKey')
  const verdicts = signed.map((name) => [name, opensslVerdict(JSON.stringify({...receipt, [name]: 'changed'}))])
  expect(verdicts).toEqual(signed.map((name) => [name, 'refused']))
  const without = Object.entries(receipt).filter(([name]) => name !== 'flags')
  expect(opensslVerdict(JSON.stringify(Object.fromEntries(without)))).toBe('refused')
})

/** Canonical for what a key set holds: ASCII texts, integers and null, as in a receipt. */
const printCanonical =
  'import json, sys; s = json.load(sys.stdin); s.pop("signature"); sys.stdout.write(json.dumps(s, sort_keys=True, separators=(",", ":")))'

function keySetVerdict(text: string): 'verified' | 'refused' {
  const {publicKey, signature} = JSON.parse(text) as {publicKey: string; signature: string}
  const folder = mkdtempSync(join(tmpdir(), 'countersign-key-set-'))
  const write = (name: string, content: Buffer): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  try {
    const message = write('message', spawnSync('python3', ['-c', printCanonical], {input: text}).stdout)
    // RFC 8410 §4: the header of an Ed25519 SubjectPublicKeyInfo, then the 32 bytes.
    const key = write('key.der', Buffer.from(publicKey.replace('pp_pk_', '302a300506032b6570032100'), 'hex'))
    const signed = write('signature', Buffer.from(signature.replace('ed25519:', ''), 'hex'))
    const args = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', key, '-rawin', '-in', message]
    return spawnSync('openssl', [...args, '-sigfile', signed]).status === 0 ? 'verified' : 'refused'
  } finally {
    rmSync(folder, {recursive: true})
  }
}

maybe(`openssl verifies the published key set under the pinned key, and refuses a changed one${because}`, async () => {
  const text = await (await fetch(`${open().issuer.url}/.well-known/countersign-keys.json`)).text()
  expect((JSON.parse(text) as {publicKey: string}).publicKey).toBe(open().issuer.pin)
  expect(keySetVerdict(text)).toBe('verified')
  expect(text).toContain('"active"')
  expect(keySetVerdict(text.replace('"active"', '"revoked"'))).toBe('refused')
})
