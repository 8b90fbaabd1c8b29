/** `countersign export`: the same pack from a running issuer, for whoever has an auditor token and no access to its store. */
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {IssuerProcess} from '../../sandbox/issuer-process.ts'
import {type April, april, openApril} from '../issuer/export/stage.ts'
import {type CommandRun, countersign, fileOf, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

let made: April
let issuer: IssuerProcess
let token: string
beforeAll(async () => {
  made = await openApril()
  const added = await made.stage.command('auditor', 'add', 'octo-auditor', '--owner', '9919')
  token = fileOf(`${added.lines[0] ?? ''}\n`)
  issuer = await IssuerProcess.start({
    // Nobody listens there: exporting asks nothing of GitHub.
    githubUrl: 'http://127.0.0.1:9',
    webhookSecret: 'a webhook secret of these tests',
    token: 'ghp_of_these_tests',
    env: {COUNTERSIGN_STORE: `sqlite:${join(made.stage.issuer.folder, 'countersign.db')}`},
  })
})
afterAll(async () => {
  await issuer.close()
  made.stage.close()
})

interface Words {
  readonly origin?: string
  readonly period?: readonly string[]
}

const words = (folder: string, {origin = issuer.url, period = april}: Words = {}): readonly string[] => [
  ...['export', '--issuer', origin, '--auditor-token-file', token],
  ...[...period, '--out', folder],
]
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')
const allFiles = (folder: string): readonly string[] =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

async function verify(folder: string): Promise<CommandRun> {
  const pins = (await made.stage.pins).flatMap((pin) => ['--key', pin])
  return await countersign(['verify', folder, ...pins, '--ledger-key', made.stage.ledgerKey])
}

describe('an auditor', () => {
  test.each([
    ['of a month', april],
    ['of all time, with the key set that was announced in it', ['--from', '2020-01-01', '--to', '2030-01-01']],
  ])('gets the very pack that the operator exports, %s: every file, every byte', async (_, period) => {
    const folder = made.stage.newFolder()
    const exported = await countersign(words(folder, {period}))
    expect(exported).toMatchObject({code: 0, err: ''})
    const own = await made.stage.export(...period)
    expect(exported.out.split(': ')[1]?.trimEnd()).toBe(own.printed.lines[0]?.split(': ')[1])
    expect(allFiles(folder)).toEqual(allFiles(own.folder))
    for (const path of allFiles(folder))
      expect([path, read(folder, path) === read(own.folder, path)]).toEqual([path, true])
  })

  test('gets policies, the reports of jobs and key sets, and a pack that verifies without a word of what is missing', async () => {
    const folder = made.stage.newFolder()
    await countersign(words(folder, {period: ['--from', '2020-01-01', '--to', '2030-01-01']}))
    const {code, out} = await verify(folder)
    expect([code, out]).toEqual([0, expect.stringContaining('3 of jobs, covered by no signature')])
    expect(out).toContain('policies       3')
    expect(out).not.toContain('are not in the pack')
    expect(readdirSync(join(folder, 'keys'))).toHaveLength(3)
    expect(read(folder, 'manifest.json')).toContain('"without":[]')
  })

  test('of no owner is shown no evidence: the pack is not whole, and says so', async () => {
    const added = await made.stage.command('auditor', 'add', 'stranger', '--owner', '1')
    const folder = made.stage.newFolder()
    const stranger = words(folder).map((word) => (word === token ? fileOf(added.lines[0] ?? '') : word))
    const {code, err} = await countersign(stranger)
    expect([code, err]).toEqual([3, expect.stringContaining('/evidence')])
    expect((await verify(folder)).code).toBe(1)
  })
})

describe('what is refused', () => {
  test('an issuer that does not answer', async () => {
    const {code, err} = await countersign(words(made.stage.newFolder(), {origin: 'http://127.0.0.1:9'}))
    expect([code, err]).toEqual([3, expect.stringContaining('The issuer did not answer')])
  })

  test('a folder that holds something', async () => {
    const folder = made.stage.newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const {code, err} = await countersign(words(folder))
    expect([code, err]).toEqual([2, expect.stringContaining('is not empty')])
    expect(readdirSync(folder)).toEqual(['mine.txt'])
  })

  test('a command line with everything wrong names it all at once', async () => {
    const {code, err} = await countersign([
      ...['export', '--issuer', 'example', '--auditor-token-file', noFile(), '--from', 'May'],
      'more',
    ])
    expect(code).toBe(2)
    for (const option of ['--issuer', '--auditor-token-file', '--from', '--to', '--out', 'more']) {
      expect(err).toContain(option)
    }
  })

  test('a period that ends before it begins', async () => {
    const {code, err} = await countersign(words(made.stage.newFolder()).map((one) => one.replace('2026-05', '2026-03')))
    expect([code, err]).toEqual([2, expect.stringContaining('--to: must be later than --from')])
  })
})
