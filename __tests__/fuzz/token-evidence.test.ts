/** Properties of tokens and evidence bundles over generated inputs: seeded and bounded, so each run asks the same. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {readTokenKeys, verify} from '#protocol'
import {parseBase64url, printBase64url} from '../../src/protocol/base64url.ts'
import {aBundle} from '../protocol/evidence-builders.ts'
import {aToken, decidedAt, makeTokenKey} from '../protocol/token-builders.ts'
import {examplesOf} from '../run/sizes.ts'

const runs = (numRuns: number): {readonly seed: number; readonly numRuns: number} => ({
  seed: 20260402,
  numRuns: examplesOf(numRuns),
})

const key = makeTokenKey()
const token = aToken(key)
const terms = {now: decidedAt * 1000}
const digits = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const anything = fc.oneof(
  fc.anything({withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withSparseArray: true}),
  fc.string({unit: 'binary'}),
  fc.jsonValue(),
)

function expectRefused(result: {readonly valid: boolean; readonly code?: string; readonly reason?: string}): void {
  expect(result.valid).toBe(false)
  expect(result.code).toMatch(/^[a-z_]+$/)
  expect(result.reason).toMatch(/^[^\n\r]+\.$/)
}

describe('base64url', () => {
  test('what is printed is read again, as Buffer prints it', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 70}), (bytes) => {
        const text = printBase64url(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(parseBase64url(text)).toEqual(bytes)
      }),
      runs(1000),
    )
  })
  test('what is read prints as the same text: one spelling a value', () => {
    const text = fc.string({unit: fc.constantFrom(...digits, '=', '+', '/', ' ', '\n', '\u0131'), maxLength: 9})
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(text, fc.string({unit: fc.constantFrom(...digits), maxLength: 9})), (given) => {
        const bytes = parseBase64url(given)
        if (bytes === undefined) return
        taken += 1
        expect(printBase64url(bytes)).toBe(given)
      }),
      runs(5000),
    )
    expect(taken).toBeGreaterThan(100)
  })
})

describe('a token', () => {
  test('with any one character changed, taken out or put in, is refused', () => {
    expect(verify.token(token, key.publicKey, terms).valid).toBe(true)
    const change = fc.record({
      at: fc.nat(token.length - 1),
      character: fc.constantFrom(...digits, '.', '=', ' ', '\n'),
      kind: fc.constantFrom('set', 'cut', 'add'),
    })
    fc.assert(
      fc.property(change, ({at, character, kind}) => {
        const middle = kind === 'cut' ? '' : character
        const changed = token.slice(0, at) + middle + token.slice(kind === 'add' ? at : at + 1)
        if (changed !== token) expectRefused(verify.token(changed, key.publicKey, terms))
      }),
      runs(2000),
    )
  })
  test('cut short anywhere is refused', () => {
    for (let length = 0; length < token.length; length += 13) {
      expectRefused(verify.token(token.slice(0, length), key.publicKey, terms))
    }
  })
  test('verification is total over tokens, keys and options', () => {
    fc.assert(
      fc.property(anything, (input) => {
        expectRefused(verify.token(input, key.publicKey, terms))
        expectRefused(verify.token(token, input, terms))
        verify.token(token, key.publicKey, input as never)
        readTokenKeys({keys: [input]})
      }),
      runs(2000),
    )
  })
})

describe('an evidence bundle', () => {
  const {bundle, key: hmacKey} = aBundle()
  const text = JSON.stringify(bundle)
  const good = verify.evidence(text, hmacKey)

  test('with any one byte changed, taken out or put in, is refused or says exactly the same', () => {
    expect(good).toMatchObject({valid: true, redacted: 0})
    const bytes = new TextEncoder().encode(text)
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'add'),
    })
    fc.assert(
      fc.property(change, ({at, byte, kind}) => {
        const middle = kind === 'cut' ? [] : [byte]
        const rest = bytes.slice(kind === 'add' ? at : at + 1)
        const result = verify.evidence(Uint8Array.from([...bytes.slice(0, at), ...middle, ...rest]), hmacKey)
        if (result.valid) expect(result).toEqual(good)
      }),
      runs(2000),
    )
  })
  test('with any disclosures dropped says which are gone, and nothing else of the rest', () => {
    fc.assert(
      fc.property(fc.subarray([...bundle.disclosures]), (disclosures) => {
        const result = verify.evidence({...bundle, disclosures}, hmacKey)
        if (!result.valid || !good.valid) throw new Error('refused')
        expect(result.redacted).toBe(bundle.disclosures.length - disclosures.length)
        expect(good.sections).toMatchObject(result.sections)
      }),
      runs(256),
    )
  })
  test('verification is total over bundles and keys', () => {
    fc.assert(
      fc.property(anything, (input) => {
        expectRefused(verify.evidence(input, hmacKey))
        expectRefused(verify.evidence(bundle, input))
      }),
      runs(2000),
    )
  })
})
