/** HMAC, HKDF and salted disclosures against the published vectors, on Node's library and on the one for browsers. */
import {describe, expect, test} from '@jest/globals'
import * as browser from '../../src/protocol/crypto.browser.ts'
import * as node from '../../src/protocol/crypto.node.ts'
import {bytesToHex, hexToBytes, hkdfSha256, sha256} from '../../src/protocol/crypto.ts'
import {printBase64url} from '../../src/protocol/base64url.ts'
import {readVectorText, testWithVectors} from './vectors.ts'

interface Wycheproof<T> {
  readonly testGroups: readonly {readonly tagSize?: number; readonly tests: readonly T[]}[]
}
interface HmacCase {
  readonly key: string
  readonly msg: string
  readonly tag: string
  readonly result: string
}
interface HkdfCase {
  readonly ikm: string
  readonly salt: string
  readonly info: string
  readonly size: number
  readonly okm: string
  readonly result: string
}

describe.each([
  ['node', node],
  ['browser', browser],
] as const)('%s', (_, library) => {
  testWithVectors('Wycheproof HMAC-SHA-256, 174 cases, full and truncated tags: exact', () => {
    const {testGroups} = JSON.parse(readVectorText('wycheproof/hmac_sha256_test.json')) as Wycheproof<HmacCase>
    const cases = testGroups.flatMap(({tagSize = 0, tests}) => tests.map((one) => ({...one, tagBytes: tagSize / 8})))
    expect(cases).toHaveLength(174)
    const wrong = cases.filter(({key, msg, tag, tagBytes, result}) => {
      const mac = library.hmacSha256(hexToBytes(key), hexToBytes(msg)).subarray(0, tagBytes)
      const given = hexToBytes(tag)
      return (mac.length === given.length && library.equalBytes(mac, given)) !== (result === 'valid')
    })
    expect(wrong).toEqual([])
  })
  testWithVectors('Wycheproof HKDF-SHA-256, 86 cases: exact, and too long an output refused', () => {
    const {testGroups} = JSON.parse(readVectorText('wycheproof/hkdf_sha256_test.json')) as Wycheproof<HkdfCase>
    const cases = testGroups.flatMap(({tests}) => tests)
    expect(cases).toHaveLength(86)
    for (const {ikm, salt, info, size, okm, result} of cases) {
      const order = {secret: hexToBytes(ikm), salt: hexToBytes(salt), info: hexToBytes(info), length: size}
      if (result === 'valid') expect(bytesToHex(library.hkdfSha256(order))).toBe(okm)
      else expect(() => hkdfSha256(order)).toThrow(RangeError)
    }
  })
  testWithVectors('RFC 5869, A.1 and A.3', () => {
    type Vector = Readonly<Record<'ikm' | 'salt' | 'info' | 'okm', string>> & {readonly L: number}
    const {rfc5869} = JSON.parse(readVectorText('rfc/rfc-vectors.json')) as {rfc5869: readonly Vector[]}
    expect(rfc5869).toHaveLength(2)
    for (const {ikm, salt, info, L: length, okm} of rfc5869) {
      const order = {secret: hexToBytes(ikm), salt: hexToBytes(salt), info: hexToBytes(info), length}
      expect(bytesToHex(library.hkdfSha256(order))).toBe(okm)
    }
  })
  test('equal bytes are equal, and one other byte anywhere is seen', () => {
    const bytes = Uint8Array.from({length: 32}, (__, i) => i)
    expect(library.equalBytes(bytes, Uint8Array.from(bytes))).toBe(true)
    for (let i = 0; i < 32; i++) {
      expect(library.equalBytes(bytes, bytes.with(i, 255))).toBe(false)
    }
  })
})

testWithVectors('RFC 9901: the digest of a disclosure is that of its base64url text', () => {
  const {rfc9901_disclosure: vector} = JSON.parse(readVectorText('rfc/rfc-vectors.json')) as {
    rfc9901_disclosure: {disclosure: string; digest: string}
  }
  expect(printBase64url(sha256(new TextEncoder().encode(vector.disclosure)))).toBe(vector.digest)
})
