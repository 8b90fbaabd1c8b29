/** A61: outrun a no: with a flood, while GitHub's reads lag, with a webhook that is lost, with an outage. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {testWith} from '../acceptance/home.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {letTimePass} from '../faults/statements.ts'
import {expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const nowhere = 'http://127.0.0.1:9/'
const denied = 'Denied for `production`'

const say = (body: string, by = 'monalisa'): number =>
  stage.world.comment({repository, pullRequest: stage.pullRequest, by, body}).id
const saying = (words: string) => stage.replies().find(({body}) => body.includes(words))

test('forty questions before a denial do not hold it up', async () => {
  await stage.authorize()
  // Slow enough that the denial comes in while most of them wait.
  stage.world.addFault({match: '^GET /repos/[^/]+/[^/]+/issues/comments/', delayMs: 100})
  for (let i = 0; i < 40; i++) say('/countersign status', 'octocat')
  await stage.world.settled()
  say('/deny production')
  await until(() => saying(denied), 'the denial')
  expect(stage.replies().length).toBeLessThan(40)
  expectStopped(await stage.gate(), 'denied')
  await until(() => stage.replies()[41], 'the answer to each of them')
})

testWith(
  'an order of deliveries',
  'five hundred denials of a stranger cost GitHub no more questions about them than one, and hold up nobody’s',
  async () => {
    const stranger = stage.world.addUser({login: 'stranger'})
    await stage.authorize()
    for (let i = 0; i < 500; i++) say(i % 2 === 0 ? '/deny production' : `/deny environment-${i}`, 'stranger')
    await until(() => saying('stranger has the permission read'), 'the answer to a stranger')
    say('/deny production')
    await until(() => saying(denied), 'the denial')
    expectStopped(await stage.gate(), 'denied')
    const asked = stage.world.requests.map(({path}) => path)
    expect(asked.filter((path) => path === `/user/${stranger.id}`)).toHaveLength(1)
    expect(asked.filter((path) => path.endsWith('/collaborators/stranger/permission'))).toHaveLength(1)
  },
)

test.each([
  ['/deny production', denied, 'denied'],
  ['/revoke production', 'Revoked for `production`', 'revoked'],
] as const)('`%s` whose comment GitHub does not show when it is read counts at once', async (body, words, code) => {
  await stage.authorize()
  stage.world.addFault({match: '^GET /repos/[^/]+/[^/]+/issues/comments/', status: 404, times: 1})
  expect(await stage.say(body, {by: 'monalisa'})).toContain(words)
  expectStopped(await stage.gate(), code)
})

testWith(
  'an order of deliveries',
  'while GitHub does not say what the denier may do, what others authorize later waits, and is judged after the denial',
  async () => {
    stage.world.addFault({match: '/collaborators/monalisa/permission$', status: 502, times: 3})
    say('/deny production')
    await stage.world.settled()
    stage.world.advance({seconds: 1})
    const answer = await stage.authorize()
    expect(answer).toContain(denied)
    const second = await until(() => stage.replies()[1]?.body, 'the answer to the authorization')
    expect(second).toContain('monalisa denied')
    await expectNoReceipt(stage)
  },
)

test('a revocation that was said while the issuer was down, before a hundred and twenty other failures, counts when it is back', async () => {
  await stage.authorize()
  await stage.world.settled()
  await stage.issuer.stop()
  say('/revoke production')
  for (let i = 0; i < 120; i++) say(`comment ${i}`, 'hubot')
  await stage.world.settled()
  expect(stage.world.listDeliveries().filter(({statusCode}) => statusCode === 502).length).toBeGreaterThan(120)
  await stage.issuer.restart()
  await until(() => saying('Revoked for `production`'), 'the revocation', 60)
  expectStopped(await stage.gate(), 'revoked')
})

test('a close that was missed in an outage ends what the pull request let out', async () => {
  await stage.authorize()
  await stage.world.settled()
  await stage.issuer.stop()
  stage.world.closePullRequest({repository, pullRequest: stage.pullRequest, by: 'hubot'})
  await stage.world.settled()
  await stage.issuer.restart()
  await until(() => saying('Closed without being merged'), 'that its receipts ended', 60)
  expectStopped(await stage.gate(), 'revoked')
})

test('a denial whose webhook is lost while the issuer runs counts all the same', async () => {
  await stage.authorize()
  await stage.world.settled()
  stage.world.setHook({url: nowhere})
  say('/deny production')
  await stage.world.settled()
  expectAllowed(await stage.gate(), stage.head)
  stage.world.setHook({url: stage.issuer.hookUrl})
  await until(() => saying(denied), 'the denial')
  expectStopped(await stage.gate(), 'denied')
})

testWith(
  'an order of deliveries',
  'a denial that cannot be carried out for more than a minute is told by `/healthz` and in the log',
  async () => {
    const health = async () => JSON.parse((await ask(stage, '/healthz')).body) as {troubles?: readonly string[]}
    stage.world.addFault({match: '/collaborators/monalisa/permission$', status: 502})
    say('/deny production')
    await until(() => (stage.issuer.output.includes('will be tried again') ? true : undefined), 'a try')
    expect(await health()).toMatchObject({status: 'ok'})
    await letTimePass(stage, 61_000)
    const troubled = await until(
      async () => ((await health()).troubles ? await health() : undefined),
      'the trouble',
      30,
    )
    expect(troubled).toMatchObject({status: 'troubled', troubles: ['withdrawals_late']})
    expect(JSON.stringify(troubled)).not.toMatch(/monalisa|octo-org/)
    await until(
      () => (stage.issuer.output.includes('what forbids is not carried out yet') ? true : undefined),
      'the log',
    )
    stage.world.clearFaults()
    await until(() => saying(denied), 'the denial')
    await until(async () => ((await health()).troubles ? undefined : true), 'that all is well', 30)
  },
)
