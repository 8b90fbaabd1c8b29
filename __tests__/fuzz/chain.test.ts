/** Chains under random changes: whatever is not the very ledger is refused, and both ways to read a line agree. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {type Entry, parseJson, verify} from '#protocol'
import {LineReader} from '../../src/protocol/ledger/read-line.ts'
import {parseSegmentEntry} from '../../src/protocol/ledger/parse-entry.ts'
import {
  ledgerKey,
  makeLedger,
  mask,
  ndjson,
  proveConsistency,
  proveInclusion,
  sign,
} from '../protocol/ledger-builders.ts'
import {examplesOf} from '../run/sizes.ts'

const runs = (numRuns: number) => ({numRuns: examplesOf(numRuns), seed: 20260402})
const entries = makeLedger(19)
const text = ndjson(entries)
const checkpoint = sign(entries)
const anchored = {checkpoint, ledgerKey}
const good = verify.chain(text, anchored)

describe('a ledger with its checkpoint', () => {
  test('is valid as it is', () => {
    expect(good).toMatchObject({valid: true, anchored: 'checkpoint', unanchored: 0})
  })

  test('with any byte set, cut or added is refused or says exactly the same', () => {
    const bytes = new TextEncoder().encode(text)
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'add'),
    })
    fc.assert(
      fc.property(change, ({at, byte, kind}) => {
        const changed = [
          ...bytes.slice(0, at),
          ...(kind === 'cut' ? [] : [byte]),
          ...bytes.slice(kind === 'add' ? at : at + 1),
        ]
        const verdict = verify.chain(Uint8Array.from(changed), anchored)
        if (verdict.valid) expect(verdict).toEqual(good)
        else expect(verdict.reason).toMatch(/^[\x20-\x7e]+\.$/)
      }),
      runs(300),
    )
  })

  test('with entries taken out, doubled, exchanged or masked is whole only when merely masked', () => {
    const segment = fc.array(fc.record({at: fc.nat(18), kind: fc.constantFrom('cut', 'twice', 'swap', 'mask')}), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(segment, (changes) => {
        const changed = changes.reduce<readonly object[]>((list, {at, kind}) => change(list, at, kind), entries)
        const verdict = verify.chain(changed, anchored)
        const isSame = changed.length === 19 && changed.every((one, i) => (one as Entry).seq === i)
        expect(verdict.valid).toBe(isSame)
      }),
      runs(300),
    )
  })

  test('cut into pieces anywhere as a stream gives the same', async () => {
    const bytes = new TextEncoder().encode(text)
    const cuts = fc
      .array(fc.nat(bytes.length), {maxLength: 12})
      .map((at) => [0, ...at.sort((a, b) => a - b), bytes.length])
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const pieces = async function* () {
          for (const [i, end] of at.entries()) if (i > 0) yield Promise.resolve(bytes.slice(at[i - 1], end))
        }
        expect(await verify.chain(pieces(), anchored)).toEqual(good)
      }),
      runs(60),
    )
  })
})

function change(list: readonly object[], at: number, kind: string): readonly object[] {
  const one = list[at]
  if (one === undefined) return list
  switch (kind) {
    case 'cut':
      return list.toSpliced(at, 1)
    case 'twice':
      return list.toSpliced(at, 0, one)
    case 'swap':
      return list.with(at, list[0] ?? one).with(0, one)
    default:
      return list.with(at, mask(one as Entry))
  }
}

test('the canonical reading of a line takes nothing that the strict parser refuses, and says the same of it', () => {
  const lines = text.trimEnd().split('\n')
  const reader = new LineReader()
  const piece = fc.constantFrom(
    ...['"', '\\', ',', '{', '}', ' ', '0', '9', 'f', 'F', '_', '.', '/', '-', '\u00e9', '"run":"', ',"a":"b"', '\n'],
    ...['2026-02-30', '24:00', ':60', '"token":', 'sha256:', '9'.repeat(17), '[::1]:80', '"evidence":"x",'],
  )
  const mutation = fc.record({line: fc.constantFrom(...lines), at: fc.nat(700), length: fc.nat(12), piece})
  let taken = 0
  fc.assert(
    fc.property(mutation, ({line, at, length, piece: put}) => {
      const changed = line.slice(0, at) + put + line.slice(at + length)
      const leaf = reader.readLine(changed)
      const json = parseJson(changed)
      const byLaw = json.ok ? reader.readValue(json.value) : undefined
      if ('valid' in leaf) {
        expect(byLaw === undefined || 'valid' in byLaw).toBe(true)
        if (leaf.code === 'entry_hash_mismatch') expect(json.ok && parseSegmentEntry(json.value).ok).toBe(true)
        return
      }
      taken += 1
      expect(byLaw).toMatchObject({seq: leaf.seq, hash: leaf.hash, bytes: leaf.bytes})
    }),
    runs(8000),
  )
  expect(taken).toBeGreaterThan(0)
})

test('every line of every event is read the same both ways', () => {
  const reader = new LineReader()
  for (const [i, line] of text.trimEnd().split('\n').entries()) {
    const {shown, ...leaf} = reader.readLine(line) as {shown?: {prev: string; ledger: string; time: string}}
    expect(reader.readLine(` ${line}`)).toMatchObject(leaf)
    expect(shown).toMatchObject({prev: entries[i]?.prev, ledger: entries[i]?.ledger, time: entries[i]?.time})
  }
})

describe("the ledger's verifiers are total", () => {
  const fail = (): never => {
    throw new TypeError('hostile')
  }
  const hostile = new Proxy({}, {get: fail, ownKeys: fail, getPrototypeOf: fail})
  const hostileList = new Proxy([], {get: fail})
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    }),
    fc.constantFrom<unknown>(hostile, hostileList, Symbol('x'), text, checkpoint, ledgerKey, entries, entries[3]),
  )
  const refusing = (verdict: {valid: boolean; code?: string; reason?: string}): void => {
    if (verdict.valid) return
    expect(verdict.code).toMatch(/^(chain|entry|checkpoint|inclusion|consistency)_[a-z_]+$/)
    expect(verdict.reason).toMatch(/^[\x20-\x7e]+$/)
  }

  test('over any segment and options', async () => {
    const options = fc.record(
      {checkpoint: anything, ledgerKey: anything, previous: anything, proof: anything},
      {requiredKeys: []},
    )
    await fc.assert(
      fc.asyncProperty(anything, fc.oneof(anything, options), async (segment, given) => {
        refusing(await Promise.resolve(verify.chain(segment as string, given as object)))
      }),
      runs(300),
    )
  })

  test('over any note, key, entry and proof', () => {
    fc.assert(
      fc.property(anything, anything, anything, (a, b, c) => {
        refusing(verify.checkpoint(a as string, b as string))
        refusing(verify.inclusion(a, {checkpoint: b, ledgerKey: c, proof: a} as never))
        refusing(verify.inclusion(a, {...anchored, proof: b} as never))
        refusing(verify.inclusion(a, b as never))
        refusing(verify.consistency({previous: a, checkpoint: b, ledgerKey: c, proof: a} as never))
        refusing(verify.consistency({...anchored, previous: checkpoint, proof: a} as never))
        refusing(verify.consistency(a as never))
      }),
      runs(300),
    )
  })

  test('over a segment that throws at every look', () => {
    const worst = new Proxy({}, {get: fail, ownKeys: fail, getPrototypeOf: fail, has: fail})
    expect(verify.chain(worst as string)).toMatchObject({valid: false, code: 'chain_unreadable'})
    expect(verify.chain([worst])).toMatchObject({valid: false, code: 'entry_malformed'})
    expect(verify.chain(text, worst)).toMatchObject({valid: false, code: 'chain_options_invalid'})
  })

  test('over checkpoints with any character changed', () => {
    fc.assert(
      fc.property(fc.nat(checkpoint.length - 1), fc.string({unit: 'binary', maxLength: 2}), (at, put) => {
        const changed = checkpoint.slice(0, at) + put + checkpoint.slice(at + 1)
        expect(verify.checkpoint(changed, ledgerKey).valid).toBe(changed === checkpoint)
      }),
      runs(300),
    )
  })
})

test('proofs with any hash or number changed do not hold', () => {
  const proof = proveInclusion(entries, {seq: 11, size: 19})
  const consistency = proveConsistency(entries, {from: 11, to: 19})
  const previous = sign(entries.slice(0, 11))
  fc.assert(
    fc.property(fc.nat(400), fc.constantFrom(...Array.from('0123456789abcdef')), (at, digit) => {
      const spoil = (hashes: readonly string[]): readonly string[] =>
        hashes.map((hash, i) =>
          i === Math.floor(at / 64) ? hash.slice(0, at % 64) + digit + hash.slice((at % 64) + 1) : hash,
        )
      const isSame = (hashes: readonly string[]): boolean => spoil(hashes).join() === hashes.join()
      expect(verify.inclusion(entries[11], {...anchored, proof: spoil(proof)}).valid).toBe(isSame(proof))
      const asked = {...anchored, previous, proof: spoil(consistency)}
      expect(verify.consistency(asked).valid).toBe(isSame(consistency))
    }),
    runs(500),
  )
})
