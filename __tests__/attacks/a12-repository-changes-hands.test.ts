/** A12: rename, transfer, delete and re-create the repository. Its numeric id is signed and compared first. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {readClaims} from '../faults/statements.ts'
import {git} from '../../sandbox/git/run.ts'
import {theRepository} from '../../sandbox/world.ts'
import {
  carryReceipt,
  expectAllowed,
  expectNoReceipt,
  expectSilence,
  expectStopped,
  receiptsFor,
  whileUnreachable,
} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

const command = (): string => `/authorize production ${stage.head}`
const say = (body: string): void => {
  stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body})
}

/** The same name and the same commits, in a repository of the attacker's making. */
async function recreate(): Promise<void> {
  const {git: old} = theRepository(stage.world, repository)
  stage.world.deleteRepository({repository})
  await stage.world.addRepository({name: repository, files: {'README.md': 'new\n'}})
  const {git: made} = theRepository(stage.world, repository)
  await git(made.folder, ['fetch', '--quiet', `file://${old.folder}`, 'refs/heads/feature:refs/heads/feature'])
}

test('a repository that was made anew under the old name gets nothing from the old one’s receipt', async () => {
  await stage.authorize()
  const receipt = stage.receiptText()
  await recreate()
  expectStopped(await stage.gate(), 'receipt_missing')
  const replayed = await stage.gate({with: {receipt}})
  expectStopped(replayed, 'repository_mismatch')
  carryReceipt(stage, {text: receipt})
  expectStopped(await stage.gate(), 'repository_mismatch')
  await expectNoReceipt(stage)
})

test('asked for by its name, the old one\u2019s receipts and badge are not there any more; by its id they are', async () => {
  await stage.authorize()
  const {id} = theRepository(stage.world, repository)
  await recreate()
  const ask = async (path: string): Promise<unknown> => (await fetch(`${stage.issuer.url}${path}`)).json()
  const rest = `environment=production&sha=${stage.head}`
  expect(await ask(`/v1/receipts?repository=${repository}&${rest}`)).toEqual({receipts: []})
  expect(await ask(`/badge/${repository}/production.json`)).toMatchObject({message: 'unknown'})
  expect(await ask(`/v1/receipts?repository_id=${id}&${rest}`)).toMatchObject({receipts: [{scope: {repositoryId: id}}]})
})

test('a statement about the old repository is neither decided nor answered in the new one', async () => {
  const [late] = await whileUnreachable(stage, () => say(command()))
  await recreate()
  await stage.world.push({repository, branch: 'another', pusher: 'hubot', files: {'x.txt': 'x'}})
  const {number} = await stage.world.openPullRequest({repository, head: 'another', author: 'hubot'})
  expect(number).toBe(stage.pullRequest)
  const asked = stage.world.requests.length
  stage.world.redeliver({id: late?.id ?? 0})
  // Lanes of two repositories do not wait for each other: that the old one's was worked off shows in what GitHub was asked.
  await until(
    () =>
      stage.world.requests.slice(asked).find(({path, status}) => path.includes('/issues/comments/') && status === 404),
    'the old comment to be looked for',
  )
  await expectSilence(stage, () => undefined)
  await expectNoReceipt(stage)
})

test('a renamed repository is authorized under its new name by its id, even on a statement that was made under the old', async () => {
  await stage.authorize()
  const old = stage.receiptText()
  const [late] = await whileUnreachable(stage, () => say(command()))
  stage.world.renameRepository({repository, to: 'renamed'})
  const renamed = {
    repository: 'octo-org/renamed',
    trigger: {event: 'push', branch: 'feature', sha: stage.head},
  } as const
  // Both are compared, name and id: the old name's receipt is no longer taken.
  expectStopped(await stage.gate({job: renamed, with: {receipt: old}}), 'repository_mismatch')

  const before = stage.world.checkRuns.length
  stage.world.redeliver({id: late?.id ?? 0})
  await until(() => stage.world.checkRuns[before], 'the receipt under the new name')
  expectAllowed(await stage.gate({job: renamed}), stage.head)
  const {scope} = JSON.parse(stage.receiptText()) as {readonly scope: object}
  const {id} = theRepository(stage.world, 'octo-org/renamed')
  expect(scope).toMatchObject({repository: 'octo-org/renamed', repositoryId: id})
  expect(JSON.parse(old)).toMatchObject({scope: {repository, repositoryId: id}})
})

test('a repository that went to another owner is not let out by the receipt that names the old one', async () => {
  await stage.authorize()
  const receipt = stage.receiptText()
  stage.world.addOrganization({login: 'another-org'})
  stage.world.transferRepository({repository, to: 'another-org'})
  const name = 'another-org/api-service'
  const job = {repository: name, trigger: {event: 'push', branch: 'feature', sha: stage.head}} as const
  expectStopped(await stage.gate({job, with: {receipt}}), 'repository_mismatch')
  // The App is not installed there: what is said there is never announced.
  const announced = stage.world.hooks.deliveries.length
  stage.world.comment({repository: name, pullRequest: stage.pullRequest, by: 'octocat', body: command()})
  await stage.world.settled()
  expect(stage.world.hooks.deliveries).toHaveLength(announced)
  expect(await receiptsFor(stage, {repository: name})).toHaveLength(1)
})

test('what was announced under the served owner and read after a transfer is not served', async () => {
  await stage.close()
  stage = await Stage.open({env: {COUNTERSIGN_OWNERS: 'octo-org'}})
  const [late] = await whileUnreachable(stage, () => say(command()))
  stage.world.addOrganization({login: 'another-org'})
  stage.world.transferRepository({repository, to: 'another-org'})
  stage.world.redeliver({id: late?.id ?? 0})
  const look = async () => (await readClaims(stage))[0]?.kind ?? undefined
  expect(await until(look, 'an outcome of the statement')).toBe('answered')
  expect(await receiptsFor(stage, {repository: 'another-org/api-service'})).toEqual([])
  expect(stage.replies()).toEqual([])
})
