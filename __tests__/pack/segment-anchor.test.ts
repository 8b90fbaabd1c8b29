/** A part of a ledger held against a checkpoint by two inclusion proofs: whole parts pass, and no other. */
import {describe, expect, test} from '@jest/globals'
import {Happenings, type PackProofs, PackWalk, anchorSegment, parsePackProofs} from '#pack'
import {type Entry, type SecondsTime, canonicalJson} from '#protocol'
import {ledgerKey, makeLedger, mask, proveInclusion, rewrite, sign} from '../protocol/ledger-builders.ts'

const most = 17
const ledger = makeLedger(most)

const proofsOf = (entries: readonly Entry[], first: number, last: number): PackProofs => {
  const prove = (seq: number) => ({
    seq,
    hash: entries[seq]?.hash ?? '',
    proof: proveInclusion(entries, {seq, size: entries.length}),
  })
  return {size: entries.length, first: prove(first), last: prove(last)}
}

/** The codes of what is wrong; no document is asked for, since the period is long over. */
async function judge(
  lines: readonly object[],
  {proofs, note, key = ledgerKey}: {proofs: PackProofs; note: string; key?: string},
): Promise<readonly string[]> {
  const anchored = anchorSegment(proofs, note, key)
  if ('valid' in anchored) return [anchored.code]
  const period = {from: '1999-01-01T00:00:00Z' as SecondsTime, to: '1999-01-02T00:00:00Z' as SecondsTime}
  const walk = new PackWalk({
    head: {...period, without: []},
    keys: {receipts: new Map(), tokens: undefined, evidence: new Map()},
    documents: {read: () => Promise.resolve('absent')},
    happenings: new Happenings(period),
    onName: () => undefined,
    anchor: anchored.anchor,
    size: proofs.size,
  })
  const codes: string[] = []
  for (const line of lines) codes.push(...(await walk.take(canonicalJson(line))).faults.map(({code}) => code))
  const {faults, chain} = walk.end()
  if (chain !== undefined) expect(chain.anchored).not.toBe('none')
  return [...codes, ...faults.map(({code}) => code).filter((code) => code !== 'pack_incomplete')]
}

const parts = Array.from({length: most}, (_, size) => size + 1).flatMap((size) =>
  Array.from({length: size}, (_, first) => first).flatMap((first) =>
    Array.from({length: size - first}, (_, more) => ({size, first, last: first + more})),
  ),
)

describe('every part of every ledger of up to seventeen entries', () => {
  test('is anchored, shown or masked', async () => {
    expect(parts).toHaveLength(969)
    for (const {size, first, last} of parts) {
      const entries = ledger.slice(0, size)
      const given = {proofs: proofsOf(entries, first, last), note: sign(entries)}
      const part = entries.slice(first, last + 1)
      expect([size, first, last, ...(await judge(part, given))]).toEqual([size, first, last])
      expect(await judge(part.map(mask), given)).toEqual([])
    }
  })

  test('is refused with any one of its entries exchanged for a masked one of another hash', async () => {
    for (const {size, first, last} of parts.filter((part) => part.size === 13)) {
      const entries = ledger.slice(0, size)
      const given = {proofs: proofsOf(entries, first, last), note: sign(entries)}
      for (let wrong = first; wrong <= last; wrong++) {
        const part = entries.slice(first, last + 1).map((entry) => {
          const {seq, hash} = mask(entry)
          return seq === wrong ? {seq, hash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))} : {seq, hash}
        })
        expect([first, last, wrong, ...(await judge(part, given))]).toEqual([first, last, wrong, 'chain_root_mismatch'])
      }
    }
  })

  test('is refused when it begins or ends elsewhere than its proofs say', async () => {
    for (const {size, first, last} of parts.filter((part) => part.size === 13 && part.first < part.last)) {
      const entries = ledger.slice(0, size)
      const given = {proofs: proofsOf(entries, first, last), note: sign(entries)}
      expect(await judge(entries.slice(first + 1, last + 1), given)).not.toEqual([])
      expect(await judge(entries.slice(first, last), given)).not.toEqual([])
    }
  })
})

describe('proofs that do not fit', () => {
  const note = sign(ledger)
  const good = proofsOf(ledger, 3, 9)

  test.each<[string, PackProofs]>([
    ['another first entry', {...good, first: {...good.first, seq: 4}}],
    ['another last entry', {...good, last: {...good.last, seq: 8}}],
    ['another hash', {...good, last: {...good.last, hash: 'a'.repeat(64)}}],
    ['another size', {...good, size: 16}],
    ['the ends exchanged', {...good, first: good.last, last: good.first}],
    ['a hash too few', {...good, first: {...good.first, proof: good.first.proof.slice(1)}}],
    ['a first proof of the same length and other hashes', {...good, first: {...good.first, proof: good.last.proof}}],
  ])('%s', async (_, proofs) => {
    const codes = await judge(ledger.slice(3, 10), {proofs, note})
    expect(codes.every((code) => code.startsWith('inclusion_')) && codes.length === 1).toBe(true)
  })

  test('a ledger that was rewritten after the part was taken', async () => {
    const other = rewrite(ledger, 5, {time: ledger[5]?.time.replace(/.Z$/, '1Z') as Entry['time']})
    const codes = await judge(ledger.slice(3, 10), {proofs: proofsOf(other, 3, 9), note: sign(other)})
    expect(codes).toEqual(['chain_root_mismatch'])
  })

  test('a key of another ledger', async () => {
    const key = ledgerKey.replace('countersign.example', 'other.example')
    expect(await judge(ledger.slice(3, 10), {proofs: good, note, key})).toHaveLength(1)
  })

  test.each(['', '{}', '[]', 'null', canonicalJson({...good, more: 1}), canonicalJson({...good, size: -1})])(
    'text that holds none: %s',
    (text) => {
      expect(parsePackProofs(text)).toMatchObject({valid: false, code: 'inclusion_malformed'})
    },
  )
})
