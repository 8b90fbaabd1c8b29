/** `countersign keygen`, spawned: the file it makes, the line it prints, and what it never does. */
import {createPrivateKey, sign} from 'node:crypto'
import {readFileSync, statSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {canonicalBytes, printSignature} from '#protocol'
import {receiptBody} from '../protocol/builders.ts'
import {countersign, fileOf, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

test('what the key signs verifies under the line that was printed', async () => {
  const path = noFile()
  const {code, out} = await countersign(['keygen', path])
  expect(code).toBe(0)
  expect(out).toMatch(/^pp_pk_[0-9a-f]{64}\n$/)
  const pem = readFileSync(path, 'utf8')
  expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  const body = receiptBody({publicKey: out.trim()})
  const signature = printSignature(new Uint8Array(sign(null, canonicalBytes(body), createPrivateKey(pem))))
  const file = fileOf(JSON.stringify({...body, signature}))
  expect((await countersign(['verify', file, '--key', out.trim(), '--at', 'issued'])).code).toBe(0)
})

test('only its owner may read the file', async () => {
  const path = noFile()
  await countersign(['keygen', path])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('the private half is never printed', async () => {
  const path = noFile()
  const {out, err} = await countersign(['keygen', path])
  const secret = readFileSync(path, 'utf8').split('\n')[1] ?? ''
  expect(secret.length).toBeGreaterThan(40)
  expect(out + err).not.toContain(secret)
  expect(out + err).not.toContain('PRIVATE')
})

test('a file that is there is never replaced', async () => {
  const path = fileOf('precious')
  const {code, out, err} = await countersign(['keygen', path])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain('never replaced')
  expect(readFileSync(path, 'utf8')).toBe('precious')
})

test('a folder that is not there, no file, two files', async () => {
  expect((await countersign(['keygen', `${noFile()}/key.pem`])).err).toContain('cannot be written (ENOENT)')
  expect((await countersign(['keygen'])).code).toBe(2)
  expect((await countersign(['keygen', noFile(), noFile()])).code).toBe(2)
})
