/** A49: what a private repository does is not read from a name that changed hands, a repository that changed sides, or a 404. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {theRepository} from '../../sandbox/world.ts'
import {ask} from '../acceptance/answers.ts'
import {jobToken} from '../acceptance/jobs.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectNoReceipt, receiptsFor} from './judge.ts'

let stage: Stage
let id: string
let repositoryId: number
beforeEach(async () => {
  stage = await Stage.open({private: true})
  await stage.authorize()
  id = idNow()
  repositoryId = theRepository(stage.world, repository).id
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const idNow = (): string => (JSON.parse(stage.receiptText()) as {id: string}).id
const status = async (path: string, bearer?: string): Promise<number> => (await ask(stage, path, {bearer})).status

async function listed(name: string): Promise<readonly string[]> {
  const query = new URLSearchParams({repository: name, environment: 'production', sha: stage.head})
  const {body} = await ask(stage, `/v1/receipts?${query.toString()}`)
  return (JSON.parse(body) as {receipts: readonly {id: string}[]}).receipts.map((receipt) => receipt.id)
}

const badge = async (name: string): Promise<unknown> =>
  (JSON.parse((await ask(stage, `/badge/${name}/production.json`)).body) as {message: unknown}).message

/** That nothing of the private receipt is told, under that name. */
async function expectHidden(name: string): Promise<void> {
  expect(await listed(name)).not.toContain(id)
  expect([await status(`/v1/receipts/${id}`), await status(`/r/${id}`)]).toEqual([404, 404])
  const {body} = await ask(stage, '/v1/ledger/entries')
  expect(body).not.toContain(id)
}

test('made public, what was minted before stays private, and what is minted now is not', async () => {
  stage.world.setVisibility({repository, private: false})
  await expectHidden(repository)
  expect(await badge(repository)).toBe('unknown')
  await stage.authorize()
  const later = idNow()
  expect(await listed(repository)).toEqual([later])
  expect(await badge(repository)).toContain('authorized by octocat')
  await expectHidden(repository)
})

test('made private again, nothing is told, and of a revocation neither', async () => {
  stage.world.setVisibility({repository, private: false})
  await stage.authorize()
  const open = idNow()
  stage.world.setVisibility({repository, private: true})
  await stage.authorize()
  const closed = idNow()
  expect(open).not.toBe(closed)
  expect(await listed(repository)).toEqual([])
  const before = (await ask(stage, '/v1/ledger/entries')).body.split('\n').length
  await stage.say(`/revoke ${closed}`)
  const lines = (await ask(stage, '/v1/ledger/entries')).body
    .trim()
    .split('\n')
    .slice(before - 1)
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) expect(Object.keys(JSON.parse(line) as object).sort()).toEqual(['hash', 'seq'])
})

test('renamed, neither the old name nor the new one tells anything', async () => {
  stage.world.renameRepository({repository, to: 'renamed'})
  for (const name of [repository, 'octo-org/renamed']) {
    await expectHidden(name)
    expect(await badge(name)).toBe('unknown')
  }
})

test('a public repository that takes the name, or the name after a deletion, opens nothing of the one before', async () => {
  stage.world.deleteRepository({repository})
  await stage.world.addRepository({name: repository, files: {'README.md': 'new\n'}})
  await expectHidden(repository)
  expect(await badge(repository)).toBe('unknown')
  await expectNoReceipt(stage)
  // A job of the new one is another repository's, whatever its name: the token carries the id.
  expect(theRepository(stage.world, repository).id).not.toBe(repositoryId)
  const bearer = await jobToken(stage)
  expect(await status(`/v1/receipts/${id}`, bearer)).toBe(404)
  // Signed, and the same as of a receipt that was never made.
  for (const one of [id, id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
    const {body} = await ask(stage, `/v1/receipts/${one}/status`, {bearer})
    expect(JSON.parse(body)).toMatchObject({receipt: one, status: 'unknown'})
  }
})

test('its own job reads it by its id after a renaming, for the id is what counts', async () => {
  stage.world.renameRepository({repository, to: 'renamed'})
  const bearer = await jobToken(stage, {repository: 'octo-org/renamed'})
  expect(await status(`/v1/receipts/${id}`, bearer)).toBe(200)
  expect(await receiptsFor(stage, {repository: 'octo-org/renamed'})).toEqual([id])
})

test('how many decisions there were is all that the ledger tells, not of whom or what', async () => {
  const before = (await ask(stage, '/v1/ledger/entries')).body.trim().split('\n').length
  await stage.say('/authorize production 0000000000000000000000000000000000000000')
  await stage.say('/deny staging')
  const lines = (await ask(stage, '/v1/ledger/entries')).body.trim().split('\n')
  expect(lines.length).toBeGreaterThan(before)
  for (const line of lines.slice(1)) expect(line).toMatch(/^\{"hash":"[0-9a-f]{64}","seq":\d+\}$/)
})
