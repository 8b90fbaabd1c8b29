/** Strict Ed25519 against published vectors and edge cases, through both doors to a library. */
import {describe, expect, test} from '@jest/globals'
import {hexToBytes} from '#protocol'
import * as browser from '../../src/protocol/crypto.browser.ts'
import * as node from '../../src/protocol/crypto.node.ts'
import {isStrictPoint, verifyEd25519} from '../../src/protocol/crypto.ts'
import {edgeSignatures, smallOrderEncodings} from './edge-signatures.ts'
import {type Ed25519Case, readRfc, readRfc8032, readSpeccheck, readWycheproof, testWithVectors} from './vectors.ts'

/** The names of the cases whose verdict differs from what is right. */
const wrong = (cases: readonly Ed25519Case[], library: typeof node): readonly string[] =>
  cases
    .filter(({publicKey, message, signature, valid}) => {
      const bytes = {publicKey: hexToBytes(publicKey), message: hexToBytes(message), signature: hexToBytes(signature)}
      return verifyEd25519(bytes, library) !== valid
    })
    .map(({name}) => name)

describe.each([
  ['node:crypto', node],
  ['tweetnacl', browser],
])('through %s', (_, library) => {
  testWithVectors('the signatures of RFC 8032 hold', () => {
    const cases = readRfc8032()
    expect(cases).toHaveLength(4)
    expect(wrong(cases, library)).toEqual([])
  })
  testWithVectors('of ed25519-speccheck only number 3 is accepted', () => {
    const cases = readSpeccheck()
    expect(cases).toHaveLength(12)
    expect(wrong(cases, library)).toEqual([])
  })
  test('of the edge cases only the signature as it was made holds', () => {
    expect(wrong(edgeSignatures(), library)).toEqual([])
  })
})

// tweetnacl under a test runner takes a quarter of a second a signature: runtimes.test.ts puts these cases to its bundle.
testWithVectors('the 151 cases of Wycheproof come out exactly', () => {
  const cases = readWycheproof()
  expect(cases).toHaveLength(151)
  expect(cases.filter(({valid}) => valid)).toHaveLength(88)
  expect(wrong(cases, node)).toEqual([])
})

test('both libraries give the same SHA-256', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = new Uint8Array(length).fill(length)
    expect(browser.sha256(bytes)).toEqual(node.sha256(bytes))
  }
})

test('a library that throws is a refusal', () => {
  const failing = {
    ...node,
    verifyEd25519: (): boolean => {
      throw new Error('no such key')
    },
  }
  expect(wrong(edgeSignatures(), failing)).toEqual(['as it was signed'])
})

test('the strict checks stand in front of the library: it is not even asked', () => {
  let asked = 0
  const credulous = {...node, verifyEd25519: (): boolean => (asked += 1) > 0}
  const refusedBefore = edgeSignatures().filter(({name}) =>
    /^(S \+|A [0-9a-f]{64}|R [0-9a-f]{64}|length|key length)/.test(name),
  )
  expect(refusedBefore.length).toBeGreaterThan(200)
  expect(wrong(refusedBefore, credulous)).toEqual([])
  expect(asked).toBe(0)
})

describe('small-order encodings', () => {
  test.each(smallOrderEncodings)('%s is no strict point', (encoding) => {
    expect(isStrictPoint(hexToBytes(encoding))).toBe(false)
  })
  testWithVectors('the published list is the one tested here', () => {
    expect([...smallOrderEncodings].sort()).toEqual([...readRfc().ed25519_small_order_encodings].sort())
  })
})
