/** Things that stand where a receipt should: each refused with its name, none believed, none waited for. */
import {mkdir, truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {RefusalCode} from '#protocol'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let receipt: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  receipt = stage.receiptText()
})
afterAll(() => stage.close())

const file = 'receipt.json'
const alone = {'github-token': '', 'issuer-url': undefined, receipt: file}

interface Case {
  readonly put: (path: string) => Promise<unknown>
  readonly code: RefusalCode
  readonly words: string
}

const cases: Readonly<Record<string, Case>> = {
  'a file that is not there': {put: () => Promise.resolve(), code: 'input_invalid', words: 'there is no such file'},
  'an empty file': {put: (path) => writeFile(path, ''), code: 'receipt_malformed', words: 'the file is empty'},
  'a truncated receipt': {
    put: (path) => writeFile(path, receipt.slice(0, receipt.length / 2)),
    code: 'receipt_malformed',
    words: 'at character',
  },
  'a directory': {put: (path) => mkdir(path), code: 'input_invalid', words: 'it is a directory'},
  'a file of 20 MiB': {
    put: async (path) => {
      await writeFile(path, receipt)
      await truncate(path, 20 * 1024 * 1024)
    },
    code: 'receipt_too_large',
    words: '20971520 bytes of at most 16384',
  },
  'a receipt in UTF-16': {
    put: (path) => writeFile(path, `\ufeff${receipt}`, 'utf16le'),
    code: 'receipt_malformed',
    words: 'save it as UTF-8',
  },
  'a receipt behind a byte-order mark': {
    put: (path) => writeFile(path, `\ufeff${receipt}`),
    code: 'receipt_malformed',
    words: 'byte-order mark',
  },
  'a list of receipts': {
    put: (path) => writeFile(path, `[${receipt}]`),
    code: 'receipt_malformed',
    words: 'object',
  },
  'a page of HTML': {
    put: (path) => writeFile(path, '<!DOCTYPE html><title>Sign in</title>'),
    code: 'receipt_malformed',
    words: 'at character 0',
  },
  'a receipt with text behind it': {
    put: (path) => writeFile(path, `${receipt}\n${receipt}`),
    code: 'receipt_malformed',
    words: 'at character',
  },
}

test.each(Object.keys(cases))('%s is refused with what is wrong and what to do', async (name) => {
  const found = cases[name]
  if (found === undefined) throw new TypeError('no case')
  const before = async (workspace: string): Promise<void> => {
    await found.put(join(workspace, file))
  }
  const words = expectRefused(await stage.gate({with: alone, checkout: 'nothing', before}), found.code)
  expect(words).toContain(found.words)
})

test('a bad file costs nothing where GitHub has a good receipt, but is said', async () => {
  const before = (workspace: string): Promise<void> => writeFile(join(workspace, file), '{}')
  expectAllowed(await stage.gate({with: {receipt: file}, before}), stage.head)
  const absent = await stage.gate({with: {receipt: 'nothing.json'}})
  expectAllowed(absent, stage.head)
  expect(absent.annotations.map(({level, message}) => [level, message])).toEqual([
    ['warning', expect.stringContaining('there is no such file')],
  ])
  expect(stage.world.violations).toEqual([])
})
