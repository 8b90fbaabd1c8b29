/** `countersign-issuer auditor` and `links`: on the issuer's file, while it runs. */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {readCaller} from '../../../issuer/api/callers/read-caller.ts'
import type {Printed} from '../../../issuer/cli/printed.ts'
import {runCommand} from '../../../issuer/cli/run.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import {openSqlite} from '../../../issuer/store/sqlite.ts'

const now = Date.parse('2026-04-02T15:00:00Z')
const nobody = {verify: async () => Promise.resolve(undefined)}
let folder: string
let path: string
let running: Durable
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-registers-'))
  path = join(folder, 'countersign.db')
  running = openSqlite(path)
})
afterEach(() => {
  running.close()
  rmSync(folder, {recursive: true, force: true})
})

const run = async (args: string, store = `sqlite:${path}`): Promise<Printed> =>
  await runCommand(args.split(' '), {env: {COUNTERSIGN_STORE: store}, now: () => now, readFile: () => ''})

const callerOf = async (token: string, at = now) =>
  await readCaller({authorization: `Bearer ${token}`, link: token}, {...running, jobTokens: nobody, now: () => at})

describe('auditor', () => {
  test('add prints a token that the running issuer knows, until it is over', async () => {
    const {code, lines, notes} = await run('auditor add acme --owner 9919 --owner 42 --expires 2h')
    expect([code, lines]).toEqual([0, [expect.stringMatching(/^csat_[A-Za-z0-9_-]{43}$/)]])
    expect(notes).toEqual(['acme: owners 9919, 42, until 2026-04-02T17:00:00Z'])
    const [token = ''] = lines
    expect(await callerOf(token)).toEqual({kind: 'auditor', name: 'acme', owners: [9919, 42]})
    expect(await callerOf(token, now + 7_200_000)).toEqual({kind: 'anyone'})
  })

  test('without --expires lasts 90 days, and the list shows no token', async () => {
    const {
      lines: [token = ''],
    } = await run('auditor add acme --owner 9919')
    const {code, lines} = await run('auditor list')
    expect([code, lines]).toEqual([0, ['acme: owners 9919, until 2026-07-01T15:00:00Z']])
    expect(token).toMatch(/^csat_/)
  })

  test('remove ends it at once', async () => {
    const {
      lines: [token = ''],
    } = await run('auditor add acme --owner 9919')
    expect(await run('auditor remove acme')).toMatchObject({code: 0})
    expect(await callerOf(token)).toEqual({kind: 'anyone'})
    expect(await run('auditor remove acme')).toMatchObject({code: 1})
  })

  test('add takes a name once, and the first token stays', async () => {
    const {
      lines: [token = ''],
    } = await run('auditor add acme --owner 9919')
    expect(await run('auditor add acme --owner 1')).toMatchObject({code: 1})
    expect(await callerOf(token)).toMatchObject({owners: [9919]})
  })

  test.each([
    'auditor',
    'auditor add',
    'auditor add acme',
    'auditor add acme --owner octo-org',
    'auditor add acme --owner 0',
    'auditor add acme --owner 9919 --expires 0',
    'auditor add acme --owner 9919 --expires 400d',
    'auditor add acme --owner 9919 --expires soon',
    'auditor add acme umbrella --owner 9919',
    'auditor add a/b --owner 9919',
    'auditor list acme',
    'auditor list --owner 9919',
    'auditor remove',
    'auditor remove acme --owner 9919',
    'auditor add acme --owner 9919 --token x',
    'links',
    'links rotate',
    'links rotate octo-org/api-service',
    'links rotate 01',
    'links rotate 1 2',
    'links list 1',
  ])('%s is asked wrongly, and writes nothing', async (args) => {
    const {code, lines} = await run(args)
    expect([code, lines.length > 0]).toEqual([2, true])
    expect([await running.auditors.list(), await running.links.list()]).toEqual([[], []])
  })
})

test('links rotate prints a link that opens the repository, and kills the one before', async () => {
  const {
    lines: [first = ''],
  } = await run('links rotate 1296269')
  expect(await callerOf(first)).toEqual({kind: 'link', repositoryId: 1296269})
  const {
    lines: [second = ''],
  } = await run('links rotate 1296269')
  expect([await callerOf(first), await callerOf(second)]).toMatchObject([{kind: 'anyone'}, {kind: 'link'}])
  expect(await run('links list')).toEqual({code: 0, lines: ['1296269: rotated 2026-04-02T15:00:00Z']})
})

describe('a store that is not there', () => {
  test('is not made: keys belong beside it', async () => {
    const missing = join(folder, 'elsewhere', 'countersign.db')
    expect(await run('auditor list', `sqlite:${missing}`)).toMatchObject({code: 2})
    expect(existsSync(missing)).toBe(false)
  })

  test('or is none is refused in words', async () => {
    const file = join(folder, 'notes.txt')
    writeFileSync(file, 'x'.repeat(1000))
    expect(await run('auditor list', `sqlite:${file}`)).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('COUNTERSIGN_STORE')],
    })
    expect(await run('auditor list', 'dynamodb:x')).toMatchObject({
      code: 2,
      lines: [expect.stringContaining('COUNTERSIGN_STORE')],
    })
  })
})

test('the command itself prints the token alone on standard output', () => {
  const main = fileURLToPath(new URL('../../../issuer/cli/main.ts', import.meta.url))
  const env = {...process.env, COUNTERSIGN_STORE: `sqlite:${path}`}
  const call = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], {encoding: 'utf8', env})
  const added = call('auditor', 'add', 'acme', '--owner', '9919')
  expect(added).toMatchObject({status: 0, stdout: expect.stringMatching(/^csat_[A-Za-z0-9_-]{43}\n$/)})
  expect(added.stderr).toContain('acme: owners 9919')
  expect(call('links', 'list')).toMatchObject({status: 0, stdout: '', stderr: ''})
  expect(call('auditor', 'remove')).toMatchObject({status: 2, stdout: '', stderr: expect.stringContaining('Usage:')})
})
