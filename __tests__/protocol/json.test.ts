/** Strict JSON in, canonical JSON out: each rule of formats §1 by an input that breaks it alone. */
import {describe, expect, test} from '@jest/globals'
import {canonicalBytes, canonicalJson, parseJson} from '#protocol'

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

describe('what is not strict JSON is refused, and the reason says what it is', () => {
  test.each<readonly [string, string | Uint8Array, RegExp]>([
    ['bytes that are not UTF-8', bytes(0x22, 0xff, 0x22), /not UTF-8/],
    ['an overlong UTF-8 form', bytes(0x22, 0xc0, 0xaf, 0x22), /not UTF-8/],
    ['a surrogate in UTF-8', bytes(0x22, 0xed, 0xa0, 0x80, 0x22), /not UTF-8/],
    ['UTF-16 bytes', bytes(0xff, 0xfe, 0x7b, 0x00), /not UTF-8/],
    ['a byte-order mark in bytes', bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d), /byte-order mark/],
    ['a byte-order mark in text', '\ufeff{}', /byte-order mark/],
    ['nothing', '', /a value was expected/],
    ['white space alone', ' \n', /a value was expected/],
    ['a second value', '{} {}', /after the value/],
    ['a NUL after the value', '{}\0', /after the value/],
    ['a comment', '{}// x', /after the value/],
    ['a form feed as white space', '\f{}', /a value was expected/],
    ['a non-breaking space as white space', '\u00a0{}', /a value was expected/],
    ['a name twice', '{"sha":1,"sha":2}', /stands twice/],
    ['a name twice, once escaped', '{"sha":1,"\\u0073ha":2}', /stands twice/],
    ['a name twice in a nested object', '[{"a":{"b":1,"b":1}}]', /stands twice/],
    ['the name __proto__', '{"__proto__":{}}', /__proto__/],
    ['the name __proto__, escaped', '{"\\u005f_proto__":{}}', /__proto__/],
    ['a lone high surrogate', '"\\ud800"', /lone surrogate/],
    ['a lone low surrogate', '"\\udc00x"', /lone surrogate/],
    ['surrogates the wrong way round', '"\\udc00\\ud800"', /lone surrogate/],
    ['a raw lone surrogate', '"\ud800"', /lone surrogate/],
    ['a lone surrogate in a name', '{"\\ud800":1}', /lone surrogate/],
    ['33 levels', nested(33), /levels/],
    ['20,000 levels', nested(20_000), /levels/],
    ['33 levels of objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, /levels/],
    ...['1.0', '1e3', '1E3', '1e400', '-1e400', '9007199254740993', '-0', '0.10', '1e+3', '1e-1', '100e-2'].map(
      (number) => [`the number ${number}`, number, /canonical form/] as const,
    ),
    ...['01', '+1', '.5', '1.', 'NaN', 'Infinity', '0x10', '1_000', '-', '--1', '1e'].map(
      (number) => [`the number ${number}`, number, /./] as const,
    ),
    ['a raw control in a string', '"a\nb"', /raw control/],
    ['a bad escape', '"\\x41"', /bad escape/],
    ['a short escape', '"\\u12"', /bad escape/],
    ['a string without end', '"abc', /not closed/],
    ['single quotes', "'a'", /a value was expected/],
    ['a bare name', '{a:1}', /member name/],
    ['a trailing comma in an object', '{"a":1,}', /member name/],
    ['a trailing comma in an array', '[1,]', /a value was expected/],
    ['a missing colon', '{"a" 1}', /colon/],
    ['a missing brace', '{"a":1', /closing brace/],
    ['a missing bracket', '[1', /closing bracket/],
    ['two values in an array without a comma', '[1 2]', /closing bracket/],
    ['a literal in another case', 'True', /a value was expected/],
    ['a literal with a tail', 'nullx', /after the value/],
  ])('%s', (_, input, reason) => {
    const result = parseJson(input)
    expect(result).toMatchObject({ok: false})
    if (!result.ok) expect(result.reason).toMatch(reason)
  })
})

describe('strict JSON is taken', () => {
  test.each<readonly [string, unknown]>([
    ['{}', {}],
    [' [ ] ', []],
    ['null', null],
    ['true', true],
    ['0', 0],
    ['-1', -1],
    ['0.1', 0.1],
    ['1e+21', 1e21],
    ['1e-7', 1e-7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['"\\u0041\\n\\/\\"\\\\"', 'A\n/"\\'],
    ['"\\ud83d\\ude00"', '\u{1f600}'],
    ['"\u{1f600}\u2028\u007f"', '\u{1f600}\u2028\u007f'],
    [
      '{"a":[1,{"b":null}],"":false,"constructor":1,"toString":2}',
      {a: [1, {b: null}], '': false, constructor: 1, toString: 2},
    ],
  ])('%s', (text, value) => {
    const result = parseJson(text)
    if (!result.ok) throw new Error(result.reason)
    expect(JSON.parse(JSON.stringify(result.value))).toEqual(value)
    expect(parseJson(new TextEncoder().encode(text))).toEqual(result)
  })
  test('32 levels are taken', () => {
    expect(parseJson(nested(32)).ok).toBe(true)
  })
  test('objects have no prototype, so no name is there before it is read', () => {
    const result = parseJson('{"a":{}}')
    if (!result.ok) throw new Error(result.reason)
    expect(Object.getPrototypeOf(result.value)).toBeNull()
  })
  test('a place is where the fault begins', () => {
    expect(parseJson('{"a":1,"a":2}')).toMatchObject({ok: false, at: 7})
    expect(parseJson('[1,  1.0]')).toMatchObject({ok: false, at: 5})
  })
  test('a foreign name in a reason is quoted, printable and cut', () => {
    const name = `\u202e\u{1f600}\u2028${'x'.repeat(1000)}`
    const result = parseJson(`{"${name}":1,"${name}":2}`)
    if (result.ok) throw new Error('taken')
    expect(result.reason).toMatch(/^[\x20-\x7e]{1,130}$/)
  })
})

describe('canonical JSON', () => {
  test('sorts names by UTF-16 code units, so an astral name stands before U+FB33', () => {
    expect(canonicalJson({'\ufb33': 1, '\u{1f600}': 2, b: 3, a: 4, '': 5, A: 6})).toBe(
      '{"":5,"A":6,"a":4,"b":3,"\u{1f600}":2,"\ufb33":1}',
    )
  })
  test('escapes only what RFC 8785 §3.2.2.2 escapes', () => {
    expect(canonicalJson('\b\t\n\f\r\u0000\u001f"\\/\u007f\u2028\u00e9<')).toBe(
      '"\\b\\t\\n\\f\\r\\u0000\\u001f\\"\\\\/\u007f\u2028\u00e9<"',
    )
  })
  test('does not normalize Unicode', () => {
    expect(canonicalJson('e\u0301')).not.toBe(canonicalJson('\u00e9'))
  })
  test('prints minus zero as 0', () => {
    expect(canonicalJson(-0)).toBe('0')
  })
  test('is encoded as UTF-8', () => {
    expect([...canonicalBytes('\u00e9')]).toEqual([0x22, 0xc3, 0xa9, 0x22])
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  class Box {
    readonly a = 1
  }
  test.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['an undefined member', {a: undefined}],
    ['an undefined item', [undefined]],
    ['a hole', Object.assign([1], {length: 3})],
    ['NaN', NaN],
    ['Infinity', [Infinity]],
    ['a big integer', 1n],
    ['a function', {a: () => 1}],
    ['a symbol', Symbol('a')],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', {'\udc00': 1}],
    ['a date', new Date(0)],
    ['a map', new Map([['a', 1]])],
    ['a class instance', new Box()],
    ['an object with a toJSON', {toJSON: () => 1}],
    ['a boxed number', Object(1)],
    ['a cycle', cycle],
    ['33 levels', deep(33)],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })
  test('takes 32 levels', () => {
    expect(canonicalJson(deep(32))).toBe(`${'['.repeat(32)}1${']'.repeat(32)}`)
  })
  test('stops at its budget, so an object that doubles on each level does not fill the memory', () => {
    let doubled: unknown = 1
    for (let level = 0; level < 31; level++) doubled = [doubled, doubled]
    const budget = {left: 1000}
    expect(() => canonicalJson(doubled, budget)).toThrow(TypeError)
    expect(budget.left).toBeLessThan(0)
  })
})
