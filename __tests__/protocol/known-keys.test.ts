/** Keys are remembered once they were read; what is remembered says the same as reading again. */
import {expect, test} from '@jest/globals'
import {publicJwk, readTokenKeys, verify} from '#protocol'
import {verifyEd25519} from '../../src/protocol/crypto.ts'
import {aToken, decidedAt, makeTokenKey} from './token-builders.ts'
import {aReceipt, expected, makeKey, noon} from './builders.ts'

const key = makeTokenKey()
const token = aToken(key)
const now = decidedAt * 1000
const codeOf = (source: unknown): string => {
  const verdict = verify.token(token, source, {now})
  return verdict.valid ? 'valid' : verdict.code
}

test('a JWK that is changed after it held is judged anew, and so is one that is mended', () => {
  const jwk: Record<string, unknown> = {...publicJwk(key.publicKey)}
  expect(codeOf(jwk)).toBe('valid')
  jwk['d'] = 'AQAB'
  expect(codeOf(jwk)).toBe('token_key_invalid')
  delete jwk['d']
  expect(codeOf(jwk)).toBe('valid')
  jwk['n'] = publicJwk(makeTokenKey().publicKey).n
  expect(codeOf(jwk)).toBe('token_key_invalid')
})

test('a private key stays refused, beside its public half', () => {
  for (let time = 0; time < 2; time++) {
    expect(codeOf(key.publicKey)).toBe('valid')
    expect(codeOf(key.privateKey)).toBe('token_key_invalid')
  }
})

test('more keys than are remembered are each themselves, in every form', () => {
  const keys = Array.from({length: 10}, () => makeTokenKey())
  const formsOf = ({publicKey}: (typeof keys)[number]): readonly unknown[] => [
    publicKey,
    publicJwk(publicKey),
    publicKey.export({format: 'pem', type: 'spki'}).toString(),
  ]
  for (let time = 0; time < 2; time++) {
    for (const one of keys) {
      const others = keys.filter((other) => other !== one)
      for (const form of formsOf(one)) {
        expect(verify.token(aToken(one), form, {now}).valid).toBe(true)
        expect(verify.token(aToken(others[0] ?? key), form, {now})).toMatchObject({code: 'token_key_unknown'})
      }
    }
  }
})

test('whoever changes the keys that were handed out changes them for nobody else', () => {
  for (const source of [key.publicKey, publicJwk(key.publicKey)]) {
    const read = readTokenKeys(source)
    if (!read.ok) throw new Error(read.fault)
    ;(read.value as Map<string, unknown>).clear()
    expect(codeOf(source)).toBe('valid')
  }
})

test('more Ed25519 keys than are remembered are each themselves', () => {
  const keys = Array.from({length: 20}, () => makeKey())
  for (let time = 0; time < 2; time++) {
    for (const [i, one] of keys.entries()) {
      const {text} = aReceipt({}, one)
      const ask = (pin: string) => verify.receipt(text, {keys: pin, now: noon, expect: expected}).valid
      expect([ask(one.pin), ask(keys[(i + 1) % keys.length]?.pin ?? '')]).toEqual([true, false])
    }
  }
})

test('a key that is no point of the curve is refused each time', () => {
  const publicKey = new Uint8Array(32).fill(2)
  const asked = {publicKey, message: new Uint8Array(1), signature: new Uint8Array(64).fill(3)}
  expect([verifyEd25519(asked), verifyEd25519(asked)]).toEqual([false, false])
})
