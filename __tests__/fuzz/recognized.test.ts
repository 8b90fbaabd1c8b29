/** The short ways to read a text take nothing that the law refuses, and say the same of what they take. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {canonicalJson, parseClaims, parseJson} from '#protocol'
import {recogniseClaims} from '../../src/protocol/canonical-claims.ts'
import {recogniseJson} from '../../src/protocol/printed-json.ts'
import type {Json} from '../protocol/builders.ts'
import {aPolicy, aReviewer, tokenClaims, withoutReceipt} from '../protocol/token-builders.ts'
import {examplesOf} from '../run/sizes.ts'

const runs = (numRuns: number): {readonly seed: number; readonly numRuns: number} => ({
  seed: 20260402,
  numRuns: examplesOf(numRuns),
})
const maxDepth = 32

/** The strict parser by itself: no text that begins with a space is recognized. */
const parseByLaw = (text: string): unknown => {
  const json = parseJson(` ${text}`)
  return json.ok ? json.value : undefined
}

/** Pieces that a parser decides on, put anywhere into a text that is recognized. */
const piece = fc.constantFrom(
  ...['"', '\\', ',', '{', '}', '[', ']', ' ', '\n', '0', '-', '.', 'e', '1.0', '1e400', '-0', '\\ud800', '\ud800', ''],
  ...[
    '"__proto__":1,',
    '"\\u005f_proto__":1,',
    '"a":1,"a":1,',
    '"sha":1,',
    'true',
    'null',
    '\ufeff',
    '\u00e9',
    '$',
    '<',
  ],
  ...['9'.repeat(16), '0.30000000000000004', '2026-02-30', ':60', '//', '..', 'fail', 'ALLOW', 'DENY', 'bot', 'http:'],
)
const mutationOf = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({text: fc.constantFrom(...texts), at: fc.nat(), length: fc.nat(3), put: piece})
    .map(({text, at, length, put}) => {
      const place = at % text.length
      return text.slice(0, place) + put + text.slice(place + length)
    })

describe('JSON as a platform prints it', () => {
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const arrays = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const values: readonly unknown[] = [
    {a: [1, {b: null, c: ['x', {}]}], '': false, constructor: 1, toJSON: 'é\u{1f600}'},
    {list: [], deep: {deeper: {deepest: [0.1, 1e21, 5e-324]}}, 2: 'b', 1: 'a'},
    tokenClaims(),
  ]
  const texts = values.flatMap((value) => [JSON.stringify(value), JSON.stringify(value, null, 2)])

  test('is recognized, without prototypes, up to 32 levels', () => {
    for (const text of [...texts, nested(32), arrays(31)]) {
      const value = recogniseJson(text, maxDepth)
      expect([text, value]).toEqual([text, parseByLaw(text)])
      expect(Object.getPrototypeOf(value)).toBeNull()
    }
  })
  test.each([
    ['33 levels', nested(33)],
    ['33 levels of arrays', arrays(32)],
    ['a name twice', '{"a":1,"a":1}'],
    ['a lone surrogate, escaped', '{"a":"\\ud800"}'],
    ['a raw lone surrogate', '{"a":"\ud800"}'],
    ['the name __proto__', '{"__proto__":1}'],
    ['a number in another form', '{"a":1.0}'],
    ['many levels on one line', `{\n  "a": ${'['.repeat(5000)}${']'.repeat(5000)}\n}`],
    ['a line end after it', '{"a":1}\n'],
  ])('is not recognized: %s', (_, text) => {
    expect(recogniseJson(text, maxDepth)).toBeUndefined()
  })
  test('changed anywhere it is read as the law reads it, or not at all', () => {
    let taken = 0
    fc.assert(
      fc.property(mutationOf(texts), (text) => {
        const recognized = recogniseJson(text, maxDepth)
        if (recognized === undefined) return
        taken += 1
        expect(recognized).toEqual(parseByLaw(text))
        expect(JSON.stringify(recognized)).toBe(JSON.stringify(parseByLaw(text)))
      }),
      runs(8000),
    )
    expect(taken).toBeGreaterThan(100)
  })
})

describe('canonical claims', () => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
  const claimsByLaw = (text: string): unknown => {
    const parsed = parseClaims(parseByLaw(text))
    return parsed.ok ? parsed.value : undefined
  }
  const escalated = [aPolicy({outcome: 'escalate'}), aPolicy()]
  const variants: readonly Json[] = [
    tokenClaims(),
    tokenClaims({}, {since: 'ef'.repeat(20)}),
    tokenClaims({agent: {login: 'hubot', id: 0, kind: 'user'}, sub: 'user:hubot', iss: 'http://127.0.0.1:8787'}),
    tokenClaims({policies: escalated, reviewer: aReviewer()}),
    tokenClaims({policies: [], risk: {score: 1, factors: []}}),
    tokenClaims({policies: Array.from({length: 64}, () => aPolicy())}),
    withoutReceipt({decision: 'DENY', policies: [aPolicy({outcome: 'fail'})]}),
    withoutReceipt({decision: 'ESCALATE', policies: escalated}),
  ]

  test('are recognized whole, of each decision', () => {
    for (const claims of variants) expect(recogniseClaims(bytesOf(canonicalJson(claims)))).toEqual(claims)
  })
  test('in another order or layout they are for the parser', () => {
    expect(recogniseClaims(bytesOf(JSON.stringify(tokenClaims())))).toBeUndefined()
    expect(recogniseClaims(bytesOf(` ${canonicalJson(tokenClaims())}`))).toBeUndefined()
    expect(recogniseClaims(bytesOf(`\ufeff${canonicalJson(tokenClaims())}`))).toBeUndefined()
  })
  test.each<readonly [string, Json]>([
    ['65 policies', {policies: Array.from({length: 65}, () => aPolicy())}],
    ['a score above 1', {risk: {score: 1.01, factors: []}}],
    ['a time that does not exist', {decidedAt: '2026-02-30T14:30:00.123456Z'}],
    ['another second than iat', {decidedAt: '2026-04-02T14:30:01.123456Z'}],
    ['an issuer with a path', {iss: 'https://countersign.example/x'}],
    ['another subject', {sub: 'user:hubot'}],
    ['a failed policy on an ALLOW', {policies: [aPolicy({outcome: 'fail'})]}],
    ['a reviewer of no time', {reviewer: aReviewer({at: '2026-13-02T14:29:58.000000Z'})}],
  ])('that the law refuses are not recognized: %s', (_, overrides) => {
    const text = canonicalJson(tokenClaims(overrides))
    expect(claimsByLaw(text)).toBeUndefined()
    expect(recogniseClaims(bytesOf(text))).toBeUndefined()
  })
  test.each([
    ['"score":0.25', '"score":0.250'],
    ['"weight":0.5', '"weight":0.50'],
    ['"value":0.5', '"value":0.50000000000000000001'],
    ['"iat":1', '"iat":01'],
  ])('with a number in another form they are not recognized: %s as %s', (usual, other) => {
    const text = canonicalJson(tokenClaims())
    expect(text).toContain(usual)
    expect(recogniseClaims(bytesOf(text.replace(usual, other)))).toBeUndefined()
  })
  test.each(['.', '..'])('of a repository that can never be one they are not recognized: octo-org/%s', (name) => {
    const text = canonicalJson(tokenClaims()).replace('octo-org/api-service', `octo-org/${name}`)
    expect(claimsByLaw(text)).toBeUndefined()
    expect(recogniseClaims(bytesOf(text))).toBeUndefined()
  })
  test('changed anywhere they are read as the law reads them, or not at all', () => {
    const texts = variants.map((claims) => canonicalJson(claims))
    let taken = 0
    fc.assert(
      fc.property(mutationOf(texts), (text) => {
        const recognized = recogniseClaims(bytesOf(text))
        if (recognized === undefined) return
        taken += 1
        expect(recognized).toEqual(claimsByLaw(text))
      }),
      runs(20_000),
    )
    expect(taken).toBeGreaterThan(100)
  })
})
