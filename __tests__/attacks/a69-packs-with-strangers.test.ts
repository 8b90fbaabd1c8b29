/**
 * A69: a pack with strangers, links, unsigned revocations in its index; options that check nothing. Each further way to spoil a
 * pack is in cli/pack.test.ts, each option of each verifier in sdk/options.test.ts.
 */
import {cpSync, readFileSync, renameSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type CommandRun, countersign, fileOf, useBuiltCommand} from '../cli/command.ts'
import {type April, april, openApril} from '../issuer/export/stage.ts'

useBuiltCommand()

let made: April
let whole: string
let keys: readonly string[]
beforeAll(async () => {
  made = await openApril()
  whole = (await made.stage.export(...april)).folder
  const pins = (await made.stage.pins).flatMap((pin) => ['--key', pin])
  keys = [...pins, '--ledger-key', made.stage.ledgerKey]
})
afterAll(() => made.stage.close())

const verify = (folder: string, ...more: readonly string[]): Promise<CommandRun> =>
  countersign(['verify', folder, ...keys, ...more])

function copy(): string {
  const folder = made.stage.newFolder()
  cpSync(whole, folder, {recursive: true})
  return folder
}

test('the pack as it was made is valid', async () => {
  expect(await verify(copy())).toMatchObject({code: 0})
})

test('a folder that became a link, and a revocation that nobody signed in it, with index and manifest adjusted, are named', async () => {
  const folder = copy()
  const [beside, {id}] = [made.stage.newFolder(), made.deployed]
  renameSync(join(folder, 'receipts', id), beside)
  const unsigned = JSON.stringify({type: 'countersign.revocation/v1', receipt: id, at: '2026-04-03T10:00:00Z'})
  writeFileSync(join(beside, '0-revoked.json'), unsigned)
  symlinkSync(beside, join(folder, 'receipts', id))
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8')
  const line = `{"path":"receipts/${id}/0-revoked.json","sha256":"${'0'.repeat(64)}","size":${unsigned.length}},\n`
  writeFileSync(join(folder, 'manifest.json'), manifest.replace('"files":[\n', `"files":[\n${line}`))
  const {code, out, err} = await verify(folder)
  expect(code).toBe(1)
  expect(`${out}${err}`).toContain(`receipts/${id}`)
})

test('a page beside the pack that says all is well is named', async () => {
  const folder = copy()
  writeFileSync(join(folder, 'start.html'), '<h1>All is well</h1>')
  const {code, err} = await verify(folder)
  expect([code, err]).toEqual([1, expect.stringContaining('start.html')])
})

test.each([
  ['a checkpoint that is none', () => ['--checkpoint', fileOf('garbage')]],
  ['a key of another bundle', () => ['--hmac-key-file', fileOf('garbage')]],
  ['a moment that a pack has not', () => ['--at', '1999-01-01T00:00:00Z']],
  ['an option that there is not', () => ['--checkpiont', fileOf('garbage')]],
])('%s is honoured or refused, and never passed over', async (_, more) => {
  expect((await verify(copy(), ...more())).code).not.toBe(0)
})
