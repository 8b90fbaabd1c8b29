/** The main job, end to end: stopped, asked, authorized, allowed. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('a job without a receipt is stopped and told what to do; after a comment the same job passes', async () => {
  const blocked = await stage.gate()
  expect(blocked.exitCode).toBe(1)
  expect(blocked.outputs).toMatchObject({authorized: 'false', 'reason-code': 'receipt_missing'})
  expect(blocked.summary).toContain(`/authorize production ${stage.head}`)

  const bare = await stage.say('/authorize production')
  expect(bare).toContain(`\n/authorize production ${stage.head}\n`)
  expect((await stage.gate()).outputs['reason-code']).toBe('receipt_missing')

  const authorized = await stage.authorize()
  expect(authorized).toContain('Authorized for `production`')

  const allowed = await stage.gate()
  expect(allowed.exitCode).toBe(0)
  expect(allowed.outputs).toMatchObject({authorized: 'true', sha: stage.head, 'authorized-by': 'octocat'})
  expect(JSON.parse(allowed.outputs['receipt'] ?? '')).toEqual(JSON.parse(stage.receiptText()))
  expect(stage.world.violations).toEqual([])
})
