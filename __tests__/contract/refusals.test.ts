/** docs/refusals.md has one row a code, in the order of the code's own table, and each row is whole. */
import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {refusalCodes} from '#protocol'

const page = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8')

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('every code has exactly one row, and no row is of another code', () => {
  expect(rows.map(([, code]) => code)).toEqual(refusalCodes.map((code) => `\`${code}\``))
})

test('every row says in whole sentences what happened and what to do', () => {
  for (const [before, , what, fix, after, ...more] of rows) {
    expect([before, after, more]).toEqual(['', '', []])
    expect(what).toMatch(/^[A-Z].{15,}\.$/)
    expect(fix).toMatch(/^[A-Z].{15,}\.$/)
  }
})
