/** What a chain shows of a ledger, and what only a checkpoint does. */
import {describe, expect, test} from '@jest/globals'
import {type Entry, verify} from '#protocol'
import {ledgerKey, makeLedger, mask, ndjson, proveConsistency, rewrite, sign, streamOf} from './ledger-builders.ts'

const entries = makeLedger(23)
const text = ndjson(entries)
const checkpoint = sign(entries)
const anchored = {checkpoint, ledgerKey}
const at = (seq: number): Entry => {
  const entry = entries[seq]
  if (entry === undefined) throw new RangeError('no such entry')
  return entry
}
const replaced = (seq: number, entry: object): readonly object[] => entries.with(seq, entry as Entry)
const other = {digests: {...at(9).digests, evidence: `sha256:${'0'.repeat(64)}`}}
const codeOf = (verdict: Verdict): string | undefined => verdict.code

type Verdict = Readonly<{valid: boolean; code?: string}>
const whole = {valid: true, entries: 23, continuous: true, masked: 0}

describe('a whole ledger', () => {
  test('holds as an array of objects, an array of texts, NDJSON, bytes, and in any layout', () => {
    const result = {...whole, anchored: 'none', unanchored: 23}
    const spread = entries.map((entry) => JSON.stringify(entry).replaceAll(',"', ' ,\t"'))
    for (const segment of [
      entries,
      entries.map((entry) => JSON.stringify(entry)),
      text,
      text.trimEnd(),
      text.replaceAll('\n', '\r\n'),
      new TextEncoder().encode(text),
      spread.join('\n'),
    ]) {
      expect(verify.chain(segment)).toMatchObject(result)
    }
  })

  test('holds as a stream cut anywhere, of bytes, texts or objects', async () => {
    const result = {...whole, anchored: 'checkpoint', unanchored: 0}
    for (const length of [1, 7, 599, 600, 1_000_000]) {
      expect(await verify.chain(streamOf(text, length), anchored)).toEqual(result)
    }
    const textPieces = new Blob([text]).stream().pipeThrough(new TextDecoderStream())
    expect(await verify.chain(textPieces, anchored)).toEqual(result)
    const objects = async function* () {
      for (const entry of entries) yield Promise.resolve(entry)
    }
    expect(await verify.chain(objects(), anchored)).toEqual(result)
  })

  test('says without a checkpoint that a cut tail cannot be seen, and with one has nothing to add', () => {
    expect(verify.chain(entries)).toMatchObject({
      anchored: 'none',
      caution: expect.stringContaining('cut tail') as unknown as string,
    })
    expect(verify.chain(entries, anchored)).toEqual({...whole, anchored: 'checkpoint', unanchored: 0})
  })

  test('that is longer than the checkpoint says how many entries nothing was signed over', () => {
    const early = {checkpoint: sign(entries.slice(0, 20)), ledgerKey}
    expect(verify.chain(entries, early)).toMatchObject({
      anchored: 'checkpoint',
      unanchored: 3,
      caution: expect.stringContaining('covers 3 entries') as unknown as string,
    })
  })

  test('is consistent with every checkpoint that was ever signed over it', () => {
    for (let size = 1; size <= entries.length; size++) {
      const previous = sign(entries.slice(0, size))
      const result = {...whole, anchored: 'consistent', unanchored: 0}
      expect(verify.chain(entries, {...anchored, previous})).toEqual(result)
      const proof = proveConsistency(entries, {from: size, to: entries.length})
      expect(verify.chain(entries, {...anchored, previous, proof})).toEqual(result)
    }
  })

  test('holds from where a kept checkpoint ends, with the consistency proof', () => {
    for (let size = 1; size < entries.length; size++) {
      const options = {
        ...anchored,
        previous: sign(entries.slice(0, size)),
        proof: proveConsistency(entries, {from: size, to: entries.length}),
      }
      expect(verify.chain(entries.slice(size), options)).toMatchObject({anchored: 'consistent', unanchored: 0})
      expect(codeOf(verify.chain(rewrite(entries, size, {digests: {}}).slice(size), options))).toBe(
        'chain_root_mismatch',
      )
    }
  })
})

describe('masked entries', () => {
  const masked = entries.map((entry) => (entry.seq % 3 === 1 ? mask(entry) : entry))

  test('keep the chain and the tree, and are counted', () => {
    expect(verify.chain(masked, anchored)).toEqual({...whole, anchored: 'checkpoint', masked: 8, unanchored: 0})
    expect(verify.chain(ndjson(masked), anchored)).toMatchObject({masked: 8})
    expect(verify.chain(entries.map(mask), anchored)).toMatchObject({masked: 23, continuous: true})
  })

  test('without a checkpoint hide a link, so the result is not called continuous', () => {
    const edited = rewrite(entries, 3, {digests: {}}).slice(0, 4)
    const forged = [...edited, mask(at(4)), ...entries.slice(5)]
    expect(verify.chain(forged)).toMatchObject({valid: true, continuous: false, masked: 1})
    expect(codeOf(verify.chain(forged, anchored))).toBe('chain_root_mismatch')
    expect(verify.chain([mask(at(4)), ...entries.slice(5)])).toMatchObject({continuous: true})
  })

  test('whose hash is another do not fit the entry that follows', () => {
    const forged = replaced(4, {...mask(at(4)), hash: at(3).hash})
    expect(codeOf(verify.chain(forged))).toBe('chain_broken')
    const end = replaced(22, {...mask(at(22)), hash: at(3).hash})
    expect(verify.chain(end).valid).toBe(true)
    expect(codeOf(verify.chain(end, anchored))).toBe('chain_root_mismatch')
  })
})

describe('what only a checkpoint shows', () => {
  const rewritten = rewrite(entries, 9, other)

  test('a cut tail', () => {
    expect(verify.chain(entries.slice(0, 20))).toMatchObject({valid: true, anchored: 'none'})
    expect(codeOf(verify.chain(entries.slice(0, 20), anchored))).toBe('chain_truncated')
  })

  test('an entry rewritten with everything after it', () => {
    expect(verify.chain(rewritten)).toMatchObject({valid: true, anchored: 'none'})
    expect(codeOf(verify.chain(rewritten, anchored))).toBe('chain_root_mismatch')
  })

  test('a history rewritten and signed anew, to whoever kept the old checkpoint', () => {
    const anew = {checkpoint: sign(rewritten), ledgerKey}
    expect(verify.chain(rewritten, anew)).toMatchObject({anchored: 'checkpoint'})
    const previous = sign(entries.slice(0, 15))
    expect(codeOf(verify.chain(rewritten, {...anew, previous}))).toBe('chain_root_mismatch')
    const proof = proveConsistency(rewritten, {from: 15, to: 23})
    expect(codeOf(verify.chain(rewritten, {...anew, previous, proof}))).toBe('consistency_mismatch')
    expect(codeOf(verify.chain(rewritten, {...anew, previous: checkpoint}))).toBe('checkpoint_conflict')
  })
})

describe('a stream', () => {
  test('that fails half-way is refused, and nothing is thrown', async () => {
    const failing = async function* () {
      yield* streamOf(text)
      throw new Error('the connection was cut')
    }
    expect(codeOf(await verify.chain(failing(), anchored))).toBe('chain_unreadable')
  })

  test('is let go of at the first fault', async () => {
    let isClosed = false
    const endless = async function* () {
      try {
        for (;;) yield Promise.resolve('{}\n')
      } finally {
        isClosed = true
      }
    }
    expect(codeOf(await verify.chain(endless()))).toBe('entry_malformed')
    expect(isClosed).toBe(true)
  })

  test('with wrong options is a promise too', async () => {
    expect(codeOf(await verify.chain(streamOf(text), {ledgerKey}))).toBe('chain_options_invalid')
  })

  test('that mixes an unfinished line and an object is refused', async () => {
    const mixed = async function* () {
      yield text.slice(0, 100)
      yield Promise.resolve(entries[0])
    }
    expect(codeOf(await verify.chain(mixed()))).toBe('entry_malformed')
  })
})
