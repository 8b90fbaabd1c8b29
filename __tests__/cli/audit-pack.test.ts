/** `countersign audit --pack`: the chain of authorizations through what a pack holds, and what it says where that is not all. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {april, openApril} from '../issuer/export/stage.ts'
import {type Json, makeKey} from '../protocol/builders.ts'
import {type TestIssuer, ids, openIssuer, pin} from './audit-issuer.ts'
import {type CommandRun, countersign, useBuiltCommand} from './command.ts'

useBuiltCommand()

const home = mkdtempSync(join(tmpdir(), 'countersign-audit-pack-'))
afterAll(() => rmSync(home, {recursive: true, force: true}))

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await openIssuer()
})
afterEach(() => issuer.close())

const sha = (letter: string): string => letter.repeat(40)
const issue = (commit: string, since: string, more: Json = {}): Json =>
  issuer.issue({...more, scope: {sha: sha(commit), since: sha(since), ...(more['scope'] as object | undefined)}})
    .receipt

let packs = 0

/** The part of a pack that is read here. `from`: with which entry it begins. */
function packOf(receipts: readonly Json[], from = 0): string {
  const folder = join(home, String((packs += 1)))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), text)
  }
  const lines = issuer.entries.slice(from).map((entry) => `${JSON.stringify(entry)}\n`)
  write('ledger/entries.ndjson', lines.join(''))
  for (const receipt of receipts) write(`receipts/${String(receipt['id'])}/receipt.json`, JSON.stringify(receipt))
  return folder
}

const usual = ['--repository', 'octo-org/api-service', '--environment', 'production', '--at', '2026-04-02T14:35Z']
const audit = (folder: string, more: readonly string[] = [], given = ['--pin', pin.pin]): Promise<CommandRun> =>
  countersign(['audit', '--pack', folder, ...usual, ...given, ...more])

async function chainIn(folder: string): Promise<unknown> {
  const {out, code} = await audit(folder, ['--json'])
  const {valid, chain} = JSON.parse(out) as {readonly valid: boolean; readonly chain: unknown}
  expect(code).toBe(valid ? 0 : 1)
  return chain
}

describe('a pack', () => {
  test('that goes back to the beginning leads to the ground, and past other environments and repositories', async () => {
    const receipts = [
      issue('a', '0'),
      issue('a', '8', {scope: {environment: 'staging'}}),
      issue('a', '9', {scope: {repositoryId: 7, repository: 'octo-org/other'}}),
      issue('b', 'a'),
    ]
    const folder = packOf(receipts)
    expect(await chainIn(folder)).toEqual({receipts: [ids[3], ids[0]], end: {kind: 'ground', since: sha('0')}})
    const {code, out, err} = await audit(folder)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`The chain of authorizations, from ${ids[3] ?? ''}: 2 receipts, back to ${ids[0] ?? ''}.`)
    expect(issuer.requests).toEqual([])
  })

  test('as issuers export them is read', async () => {
    const {stage} = await openApril()
    try {
      const {folder} = await stage.export(...april)
      const pins = (await stage.pins).flatMap((key) => ['--pin', key])
      const {code, out, err} = await countersign(['audit', '--pack', folder, ...usual.slice(0, 4), ...pins])
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(
        /The chain of authorizations, from rcpt_dg_\w{26}: one receipt\.\n {2}It goes on from b{40}, further back than was read\./,
      )
    } finally {
      stage.close()
    }
  })

  test('of a later period ends unread where the chain leads out of it', async () => {
    issue('a', '0')
    const later = [issue('b', 'a'), issue('c', 'b')]
    expect(await chainIn(packOf(later, 2))).toEqual({
      receipts: [ids[2], ids[1]],
      end: {kind: 'unread', since: sha('a')},
    })
  })

  test('that lacks a receipt, or has another in its place, does not know', async () => {
    const [first, second, third] = [issue('a', '0'), issue('b', 'a'), issue('c', 'b')]
    const unread = {receipts: [ids[2]], end: {kind: 'unread', since: sha('b')}}
    expect(await chainIn(packOf([first, third]))).toEqual(unread)
    const other = pin.sign({...second, flags: ['once']})
    expect(await chainIn(packOf([first, other, third]))).toEqual(unread)
  })

  test('with a commit that nobody authorized is broken there', async () => {
    const folder = packOf([issue('a', '0'), issue('c', 'b')])
    const {code, err} = await audit(folder)
    expect(code).toBe(1)
    expect(err).toContain(`commits between ${sha('a')} and ${sha('b')} were never authorized`)
    expect(await chainIn(folder)).toMatchObject({end: {kind: 'broken', since: sha('b')}})
  })

  test('begins with the newest receipt of that time', async () => {
    const later = {issuedAt: '2026-04-02T14:36:00Z'}
    expect(await chainIn(packOf([issue('a', '0'), issue('b', 'a', later)]))).toMatchObject({receipts: [ids[0]]})
  })
})

describe('is refused', () => {
  test('a receipt that no pinned key signed', async () => {
    const folder = packOf([issue('a', '0')])
    const {code, err} = await audit(folder, [], ['--pin', makeKey().pin])
    expect([code, err]).toEqual([1, expect.stringContaining('(key_not_pinned)')])
  })

  test('a pack without a receipt of that environment', async () => {
    const {code, err} = await audit(packOf([issue('a', '0', {scope: {environment: 'staging'}})]))
    expect([code, err]).toEqual([1, expect.stringContaining('The pack has no receipt')])
  })

  test.each<readonly [string, readonly string[], string]>([
    ['no pin', [], '--pin'],
    ['an issuer besides', ['--pin', pin.pin, '--issuer', 'https://countersign.example'], 'nobody is asked'],
  ])('%s', async (_, given, problem) => {
    const {code, err} = await audit(packOf([issue('a', '0')]), [], [...given])
    expect([code, err]).toEqual([2, expect.stringContaining(problem)])
  })

  test('a folder that is no pack', async () => {
    const {code, err} = await audit(join(home, 'nowhere'))
    expect([code, err]).toEqual([2, expect.stringContaining('no receipt is in')])
  })
})
