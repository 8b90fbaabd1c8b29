/** base64url on both platforms, against RFC 4648 §10 and each other: one spelling a value, whatever a platform forgives. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {parseBase64url} from '../../src/protocol/base64url.ts'
import * as browser from '../../src/protocol/crypto.browser.ts'
import * as node from '../../src/protocol/crypto.node.ts'

/** RFC 4648 §10 without its padding, and the two digits in which base64url differs. */
const vectors = [
  ...(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'] as const).map((text) => [...Buffer.from(text)]),
  [0xfb, 0xff, 0xbf],
  [0xff, 0xff],
]
const printed = ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy', '-_-_', '__8']

describe.each([
  ['node', node],
  ['browser', browser],
] as const)('%s', (_, platform) => {
  test('the published vectors, both ways', () => {
    expect(vectors.map((bytes) => platform.encodeBase64url(Uint8Array.from(bytes)))).toEqual(printed)
    expect(printed.map((text) => [...(parseBase64url(text, platform) ?? ['refused'])])).toEqual(vectors)
  })
  test.each(['Zg==', 'Zg=', 'Z', 'Zh', 'Zm9', 'Zm 9v', 'Zm9v\n', '+/+/', 'Zm9v\u0131', 'Zm9v.', '\u015am9v', '=', ' '])(
    'refuses %j',
    (text) => {
      expect(parseBase64url(text, platform)).toBeUndefined()
    },
  )
})

test('both platforms say the same of any text and any bytes', () => {
  const unit = fc.constantFrom(...Array.from('ABCQgwxyz019-_+/= \n\u0131\u0141'))
  fc.assert(
    fc.property(fc.string({unit, maxLength: 9}), (text) => {
      expect(parseBase64url(text, browser)).toEqual(parseBase64url(text, node))
    }),
    {seed: 20260402, numRuns: 5000},
  )
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
      expect(browser.encodeBase64url(bytes)).toBe(node.encodeBase64url(bytes))
      expect(parseBase64url(node.encodeBase64url(bytes), browser)).toEqual(bytes)
    }),
    {seed: 20260402, numRuns: 500},
  )
})
