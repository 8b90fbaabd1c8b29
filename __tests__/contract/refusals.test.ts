/** docs/refusals.md has one row a code, in the order of the code's own table, and each row is whole. */
import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {proofFaults, refusalCodes} from '#protocol'

const page = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8')
const [ofTheGate = '', ofOtherProofs = ''] = page.split('\n## Faults of other proofs\n')

const rowsOf = (part: string): readonly (readonly string[])[] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))

describe.each([
  ['refusals of the gate', ofTheGate, refusalCodes],
  ['faults of other proofs', ofOtherProofs, Object.keys(proofFaults)],
] as const)('%s', (_, part, codes) => {
  test('every code has exactly one row, and no row is of another code', () => {
    expect(rowsOf(part).map(([, code]) => code)).toEqual(codes.map((code) => `\`${code}\``))
  })
  test('every row says in whole sentences what happened and what to do', () => {
    for (const [before, , what, fix, after, ...more] of rowsOf(part)) {
      expect([before, after, more]).toEqual(['', '', []])
      expect(what).toMatch(/^[A-Z].{15,}\.$/)
      expect(fix).toMatch(/^[A-Z].{15,}\.$/)
    }
  })
})

test('the codes of the proofs stand in alphabetical order, and none is also a code of the gate', () => {
  const codes = Object.keys(proofFaults)
  expect(codes).toEqual([...codes].sort())
  expect(codes.filter((code) => refusalCodes.some((other) => other === code))).toEqual([])
})
