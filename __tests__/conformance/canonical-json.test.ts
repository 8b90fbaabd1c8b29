/** Canonical JSON against what others published: RFC 8785 and cyberphone/json-canonicalization. */
import {createHash} from 'node:crypto'
import {describe, expect} from '@jest/globals'
import {bytesToHex, canonicalBytes, canonicalJson, parseJson} from '#protocol'
import {doubleOf, listVectors, readRfc, readVector, readVectorText, testWithVectors} from './vectors.ts'

describe('RFC 8785', () => {
  testWithVectors('the six published files come out byte for byte', () => {
    const names = listVectors('jcs/testdata/input')
    expect(names).toHaveLength(6)
    for (const name of names) {
      // Their inputs hold numbers such as 1E30, which the strict parser refuses: this is about the printer.
      const bytes = canonicalBytes(JSON.parse(readVectorText(`jcs/testdata/input/${name}`)))
      expect([name, bytesToHex(bytes)]).toEqual([name, bytesToHex(readVector(`jcs/testdata/output/${name}`))])
      const hex = readVectorText(`jcs/testdata/outhex/${name.replace('.json', '.txt')}`).replace(/\s/g, '')
      expect([name, bytesToHex(bytes)]).toEqual([name, hex])
    }
  })
  testWithVectors('the strict parser takes every published output and prints it again unchanged', () => {
    for (const name of listVectors('jcs/testdata/output')) {
      const text = readVectorText(`jcs/testdata/output/${name}`)
      const json = parseJson(text)
      expect([name, json.ok && canonicalJson(json.value)]).toEqual([name, text])
    }
  })
  testWithVectors('the 26 numbers of appendix B', () => {
    const numbers = Object.entries(readRfc().rfc8785_appendixB_numbers)
    expect(numbers).toHaveLength(26)
    for (const [hex, printed] of numbers) {
      if (printed === null) expect(() => canonicalJson(doubleOf(hex))).toThrow(TypeError)
      else expect([hex, canonicalJson(doubleOf(hex))]).toEqual([hex, printed])
    }
  })
})

testWithVectors('100,000 generated numbers hash to the published values', () => {
  const published = new Map([
    [1_000, 'be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687'],
    [10_000, 'b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892'],
    [100_000, '22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7'],
  ])
  const hash = createHash('sha256')
  let count = 0
  for (const bits of numberSequence()) {
    hash.update(`${bits.toString(16)},${canonicalJson(doubleOf(bits.toString(16)))}\n`)
    count += 1
    const digest = published.get(count)
    if (digest !== undefined) expect([count, hash.copy().digest('hex')]).toEqual([count, digest])
    if (count === 100_000) break
  }
})

/** The published sequence: the fixed doubles of its description, 2000 steps from one value, a chain of SHA-256 blocks. */
function* numberSequence(): Generator<bigint> {
  const [, list = ''] =
    /staticU64s = new BigUint64Array\(\[([^\]]*)\]/.exec(readVectorText('jcs/testdata/README.md')) ?? []
  yield* (list.match(/0x[0-9a-f]{16}/g) ?? []).map(BigInt)
  for (let i = 0n; i < 2000n; i++) yield 0x0010000000000000n + i
  let block: Buffer = Buffer.alloc(32)
  for (;;) {
    block = createHash('sha256').update(block).digest()
    for (const offset of [0, 8, 16, 24]) {
      const value = block.readDoubleLE(offset)
      if (value !== 0 && Number.isFinite(value)) yield block.readBigUInt64LE(offset)
    }
  }
}
