/** Scenario: a receipt for one commit does not let out another, whichever way it is handed over. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let next: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  next = await stage.world.push({
    repository,
    branch: 'feature',
    pusher: 'hubot',
    message: 'One more thing',
    files: {'more.txt': 'more\n'},
  })
})
afterAll(() => stage.close())

test('the commit pushed after the authorization is stopped', async () => {
  const job = {trigger: {event: 'push', branch: 'feature', sha: next}} as const
  const words = expectRefused(await stage.gate({job}), 'receipt_missing')
  expect(words).toContain(`/authorize production ${next}`)
})

test('the receipt of the earlier commit, handed over as input, is refused for what it is', async () => {
  const job = {trigger: {event: 'push', branch: 'feature', sha: next}} as const
  const blocked = await stage.gate({job, with: {receipt: stage.receiptText()}})
  const words = expectRefused(blocked, 'commit_mismatch')
  expect(words).toContain(stage.head)
  expect(words).toContain(`/authorize production ${next}`)
})

test('the authorized commit itself still passes', async () => {
  expectAllowed(await stage.gate(), stage.head)
})

test('a commit that is not the head any more is not authorized', async () => {
  const reply = await stage.say(`/authorize production ${stage.head}`)
  expect(reply).toContain('**Not authorized for `production`.**')
  expect(reply).toContain(`\n/authorize production ${next}\n`)
  expect(stage.world.violations).toEqual([])
})
