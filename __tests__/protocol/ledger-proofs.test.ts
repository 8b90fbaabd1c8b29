/** Inclusion and consistency proofs over trees of every small size, and what they refuse. */
import {describe, expect, test} from '@jest/globals'
import {
  bytesToHex,
  checkConsistency,
  checkInclusion,
  consistencyPlaces,
  consistencyProof,
  digestOf,
  frontierPlaces,
  inclusionPlaces,
  inclusionProof,
  verify,
} from '#protocol'
import {aReceipt} from './builders.ts'
import {
  entryAfter,
  ledgerKey,
  makeLedger,
  mask,
  origin,
  proveConsistency,
  proveInclusion,
  rewrite,
  rootOf,
  sign,
  signHead,
} from './ledger-builders.ts'

const most = 18
const leaves = Array.from({length: most}, (_, i) => ({hash: digestOf(`leaf ${i}`).slice('sha256:'.length)}))
const roots = Array.from({length: most + 1}, (_, size) => rootOf(leaves.slice(0, size)))
const rootAt = (size: number): string => roots[size] ?? ''
const hashAt = (i: number): string => leaves[i]?.hash ?? ''
const stray = bytesToHex(new Uint8Array(32).fill(7))

/** The proof changed in each way that leaves it a list of hashes. */
const spoiled = (proof: readonly string[]): readonly (readonly string[])[] => [
  [...proof, stray],
  [stray, ...proof],
  ...proof.map((_, i) => proof.toSpliced(i, 1)),
  ...proof.map((_, i) => proof.with(i, stray)),
]

describe('an inclusion proof', () => {
  test('of every leaf in every tree holds, and for no other leaf, size or root', () => {
    for (let size = 1; size <= most; size++) {
      for (let seq = 0; seq < size; seq++) {
        const proof = proveInclusion(leaves.slice(0, size), {seq, size})
        const claim = {seq, size, hash: hashAt(seq), root: rootAt(size), proof}
        expect(checkInclusion(claim)).toBeUndefined()
        expect(checkInclusion({...claim, hash: stray})?.code).toBe('inclusion_mismatch')
        expect(checkInclusion({...claim, root: stray})?.code).toBe('inclusion_mismatch')
        for (const otherSeq of [seq - 1, seq + 1]) expect(checkInclusion({...claim, seq: otherSeq})).toBeDefined()
        for (const wrong of spoiled(proof)) expect(checkInclusion({...claim, proof: wrong})).toBeDefined()
      }
    }
  })

  test('whose numbers or hashes are not in their form is malformed', () => {
    const claim = {seq: 1, size: 3, hash: hashAt(1), root: rootAt(3), proof: proveInclusion(leaves, {seq: 1, size: 3})}
    for (const wrong of [
      ...[-1, 3, 0.5, NaN, 2 ** 53, '1'].map((seq) => ({seq})),
      ...[0, 1, 0.5, NaN, 2 ** 53 + 2, Infinity].map((size) => ({size})),
      ...['', '00', hashAt(1).toUpperCase(), `${hashAt(1)}0`].flatMap((text) => [
        {hash: text},
        {root: text},
        {proof: [text, text]},
      ]),
      ...[undefined, null, 'x', {length: 2}, [1, 2], Array<string>(60).fill(stray)].map((proof) => ({proof})),
    ]) {
      expect(checkInclusion({...claim, ...wrong} as never)?.code).toBe('inclusion_malformed')
    }
  })

  test('of a tree of 2^53 - 1 leaves is made of few nodes', () => {
    const size = Number.MAX_SAFE_INTEGER
    expect(frontierPlaces(size)).toHaveLength(53)
    expect(inclusionPlaces({seq: size - 1, size}).length).toBeLessThan(60)
    const proof = inclusionProof(() => stray, {seq: 12_345_678_901, size})
    expect(proof).toHaveLength(53)
    expect(checkInclusion({seq: 12_345_678_901, size, hash: stray, root: stray, proof})?.code).toBe(
      'inclusion_mismatch',
    )
    expect(consistencyProof(() => stray, {from: size - 2, to: size}).length).toBeLessThan(55)
    expect(consistencyPlaces({from: 1, to: size}).length).toBeLessThan(53 * 53)
  })

  test('is not made of a leaf that is not there', () => {
    for (const asked of [
      {seq: 3, size: 3},
      {seq: -1, size: 3},
      {seq: 0, size: 0},
      {seq: NaN, size: 3},
    ]) {
      expect(() => inclusionProof(() => stray, asked)).toThrow(RangeError)
    }
  })
})

describe('a consistency proof', () => {
  test('between all sizes holds, and for no other root or size', () => {
    for (let to = 1; to <= most; to++) {
      for (let from = 1; from <= to; from++) {
        const proof = proveConsistency(leaves.slice(0, to), {from, to})
        const claim = {from, to, fromRoot: rootAt(from), toRoot: rootAt(to), proof}
        expect(checkConsistency(claim)).toBeUndefined()
        expect(checkConsistency({...claim, fromRoot: stray})?.code).toBe('consistency_mismatch')
        expect(checkConsistency({...claim, toRoot: stray})?.code).toBe('consistency_mismatch')
        for (const wrong of spoiled(proof)) expect(checkConsistency({...claim, proof: wrong})).toBeDefined()
        if (from > 1) expect(checkConsistency({...claim, from: from - 1})).toBeDefined()
      }
    }
  })

  test('from nothing, backwards, or in another form is malformed', () => {
    const proof = proveConsistency(leaves, {from: 3, to: 7})
    const claim = {from: 3, to: 7, fromRoot: rootAt(3), toRoot: rootAt(7), proof}
    for (const wrong of [
      ...[0, 8, -1, 0.5, NaN, '3'].map((from) => ({from})),
      ...[2, 0.5, 2 ** 53, NaN].map((to) => ({to})),
      ...['', rootAt(3).toUpperCase()].flatMap((text) => [{fromRoot: text}, {toRoot: text}, {proof: [...proof, text]}]),
      ...[undefined, null, 'x'].map((other) => ({proof: other})),
    ]) {
      expect(checkConsistency({...claim, ...wrong} as never)?.code).toBe('consistency_malformed')
    }
    for (const asked of [
      {from: 0, to: 3},
      {from: 4, to: 3},
      {from: NaN, to: 3},
    ]) {
      expect(() => consistencyProof(() => stray, asked)).toThrow(RangeError)
    }
  })
})

describe('with signed checkpoints', () => {
  const entries = makeLedger(11)
  const checkpoint = sign(entries)
  const [entry] = entries.slice(6)
  const proof = proveInclusion(entries, {seq: 6, size: 11})
  const options = {checkpoint, ledgerKey, proof}

  test('an entry is in the ledger, whole, as text, or masked', () => {
    const result = {valid: true, seq: 6, hash: entry?.hash, size: 11}
    expect(verify.inclusion(entry, options)).toEqual(result)
    expect(verify.inclusion(JSON.stringify(entry, null, 2), options)).toEqual(result)
    expect(verify.inclusion(entry === undefined ? entry : mask(entry), options)).toEqual(result)
  })

  test('a changed, foreign or unsigned entry is not', () => {
    expect(verify.inclusion({...entry, digests: {}}, options)).toMatchObject({code: 'entry_hash_mismatch'})
    expect(verify.inclusion(rewrite(entries, 6, {digests: {}})[6], options)).toMatchObject({code: 'inclusion_mismatch'})
    const ledger = 'countersign.example/1'
    const foreign = entryAfter(undefined, {ledger, subject: ledger})
    expect(verify.inclusion(foreign, options)).toMatchObject({code: 'inclusion_mismatch'})
    expect(verify.inclusion(entries[7], options)).toMatchObject({code: 'inclusion_mismatch'})
    expect(verify.inclusion(entry, {...options, checkpoint: sign(entries.slice(0, 10))})).toMatchObject({
      code: 'inclusion_mismatch',
    })
    const forged = checkpoint.replace('\n11\n', '\n12\n')
    expect(verify.inclusion(entry, {...options, checkpoint: forged})).toMatchObject({
      code: 'checkpoint_signature_invalid',
    })
    expect(verify.inclusion(aReceipt().receipt, options)).toMatchObject({code: 'entry_malformed'})
  })

  test('the newer ledger continues the older, and a rewritten one does not', () => {
    const previous = sign(entries.slice(0, 5))
    const consistency = proveConsistency(entries, {from: 5, to: 11})
    const asked = {previous, checkpoint, ledgerKey, proof: consistency}
    expect(verify.consistency(asked)).toEqual({valid: true, from: 5, to: 11})
    const rewritten = rewrite(entries, 3, {digests: {}})
    const anew = {...asked, checkpoint: sign(rewritten), proof: proveConsistency(rewritten, {from: 5, to: 11})}
    expect(verify.consistency(anew)).toMatchObject({code: 'consistency_mismatch'})
    expect(verify.consistency({...asked, previous: checkpoint, checkpoint: previous})).toMatchObject({
      code: 'checkpoint_backwards',
    })
    expect(
      verify.consistency({...asked, previous: signHead({origin, size: 11, root: stray}), proof: []}),
    ).toMatchObject({
      code: 'checkpoint_conflict',
    })
    expect(verify.consistency({...asked, previous: checkpoint, proof: []})).toEqual({valid: true, from: 11, to: 11})
    expect(verify.consistency({...asked, previous: checkpoint})).toMatchObject({code: 'consistency_mismatch'})
  })

  test('options that are missing, unknown or no object are named', () => {
    for (const wrong of [undefined, null, 7, {}, {...options, proof: undefined}, {...options, more: 1}]) {
      expect(verify.inclusion(entry, wrong as never)).toMatchObject({valid: false, code: 'inclusion_malformed'})
      expect(verify.consistency(wrong as never)).toMatchObject({valid: false, code: 'consistency_malformed'})
    }
  })
})
