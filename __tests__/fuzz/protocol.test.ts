/** Properties of the protocol over generated inputs: seeded and bounded, so each run asks the same questions. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {canonicalJson, parseJson, parsePinnedKeys, parseReceipt, verify} from '#protocol'
import {type Json, aReceipt, approvalBody, expected, makeKey, noon} from '../protocol/builders.ts'
import {examplesOf} from '../run/sizes.ts'

const runs = (numRuns: number): {readonly seed: number; readonly numRuns: number} => ({
  seed: 20260402,
  numRuns: examplesOf(numRuns),
})

const key = makeKey()
const {text} = aReceipt({approvals: [approvalBody({id: 1, login: 'hubot'}), approvalBody()], flags: ['escalated']}, key)
const terms = {keys: key.pin, now: noon, expect: expected}
const good = verify.receipt(text, terms)

/** JSON values whose names are not __proto__ and whose texts have no lone surrogate: what strict JSON can say. */
const jsonText = fc.string({unit: 'binary', maxLength: 8})
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', maxDepth: 6},
    fc.constantFrom(null, true, false),
    fc.double({noNaN: true, noDefaultInfinity: true}).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.maxSafeInteger(),
    jsonText,
    fc.array(tie('value'), {maxLength: 4}),
    fc.dictionary(
      jsonText.filter((name) => name !== '__proto__'),
      tie('value'),
      {maxKeys: 4},
    ),
  ),
})).value

/** Text made of the pieces that a JSON parser decides on. */
const almostJson = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '\\u00',
        '"a"',
        '"a":',
        'true',
        'null',
        ' ',
        '\n',
        '\ufeff',
      ),
      fc.constantFrom('0', '-', '1.', 'e5', '1e21', '1.5', '\ud800', '"\\ud800"', '"__proto__"', '\u0000'),
      jsonText,
    ),
    {maxLength: 40},
  )
  .map((pieces) => pieces.join(''))

describe('strict JSON', () => {
  test('parsing is total over text and bytes', () => {
    fc.assert(
      fc.property(fc.oneof(almostJson, fc.string({unit: 'binary'}), fc.uint8Array({maxLength: 60})), (input) => {
        const result = parseJson(input)
        if (!result.ok) expect(result.reason).toMatch(/^[\x20-\x7e]{1,120}$/)
      }),
      runs(8000),
    )
  })
  test('what it takes, JSON.parse takes and reads the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          almostJson,
          json.map((value) => JSON.stringify(value)),
        ),
        (input) => {
          const result = parseJson(input)
          if (result.ok) expect(JSON.stringify(result.value)).toBe(JSON.stringify(JSON.parse(input)))
        },
      ),
      runs(10_000),
    )
  })
  test('parsing the canonical form gives the value again, and printing it the same text', () => {
    fc.assert(
      fc.property(json, (value) => {
        const canonical = canonicalJson(value)
        const result = parseJson(canonical)
        if (!result.ok) throw new Error(`${canonical}: ${result.reason}`)
        expect(canonicalJson(result.value)).toBe(canonical)
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      runs(5000),
    )
  })
  test('inputs made to be slow are read to their end or refused, at a megabyte each', () => {
    const million = 1_000_000
    for (const [input, ok] of [
      [`"${'\\u0061'.repeat(million / 6)}"`, true],
      [`"${'\\'.repeat(million)}`, false],
      [`${' '.repeat(million)}1`, true],
      ['['.repeat(million), false],
      [`[${'1,'.repeat(million / 2)}1]`, true],
      ['1'.repeat(million), false],
      [`0.${'0'.repeat(million)}1`, false],
      [`"${'\ud83d\ude00'.repeat(million / 2)}"`, true],
      [`{${Array.from({length: 50_000}, (_, i) => `"${i}":${i}`).join()}}`, true],
    ] as const) {
      expect([input.slice(0, 20), parseJson(input).ok]).toEqual([input.slice(0, 20), ok])
    }
  })
})

describe('a signed receipt', () => {
  test('the untouched receipt is valid', () => {
    expect(good).toMatchObject({valid: true, unchecked: []})
  })
  test('with any one byte changed, taken out or put in, it is refused or says exactly the same', () => {
    const bytes = new TextEncoder().encode(text)
    let same = 0
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'add'),
    })
    fc.assert(
      fc.property(change, ({at, byte, kind}) => {
        const middle = kind === 'cut' ? [] : [byte]
        const changed = Uint8Array.from([
          ...bytes.slice(0, at),
          ...middle,
          ...bytes.slice(kind === 'add' ? at : at + 1),
        ])
        const result = verify.receipt(changed, terms)
        if (!result.valid) return
        expect(result).toEqual(good)
        same += 1
      }),
      runs(3000),
    )
    expect(same).toBeGreaterThan(0) // White space between members: the signature covers the value.
  })
  test('with each bit of each character flipped in turn, it is refused or says exactly the same', () => {
    const compact = new TextEncoder().encode(JSON.stringify(JSON.parse(text)))
    for (let bit = 0; bit < compact.length * 8; bit += 5) {
      const changed = Uint8Array.from(compact)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, verify.receipt(changed, terms).valid]).toEqual([bit, false])
    }
  })
  test('cut short anywhere it is refused', () => {
    for (let length = 0; length < text.trimEnd().length; length += 7) {
      expect(verify.receipt(text.slice(0, length), terms).valid).toBe(false)
    }
  })
  test('with two values exchanged it is refused or says the same', () => {
    const leaves = leafPathsOf(JSON.parse(text))
    fc.assert(
      fc.property(fc.nat(leaves.length - 1), fc.nat(leaves.length - 1), (i, j) => {
        const receipt = JSON.parse(text) as Json
        const [a, b] = [leaves[i] ?? [], leaves[j] ?? []]
        const [atA, atB] = [read(receipt, a), read(receipt, b)]
        write(receipt, a, atB)
        write(receipt, b, atA)
        expect(verify.receipt(receipt, terms).valid).toBe(Object.is(atA, atB))
      }),
      runs(1000),
    )
  })
})

describe('verification is total', () => {
  const hostile = (): unknown => {
    const fail = (): never => {
      throw new TypeError('hostile')
    }
    return new Proxy({}, {get: fail, ownKeys: fail, getPrototypeOf: fail})
  }
  const cyclic = (): unknown => {
    const value: Json = {}
    value['self'] = [value]
    return value
  }
  class Instance {
    readonly type = 'countersign.receipt/v1'
  }
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
      withObjectString: true,
    }),
    fc.constantFrom(
      hostile(),
      cyclic(),
      new Instance(),
      () => text,
      Symbol('x'),
      Object.create(JSON.parse(text) as object) as unknown,
    ),
    fc.jsonValue(),
    almostJson,
  )
  test('over any receipt: never thrown, never valid, a code and a printable reason', () => {
    fc.assert(
      fc.property(anything, (input) => {
        expectRefused(verify.receipt(input, terms))
      }),
      runs(5000),
    )
  })
  test('over a receipt with any member replaced by anything', () => {
    const paths = leafPathsOf(JSON.parse(text))
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, (path, value) => {
        const receipt = JSON.parse(text) as Json
        if (Object.is(read(receipt, path), value)) return
        write(receipt, path, value)
        expectRefused(verify.receipt(receipt, terms))
      }),
      runs(3000),
    )
  })
  test('over any options: never thrown, and valid only with the pinned key', () => {
    const option = fc.record({keys: anything, now: anything, expect: anything, maxTtl: anything}, {requiredKeys: []})
    fc.assert(
      fc.property(fc.oneof(anything, option), (options) => {
        expectRefused(verify.receipt(text, options as never))
      }),
      runs(3000),
    )
  })
  test('over any expectation beside the right key and time: valid only where everything was equal or is named', () => {
    const member = fc.constantFrom('action', 'repositoryId', 'repository', 'sha', 'tree', 'environment', 'issuer')
    fc.assert(
      fc.property(member, anything, (name, value) => {
        const result = verify.receipt(text, {...terms, expect: {...expected, [name]: value}})
        if (result.valid)
          expect(Object.values(JSON.parse(text) as Json).concat(Object.values(expected))).toContain(value)
        else expectRefused(result)
      }),
      runs(800),
    )
  })
})

test('parseReceipt is total over every JSON value', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(parseReceipt(value).ok).toBe(false)
    }),
    runs(3000),
  )
})

test('pins are total over text, and what they take prints as a line that they take', () => {
  const word = fc.constantFrom(
    key.pin,
    makeKey().pin,
    'revoked',
    'until=2026-04-02T15:00:00Z',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\u00a0',
    '\u2028',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word, {maxLength: 8}).map((words) => words.join('')),
        fc.string(),
      ),
      (lines) => {
        const pinned = parsePinnedKeys(lines)
        if (!pinned.ok) {
          expect(pinned.fault.join(' ')).toMatch(/^[\x20-\x7e\u2026]+$/)
          return
        }
        const printed = [...pinned.value.values()].map((pin) =>
          pin.status === 'trusted'
            ? pin.key
            : `${pin.key} ${pin.status === 'until' ? `until=${pin.until}` : 'revoked'}`,
        )
        expect(
          lines
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        ).toEqual(printed)
      },
    ),
    runs(5000),
  )
})

function expectRefused(result: ReturnType<typeof verify.receipt>): void {
  if (result.valid) throw new Error('valid')
  expect(result.code).toMatch(/^[a-z_]+$/)
  expect(result.reason).toMatch(/^[\x20-\x7e\u2026]+$/)
}

type Path = readonly (string | number)[]

function leafPathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, member]) => leafPathsOf(member, [...path, name]))
}

const read = (root: unknown, path: Path): unknown => path.reduce((value, name) => (value as Json)[name], root)

function write(root: Json, path: Path, value: unknown): void {
  const parent = read(root, path.slice(0, -1)) as Json
  parent[String(path.at(-1))] = value
}
