/** A48: the store is restored, lost or swapped, and the issuer started on it: it would forget what it refused, revoked and saw used. */
import {cp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {onMain} from '../acceptance/jobs.ts'
import {checkedEntries, databasePath} from '../acceptance/ledger.ts'
import {operate} from '../acceptance/operator.ts'
import {Stage} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let sha: string
let path: string
/** Before the receipt was used up and taken back. */
let older: string
let newest: string
beforeAll(async () => {
  stage = await Stage.open()
  path = databasePath(stage.issuer)
  ;[older, newest] = [`${path}-older`, `${path}-newest`]
  sha = await stage.authorizeMain()
  await stage.issuer.stop()
  await cp(path, older)
  await stage.issuer.restart()
  expectAllowed(await stage.gate(onMain({runId: 7}, {redeem: 'true'})), sha)
  await stage.say('/revoke production')
  await stage.issuer.stop()
  await cp(path, newest)
})
afterAll(() => stage.close())

const begin = (): Promise<void> => stage.issuer.restart()
const swapFor = async (file: string | undefined): Promise<void> => {
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, {force: true})
  if (file !== undefined) await cp(file, path)
}

test('an older copy, in which the receipt is neither used nor revoked, is refused and not written to', async () => {
  await swapFor(older)
  await expect(begin()).rejects.toThrow(/ended with 2[\s\S]*the store is older than/)
  expect((await readFile(path)).equals(await readFile(older))).toBe(true)
  // Nobody is told "active" meanwhile: the job is let through by nobody.
  expectStopped(await stage.gate(onMain({runId: 8}, {redeem: 'true'})), 'revoked')
})

test('no store, beside keys that signed before, is refused', async () => {
  await swapFor(undefined)
  await expect(begin()).rejects.toThrow(/ended with 2[\s\S]*there is no database/)
})

test('the store of another issuer is refused', async () => {
  const another = await Stage.open()
  await another.authorize()
  await another.issuer.stop()
  await swapFor(databasePath(another.issuer))
  await expect(begin()).rejects.toThrow(/ended with 2[\s\S]*The issuer does not start/)
  await another.close()
})

test('the newest copy is taken, and what it knew holds', async () => {
  await swapFor(newest)
  await begin()
  expectStopped(await stage.gate(onMain({runId: 8}, {redeem: 'true'})), 'revoked')
  expect((await checkedEntries(stage)).map(({event}) => event)).toContain('receipt.revoked')
})

test('resumed on purpose, it is another ledger: its origin is new, and what it holds begins there', async () => {
  const {ledgerKey} = stage.issuer
  await stage.issuer.stop()
  await swapFor(older)
  const renewed = operate(stage, 'ledger', 'resume')
  expect(renewed).not.toBe(ledgerKey)
  await begin()
  expect(stage.issuer.ledgerKey).toBe(renewed)
  expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created'])
  expect(await readFile(older)).toEqual(await readFile((await asideOf(path)) ?? ''))
  expect(() => operate(stage, 'ledger', 'resume')).toThrow('ended with 1')
})

test('a file that cannot be read is named, and left as it is', async () => {
  await stage.issuer.stop()
  await swapFor(undefined)
  await writeFile(path, 'no database at all, and no ledger in it')
  expect(() => operate(stage, 'ledger', 'resume')).toThrow(/ended with 2: COUNTERSIGN_STORE: .*move it away/)
  expect(await readFile(path, 'utf8')).toBe('no database at all, and no ledger in it')
  await swapFor(undefined)
})

const asideOf = async (file: string): Promise<string | undefined> =>
  (await readdir(dirname(file)))
    .filter((name) => name.startsWith(`${basename(file)}.before-`) && name.endsWith('Z'))
    .map((name) => join(dirname(file), name))[0]
