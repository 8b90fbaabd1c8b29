/** Scenario: nobody authorized the commit, so the job stops and says what to do. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from './stage.ts'
import {expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('a job without a receipt is stopped, with the exact comment to post', async () => {
  const blocked = await stage.gate()
  const words = expectRefused(blocked, 'receipt_missing')
  expect(words).toContain(`\`/authorize production ${stage.head}\``)
  expect(blocked.summary).toContain(`/authorize production ${stage.head}\n`)
  const result = JSON.parse(blocked.outputs['result'] ?? '') as unknown
  expect(result).toMatchObject({
    type: 'countersign.result/v1',
    authorized: false,
    code: 'receipt_missing',
    receipt: null,
  })
})

test('on a pull request it names the pull request to comment on', async () => {
  const trigger = {event: 'pull_request', pullRequest: stage.pullRequest} as const
  const words = expectRefused(await stage.gate({job: {trigger}}), 'receipt_missing')
  expect(words).toContain(`pull request #${stage.pullRequest}`)
  expect(words).toContain(stage.head)
})

test('nothing was said, so the issuer said nothing, and GitHub was asked nothing that it does not know', () => {
  expect(stage.replies()).toEqual([])
  expect(stage.world.checkRuns).toEqual([])
  expect(stage.world.violations).toEqual([])
})
