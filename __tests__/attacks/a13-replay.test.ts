/** A13: a good receipt replayed for another commit, environment, repository or action, by input and by check run. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository, until} from '../acceptance/stage.ts'
import type {RefusalCode} from '#protocol'
import {lifeAround, makeKey, receiptBody} from '../protocol/builders.ts'
import {theRepository} from '../../sandbox/world.ts'
import {carryReceipt, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
/** Signed with a key that the job pins too: an issuer that also signs other actions. */
const second = makeKey()
const receipts = new Map<string, string>()

beforeAll(async () => {
  stage = await Stage.open()
  const other = await stage.propose('other-commit')
  await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
  receipts.set('commit', stage.receiptText({sha: other.head}))
  await stage.authorize({environment: 'staging'})
  receipts.set('environment', stage.receiptText({environment: 'staging'}))
  receipts.set('repository', await mintElsewhere())
  const {id} = theRepository(stage.world, repository)
  const scope = {sha: stage.head, repositoryId: id}
  receipts.set(
    'action',
    JSON.stringify(second.sign(receiptBody({scope, action: 'rollback', ...lifeAround(Date.now())}))),
  )
})
afterAll(() => stage.close())

/** By the same issuer, for the same branch name, in a repository that it also serves. */
async function mintElsewhere(): Promise<string> {
  const {world} = stage
  const name = 'octo-org/web'
  await world.addRepository({name, files: {'README.md': '# web\n'}})
  world.setPermission({repository: name, login: 'octocat', role: 'maintain'})
  world.setPermission({repository: name, login: 'hubot', role: 'write'})
  const head = await world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {'a.txt': 'a'}})
  const {number} = await world.openPullRequest({repository: name, head: 'feature', author: 'hubot'})
  world.comment({repository: name, pullRequest: number, by: 'octocat', body: `/authorize production ${head}`})
  await until(() => world.checkRuns.find((run) => run.headSha === head), 'the receipt of the other repository')
  return stage.receiptText({sha: head})
}

const pins = (): string => `${stage.issuer.pin}\n${second.pin}`

const rows: readonly [string, RefusalCode][] = [
  ['commit', 'commit_mismatch'],
  ['environment', 'environment_mismatch'],
  ['repository', 'repository_mismatch'],
  ['action', 'action_mismatch'],
]

test.each(rows)('a good receipt for another %s is refused when it is given as the input: %s', async (what, code) => {
  const result = await stage.gate({with: {'public-key': pins(), receipt: receipts.get(what)}})
  expectStopped(result, code)
})

test.each(rows)('a good receipt for another %s is refused when a check run carries it: %s', async (what, code) => {
  stage.world.checkRuns.splice(0, stage.world.checkRuns.length)
  carryReceipt(stage, {text: receipts.get(what) ?? ''})
  expectStopped(await stage.gate({with: {'public-key': pins()}}), code)
})

test('all of them together hide the right one from nobody', async () => {
  for (const text of receipts.values()) carryReceipt(stage, {text})
  expect(await stage.authorize()).toContain('Authorized for `production`')
  const result = await stage.gate({with: {'public-key': pins(), receipt: receipts.get('commit')}})
  expectAllowed(result, stage.head)
})
