/** Scenario: an issuer on trial with a person's token, to which GitHub gives no check runs. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository, until} from './stage.ts'
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

test('a withdrawal whose webhook is lost is found among the comments; one that somebody else edited into a comment is none', async () => {
  const {world, issuer, pullRequest} = stage
  await stage.authorize()
  expectAllowed(await stage.gate(), stage.head)
  world.setHook({url: 'http://127.0.0.1:9/', mode: 'repository'})
  const forged = world.comment({repository, pullRequest, by: 'octocat', body: 'Looks good to me.'})
  world.editComment({id: forged.id, by: 'hubot', body: '/deny production'})
  const own = world.comment({repository, pullRequest, by: 'octocat', body: 'Looks good to me.'})
  world.editComment({id: own.id, body: '/revoke production'})
  await world.settled()
  world.setHook({url: issuer.hookUrl, mode: 'repository'})
  await issuer.stop()
  await issuer.restart()
  await until(() => stage.replies().find(({body}) => body.includes('Revoked for `production`')), 'the revocation')
  expectRefused(await stage.gate(), 'revoked')
  await stage.say('/countersign status')
  expect(stage.replies().filter(({body}) => body.includes('Denied for'))).toEqual([])
  expect(world.violations).toEqual([])
})
