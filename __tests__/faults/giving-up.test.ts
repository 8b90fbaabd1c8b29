/** GitHub does not come back in time: the statement is given up, and whoever made it is told so, once. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {countWaiting, letTimePass, readClaims} from './statements.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const quarter = 15 * 60_000
const broken = '^GET /repos/octo-org/api-service/pulls/'

/** octocat's statement meets a GitHub that fails; the issuer has tried it at least once. */
async function failOnce(): Promise<void> {
  const {world, issuer, pullRequest, head} = stage
  const tried = issuer.output.length
  world.addFault({match: broken, status: 503})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  const again = '"a delivery will be tried again"'
  await until(() => (issuer.output.includes(again, tried) ? true : undefined), 'a first try')
}

test('after a quarter of an hour it is given up, and the pull request is told to say it again', async () => {
  await failOnce()
  await stage.issuer.stop()
  await letTimePass(stage, quarter)
  await stage.issuer.restart()
  const reply = await until(() => stage.replies()[0]?.body, 'a reply')
  expect(reply).toContain('**This could not be decided**, so nothing was authorized. GitHub did not answer in time.')
  expect(reply).toContain('Say it again in a new comment.')
  await until(() => (countWaiting(stage) === 0 ? true : undefined), 'an empty inbox')
  expect(await checkedEntries(stage)).toHaveLength(1)
  expect(stage.world.checkRuns).toEqual([])
})

test('what was given up stays so when it is delivered again later, and is not answered again', async () => {
  const {world} = stage
  world.clearFaults()
  for (const {id, event} of [...world.hooks.deliveries]) if (event === 'issue_comment') world.redeliver({id})
  const [first] = world.hooks.deliveries.filter(({body}) => body.includes('/authorize production'))
  world.deliver({event: 'issue_comment', payload: JSON.parse(first?.body ?? '{}') as object})
  await world.settled()
  await stage.say('/countersign status')
  expect(stage.replies()).toHaveLength(2)
  expect((await readClaims(stage)).map(({kind}) => kind)).toEqual(['answered', 'answered'])
})

test('said again it is authorized', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
})

test('where GitHub does not take the answer either, it is kept and said when GitHub is back', async () => {
  const said = stage.replies().length
  await failOnce()
  await stage.issuer.stop()
  await letTimePass(stage, quarter)
  stage.world.addFault({match: '^POST .*/comments$', status: 503})
  await stage.issuer.restart()
  const words = '"a failed delivery could not be put back"'
  await until(() => (stage.issuer.output.includes(words) ? true : undefined), 'a failed answer')
  expect(stage.replies()).toHaveLength(said)
  stage.world.clearFaults()
  await stage.issuer.stop()
  await letTimePass(stage, 60_000)
  await stage.issuer.restart()
  const reply = await until(() => stage.replies()[said]?.body, 'a reply')
  expect(reply).toContain('**This could not be decided**')
  await until(() => (countWaiting(stage) === 0 ? true : undefined), 'an empty inbox')
  expect(stage.replies()).toHaveLength(said + 1)
})

test('a rate limit that ends after the statement does is not waited for', async () => {
  const {world} = stage
  const untilTheHour = 3600 - (Math.floor(world.clock.now().getTime() / 1000) % 3600)
  // The quota comes back with the hour, so it must be more than a quarter of one away.
  if (untilTheHour < 1200) world.advance({seconds: untilTheHour + 5})
  world.addFault({match: broken, rateLimit: 'primary'})
  const reply = await stage.authorize()
  expect(reply).toContain('**This could not be decided**')
  world.clearFaults()
})
