/** docs/vectors/ against the verifiers; and every code that a verifier gives has its case. */
import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {proofFaults, refusalCodes, verify} from '../../sdk/index.ts'
import {refusalRows} from '../../scripts/refusals/refusal-rows.ts'

interface Case {
  readonly name: string
  readonly arguments: readonly unknown[]
  readonly padding?: number
  readonly result: {readonly valid: boolean; readonly code?: string}
}

const folder = join(import.meta.dirname, '..', '..', 'docs', 'vectors')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

const read = (file: string): readonly Case[] =>
  (JSON.parse(readFileSync(join(folder, file), 'utf8')) as {readonly cases: readonly Case[]}).cases

/** The file's name is that of the verifier. */
function answer(file: string, {arguments: given, padding = 0}: Case): unknown {
  const call = verify[file.replace('.json', '') as keyof typeof verify] as (...given: readonly unknown[]) => unknown
  const [first, ...rest] = given
  return call(padding > 0 ? `${String(first)}${' '.repeat(padding)}` : first, ...rest)
}

describe.each(files)('%s', (file) => {
  test.each(read(file).map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(answer(file, one)).toMatchObject(one.result)
  })

  test('every case has a name of its own', () => {
    const names = read(file).map(({name}) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

test('there is a file for each verifier', () => {
  expect(files.map((file) => file.replace('.json', '')).sort()).toEqual(Object.keys(verify).sort())
})

/** Given by the gate, which asks for more than a verifier is told; and `internal_error` only when something is broken. */
const notOfVerifiers: readonly string[] = refusalCodes.filter((code) => refusalRows[code].isOfGateAlone === true)

test('every code that a verifier gives has a refused case', () => {
  const given = new Set(files.flatMap(read).map(({result}) => result.code))
  const codes = [...refusalCodes, ...Object.keys(proofFaults)].filter((code) => !notOfVerifiers.includes(code))
  expect(codes.filter((code) => !given.has(code))).toEqual([])
})

test('no private key stands in them', () => {
  for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/PRIVATE|"d":|"p":|"q":/)
})
