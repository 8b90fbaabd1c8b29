/** The keys of tokens: PEM, JWK, JWKS and KeyObject, each in one strict form, and their thumbprints. */
import {generateKeyPairSync} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {publicJwk, readTokenKeys, verify} from '#protocol'
import {aToken, decidedAt, makeTokenKey} from './token-builders.ts'

const key = makeTokenKey()
const other = makeTokenKey(3072)
const token = aToken(key)
const jwk = publicJwk(key.publicKey)
const spki = key.publicKey.export({format: 'pem', type: 'spki'}).toString()
const pkcs1 = key.publicKey.export({format: 'pem', type: 'pkcs1'}).toString()

const reasonOf = (source: unknown): string => {
  const read = readTokenKeys(source)
  return read.ok ? [...read.value.keys()].join() : read.fault
}

describe('every form of one key verifies the same token', () => {
  test.each<readonly [string, unknown]>([
    ['a KeyObject', key.publicKey],
    ['SPKI PEM', spki],
    ['SPKI PEM with CRLF', spki.replaceAll('\n', '\r\n')],
    ['PKCS#1 PEM', pkcs1],
    ['a JWK', jwk],
    ['a JWK as the platform exports it', key.publicKey.export({format: 'jwk'})],
    ['a JWKS of such', {keys: [key.publicKey.export({format: 'jwk'})]}],
    ['a JWK with its bare members', {kty: 'RSA', n: jwk.n, e: jwk.e}],
    ['a JWK as text', JSON.stringify(jwk)],
    ['a JWKS', {keys: [publicJwk(other.publicKey), jwk]}],
    ['a JWKS as text', JSON.stringify({keys: [jwk]})],
    [
      'a JWKS beside keys for other uses',
      {keys: [jwk, {kty: 'EC', crv: 'P-256'}, {...publicJwk(other.publicKey), use: 'enc'}]},
    ],
  ])('%s', (_, source) => {
    expect(verify.token(token, source, {now: decidedAt * 1000})).toMatchObject({valid: true})
  })
})

test('a published key says its members, its algorithm and its thumbprint, and nothing private', () => {
  expect(Object.keys(jwk)).toEqual(['kty', 'n', 'e', 'alg', 'use', 'kid'])
  expect(publicJwk(spki)).toEqual(jwk)
  expect(() => publicJwk(key.privateKey)).toThrow(TypeError)
  expect(() => publicJwk({keys: [jwk, publicJwk(other.publicKey)]})).toThrow(/give one key/)
})

describe('a key in another form is refused', () => {
  const {n, e} = jwk
  test.each<readonly [string, unknown, RegExp]>([
    ['a space before the PEM', ` ${spki}`, /no public key/],
    ['two PEM blocks', spki + spki, /no public key/],
    ['words before the PEM', `Key:\n${spki}`, /no public key/],
    ['a certificate label', spki.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /no public key/],
    ['labels that differ', spki.replace('END PUBLIC', 'END RSA PUBLIC'), /no public key/],
    ['SPKI under the label of PKCS#1', spki.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'), /not an RSA public key/],
    ['padding in n', {kty: 'RSA', n: `${n}==`, e}, /canonical base64url/],
    ['a space in e', {kty: 'RSA', n, e: 'AQ AB'}, /canonical base64url/],
    ['a leading zero in e', {kty: 'RSA', n, e: 'AAEAAQ'}, /leading zero/],
    ['a number as e', {kty: 'RSA', n, e: 65537}, /canonical base64url/],
    ['exponent 3', {kty: 'RSA', n, e: 'Aw'}, /below 65537/],
    ['exponent 1', {kty: 'RSA', n, e: 'AQ'}, /65537|not an RSA/],
    ['alg PS512', {...jwk, alg: 'PS512'}, /another algorithm/],
    ['use enc', {...jwk, use: 'enc'}, /another use/],
    ['key_ops without verify', {...jwk, key_ops: ['encrypt']}, /another use/],
    ['a kid that is not the thumbprint', {...jwk, kid: 'mine'}, /thumbprint/],
    ['a private member', {...jwk, d: 'AQAB'}, /private/],
    ['the same key twice', {keys: [jwk, jwk]}, /twice/],
    ['a key with the kid of another', {keys: [jwk, {...publicJwk(other.publicKey), kid: jwk.kid}]}, /thumbprint/],
    ['a symmetric key in the set', {keys: [jwk, {kty: 'oct', k: 'AAAA'}]}, /symmetric/],
    ['an empty set', {keys: []}, /holds no RSA key/],
    ['a set of no keys', {keys: [1]}, /must be an object/],
    ['keys that are no array', {keys: jwk}, /must be an array/],
    ['a duplicate name', JSON.stringify(jwk).replace('{', '{"kty":"RSA",'), /twice/],
    ['more than 64 KiB', {keys: Array.from({length: 200}, () => jwk)}, /64 KiB/],
  ])('%s', (_, source, reason) => {
    expect(reasonOf(source)).toMatch(reason)
  })
  test('more than 8192 bits', () => {
    const modulus = Buffer.alloc(1025, 0xff)
    expect(reasonOf({kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB'})).toMatch(/8200 bits/)
  })
  test('an object that throws or lies when it is looked at', () => {
    const {proxy, revoke} = Proxy.revocable({}, {})
    revoke()
    expect(reasonOf(proxy)).toMatch(/no JWK/)
    const ns = [n, publicJwk(other.publicKey).n]
    const liar = {
      kty: 'RSA',
      e,
      get n() {
        return ns.shift()
      },
    }
    expect(reasonOf(liar)).toBe(jwk.kid)
  })
})

test('keys made here by the platform pass the test for faulty hardware', () => {
  for (let i = 0; i < 3; i++) {
    const {publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
    expect(readTokenKeys(publicKey).ok).toBe(true)
  }
})
