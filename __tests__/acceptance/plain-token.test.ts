/** Scenario: an issuer on trial with a person's token, to which GitHub gives no check runs. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, until} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let reply: string
beforeAll(async () => {
  stage = await Stage.open({plainToken: true})
  reply = await stage.authorize()
})
afterAll(() => stage.close())

test('the answer comes from the account of the token, and a commit status stands in for the check run', async () => {
  expect(reply).toContain('Authorized for `production`')
  expect(stage.replies().map(({by}) => by)).toEqual(['countersign-operator'])
  const status = await until(() => stage.world.statuses[0], 'a commit status')
  expect(status).toMatchObject({context: 'countersign / production', state: 'success', sha: stage.head})
  expect(status.targetUrl).toContain(`${stage.issuer.url}/v1/receipts/rcpt_dg_`)
  expect(stage.world.checkRuns).toEqual([])
})

test('the log says once that the gate needs issuer-url', async () => {
  await stage.authorize({environment: 'staging'})
  expect(stage.issuer.output.split('the gate needs issuer-url')).toHaveLength(2)
})

test('the gate passes with issuer-url, and without it finds nothing', async () => {
  expectAllowed(await stage.gate(), stage.head)
  expectRefused(await stage.gate({with: {'issuer-url': undefined}}), 'receipt_missing')
})

test('the issuer does not take its own words for statements', async () => {
  const body = `/authorize production ${stage.head}`
  stage.world.comment({
    repository: 'octo-org/api-service',
    pullRequest: stage.pullRequest,
    by: 'countersign-operator',
    body,
  })
  await stage.world.settled()
  const before = stage.replies().filter((one) => one.body !== body).length
  await stage.say('/countersign status')
  expect(stage.replies().filter((one) => one.body !== body)).toHaveLength(before + 1)
  expect(stage.world.violations).toEqual([])
})
