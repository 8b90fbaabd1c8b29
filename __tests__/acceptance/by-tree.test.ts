/** Scenario: a pull request is authorized on its head, squashed, and its content goes out under another commit. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let squashed: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  const {pullRequest} = stage
  squashed = (await stage.world.mergePullRequest({repository, pullRequest, by: 'octocat', method: 'squash'})).sha
})
afterAll(() => stage.close())
const job = {trigger: {event: 'push', branch: 'main'}} as const

test('with match: tree the receipt of the head lets the squashed commit out', async () => {
  const step = await stage.gate({job, with: {match: 'tree'}})
  expectAllowed(step, squashed)
  expect(step.summary).toContain('| tree | ✅ passed |')
  expect(JSON.parse(step.outputs['receipt'] ?? '')).toMatchObject({scope: {sha: stage.head}})
})

test('with nothing checked out, nobody is believed what the content is, GitHub neither', async () => {
  const words = expectRefused(await stage.gate({job, with: {match: 'tree'}, checkout: 'nothing'}), 'source_unreachable')
  expect(words).toContain(`the tree of ${squashed} is not shown by bytes: check the commit out before this step`)
})

test('without it, the squashed commit has no receipt', async () => {
  expectRefused(await stage.gate({job}), 'receipt_missing')
})

test('another content does not go out under it', async () => {
  const receipt = stage.receiptText()
  await stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {'late.txt': 'late\n'}})
  expectRefused(await stage.gate({job, with: {match: 'tree'}}), 'receipt_missing')
  expectRefused(await stage.gate({job, with: {match: 'tree', receipt}}), 'tree_mismatch')
  expect(stage.world.violations).toEqual([])
})
