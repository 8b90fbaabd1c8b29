/** An auditor's month: decisions and jobs of a private repository, taken from the running issuer as one folder, and judged offline. */
import {cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {theRepository} from '../../sandbox/world.ts'
import {type CommandRun, countersign, fileOf, useBuiltCommand} from '../cli/command.ts'
import {testWith} from './home.ts'
import {onMain} from './jobs.ts'
import {order} from './operator.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

useBuiltCommand()

const day = 86_400_000
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
const period = ['--from', dayOf(Date.now() - day), '--to', dayOf(Date.now() + 2 * day)]

const packs = mkdtempSync(join(tmpdir(), 'countersign-months-'))
let stage: Stage
let auditor: string
let pack: string
beforeAll(async () => {
  stage = await Stage.open({private: true})
  const sha = await stage.authorizeMain()
  const {main, post} = await stage.deploy(onMain({runId: 4711, environment: 'production'}, {redeem: 'true'}))
  expectAllowed(main, sha)
  expect([post.exitCode, post.annotations]).toEqual([0, []])
  await stage.authorize()
  await stage.say('/revoke production')
  const {owner} = theRepository(stage.world, repository)
  auditor = await order(stage, 'auditor', 'add', 'acme', '--owner', String(owner.id))
  pack = join(packs, 'of-the-auditor')
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
  rmSync(packs, {recursive: true, force: true})
})

const take = (token: string, folder: string): Promise<CommandRun> =>
  countersign([
    ...['export', '--issuer', stage.issuer.url, '--auditor-token-file', fileOf(`${token}\n`)],
    ...[...period, '--out', folder],
  ])

const judge = (folder: string, ...more: readonly string[]): Promise<CommandRun> =>
  countersign(['verify', folder, '--key', stage.issuer.pin, '--ledger-key', stage.issuer.ledgerKey, ...more])

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

test('an auditor takes everything over HTTP, and it verifies: receipts, what jobs reported, policies and all', async () => {
  expect(await take(auditor, pack)).toMatchObject({code: 0, err: ''})
  const {code, out, err} = await judge(pack)
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('3 of jobs, covered by no signature')
  expect(out).toMatch(/policies {7}1\n/)
  expect(out).not.toContain('are not in the pack')
  const index = readFileSync(join(pack, 'index.csv'), 'utf8')
  expect(index).toContain(`${stage.github.url}/${repository}/actions/runs/4711/attempts/1`)
})

testWith('an embedded store', "it is the operator's own pack of that period, byte for byte", async () => {
  const own = join(packs, 'of-the-operator')
  expect(await order(stage, 'export', ...period, '--out', own)).toContain('decisions')
  expect(filesOf(pack)).toEqual(filesOf(own))
  for (const path of filesOf(own)) {
    expect([path, readFileSync(join(pack, path), 'utf8')]).toEqual([path, readFileSync(join(own, path), 'utf8')])
  }
  expect((await judge(own)).code).toBe(0)
})

testWith(
  'an embedded store',
  'with the keys that the operator gives for the period, every MAC is checked',
  async () => {
    const keys = join(packs, 'evidence.keys')
    expect(await order(stage, 'evidence-keys', ...period, '--out', keys)).toBe('3 keys')
    const {code, out} = await judge(pack, '--evidence-keys', keys)
    expect([code, out]).toEqual([0, expect.stringContaining('3 bundles (0 sections redacted, MAC of 3 checked)')])
  },
)

testWith('an embedded store', 'redacted on request, it verifies, and what was dropped is in no file', async () => {
  const redacted = join(packs, 'redacted')
  await order(stage, 'export', ...period, '--redact', 'facts,intent', '--out', redacted)
  expect((await judge(redacted)).out).toContain('3 bundles (6 sections redacted, MAC of 0 checked)')
  const evidence = (folder: string): string => filesOf(folder).find((path) => path.endsWith('evidence.json')) ?? ''
  const {disclosures} = JSON.parse(readFileSync(join(pack, evidence(pack)), 'utf8')) as {disclosures: readonly string[]}
  const kept = disclosures.filter((one) =>
    filesOf(redacted).some((path) => readFileSync(join(redacted, path), 'utf8').includes(one)),
  )
  expect(kept).toHaveLength(disclosures.length - 2)
})

describe('a pack with one file', () => {
  test.each<readonly [string, string, (file: string) => void]>([
    ['missing', 'pack_file_missing', (file) => rmSync(file)],
    ['changed', 'pack_file_changed', (file) => writeFileSync(file, `${readFileSync(file, 'utf8')} `)],
    ['added', 'pack_file_added', (file) => writeFileSync(file.replace('.json', '-two.json'), '{}')],
  ])('%s is refused, and the file is named', async (what, code, spoil) => {
    const folder = join(packs, `spoiled-${what}`)
    cpSync(pack, folder, {recursive: true})
    const path = filesOf(pack).find((one) => one.endsWith('-started.json')) ?? ''
    spoil(join(folder, path))
    const verdict = await judge(folder, '--json')
    const {faults} = JSON.parse(verdict.out) as {faults: readonly {code: string; where: string}[]}
    const where = what === 'added' ? path.replace('.json', '-two.json') : path
    expect([verdict.code, faults]).toEqual([1, expect.arrayContaining([expect.objectContaining({code, where})])])
  })
})

test('an auditor of another owner sees hashes alone', async () => {
  const folder = join(packs, 'of-a-stranger')
  const stranger = await order(stage, 'auditor', 'add', 'umbrella', '--owner', '7')
  expect((await take(stranger, folder)).code).toBe(0)
  const shown = readFileSync(join(folder, 'ledger', 'entries.ndjson'), 'utf8')
  expect(shown).not.toContain('rcpt_')
  expect(filesOf(folder).filter((path) => /^(?:receipts|decisions|policies)/.test(path))).toEqual([])
  expect((await judge(folder)).out).toContain('entries are masked')
})
