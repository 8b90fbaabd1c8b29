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

const words = (folder: string, origin = issuer.url): readonly string[] => [
  ...['export', '--issuer', origin, '--auditor-token-file', token],
  ...[...april, '--out', folder],
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
  test('gets the pack that the operator exports, but for what the routes do not show', async () => {
    const folder = made.stage.newFolder()
    const exported = await countersign(words(folder))
    expect(exported).toMatchObject({code: 0, err: ''})
    expect(exported.out).toContain('4 decisions, 10 entries of the ledger')
    const {code, out} = await verify(folder)
    expect(code).toBe(0)
    expect(out).toContain('5 documents are not in the pack, whose maker was not shown: keys, policies, runs')
    const own = (await made.stage.export(...april)).folder
    expect(allFiles(folder)).toEqual(
      allFiles(own).filter((path) => !/^policies|-(?:redeemed|started|finished)\.json$/.test(path)),
    )
    for (const path of allFiles(folder).filter((one) => /^(?:receipts|decisions|ledger|keys)/.test(one))) {
      expect([path, read(folder, path) === read(own, path)]).toEqual([path, true])
    }
  })

  test('gets a pack whose page and index verify too', async () => {
    const folder = made.stage.newFolder()
    await countersign(words(folder))
    expect(read(folder, 'index.csv')).toContain('2026-04-10T12:30:00Z,octocat,closed')
    expect(read(folder, 'index.html')).toContain('The exporter was not shown: keys, policies, runs.')
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
    const {code, err} = await countersign(words(made.stage.newFolder(), 'http://127.0.0.1:9'))
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
