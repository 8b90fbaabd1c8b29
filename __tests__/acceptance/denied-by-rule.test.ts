/** Scenario: somebody who may approve asks for what the rules forbid; that is a decision, and the ledger has it. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'
import {expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('the author of a change does not authorize it alone, and is told who can', async () => {
  const reply = await stage.say(`/authorize production ${stage.head}`, {by: 'hubot'})
  expect(reply).toContain('1 more person is needed.** No receipt is made yet')
  expect(reply.replaceAll('\u200b', '')).toContain(
    'Still needed for #1 by `hubot`: **one more person** (hubot opened #1',
  )
  expect(reply).toContain(`\n/authorize production ${stage.head}\n`)
  expectRefused(await stage.gate(), 'receipt_missing')
})

test('a pull request into another base and a closed one are refused each for its reason', async () => {
  const {world} = stage
  await world.push({repository, branch: 'release', pusher: 'octocat', files: {'r.txt': 'r\n'}})
  const based = await stage.propose('based')
  await world.retargetPullRequest({repository, pullRequest: based.pullRequest, by: 'hubot', base: 'release'})
  const other = await stage.authorize({sha: based.head, pullRequest: based.pullRequest})
  expect(other.replaceAll('\\', '')).toContain('goes into release, and only main')
  const closed = await stage.propose('closed')
  world.closePullRequest({repository, pullRequest: closed.pullRequest, by: 'hubot'})
  const shut = await stage.authorize({sha: closed.head, pullRequest: closed.pullRequest})
  expect(shut).toContain('closed without being merged')
})

test('a policy file that is none closes everything, and the reply names the line', async () => {
  const files = {'.github/countersign.yml': 'version: 1\n'}
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', files})
  const reply = await stage.authorize()
  expect(reply.replaceAll('\\', '')).toContain('.github/countersign.yml')
  expect(reply).toContain('line 1, column 1: environments is missing')
  expect(reply).toContain('**Not authorized')
})

test('each denial is an entry of its own, without a receipt', async () => {
  const entries = await checkedEntries(stage)
  expect(entries.map(({event}) => event)).toEqual(['ledger.created', ...Array<string>(4).fill('decision.made')])
  expect(entries.slice(1).every(({subject}) => subject.startsWith('dec_'))).toBe(true)
  expect(stage.world.checkRuns).toEqual([])
  expect(stage.world.violations).toEqual([])
})
