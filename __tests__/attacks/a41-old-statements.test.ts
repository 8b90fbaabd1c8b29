/** A41: an old statement and a new receipt: an outage, a redelivery, a replay. A statement counts for 15 minutes, and once. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {
  answerAfter,
  answerTo,
  expectNoReceipt,
  expectSilence,
  expectStopped,
  receiptsFor,
  whileUnreachable,
} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const tooOld = 'A statement counts for 15 minutes, and this one is older. Say it again.'

test('one statement makes one receipt and one reply, however often and under whatever delivery it comes', async () => {
  const {world} = stage
  await stage.authorize()
  await world.settled()
  const [receipt, ...more] = await receiptsFor(stage)
  expect(more).toEqual([])
  const first = world.hooks.deliveries.find(({body}) => body.includes(`/authorize production ${stage.head}`))
  const payload = JSON.parse(first?.body ?? '') as object
  await expectSilence(stage, () => {
    world.redeliver({id: first?.id ?? 0})
    for (let copy = 0; copy < 5; copy++) world.deliver({event: 'issue_comment', payload})
  })
  expect(await receiptsFor(stage)).toEqual([receipt])
  expect(world.checkRuns.filter(({headSha}) => headSha === stage.head)).toHaveLength(1)
})

test('copies of one statement that arrive at once, before it was ever decided, make one receipt', async () => {
  const {world} = stage
  const {head, pullRequest} = await stage.propose('at-once')
  const body = `/authorize production ${head}`
  const [late] = await whileUnreachable(stage, () => world.comment({repository, pullRequest, by: 'octocat', body}))
  const payload = JSON.parse(late?.body ?? '') as object
  const answer = await answerTo(
    stage,
    () => {
      for (let copy = 0; copy < 5; copy++) world.deliver({event: 'issue_comment', payload})
      world.redeliver({id: late?.id ?? 0})
    },
    pullRequest,
  )
  expect(answer).toContain('Authorized for `production`')
  await expectSilence(stage, () => undefined, pullRequest)
  expect(await receiptsFor(stage, {sha: head})).toHaveLength(1)
  expect(world.checkRuns.filter(({headSha}) => headSha === head)).toHaveLength(1)
})

test('an issuer that is started again answers a replay of what it decided before with nothing new', async () => {
  const {world} = stage
  const [receipt] = await receiptsFor(stage)
  const first = world.hooks.deliveries.find(({body}) => body.includes(`/authorize production ${stage.head}`))
  await stage.issuer.stop()
  await stage.issuer.restart()
  const payload = JSON.parse(first?.body ?? '') as object
  await expectSilence(stage, () => world.deliver({event: 'issue_comment', payload}))
  expect(await receiptsFor(stage)).toEqual([receipt])
})

test('a statement that reaches the issuer after sixteen minutes mints nothing, by GitHub’s own clock', async () => {
  const {head, pullRequest} = await stage.propose('sixteen-minutes')
  stage.world.advance({seconds: -16 * 60})
  const answer = await answerAfter(stage, {body: `/authorize production ${head}`, pullRequest}, () =>
    stage.world.advance({seconds: 16 * 60}),
  )
  expect(answer).toContain(tooOld)
  await expectNoReceipt(stage, {sha: head})
  expect(await stage.authorize({sha: head, pullRequest})).toContain('Authorized for `production`')
})

test('yesterday’s delivery, asked for again after an outage of the issuer, mints nothing', async () => {
  const {world} = stage
  const {head, pullRequest} = await stage.propose('yesterday')
  await stage.issuer.stop()
  world.listDeliveriesAfter({seconds: 2 * 24 * 60 * 60})
  world.advance({seconds: -24 * 60 * 60})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  await world.settled()
  const late = world.hooks.deliveries.at(-1)
  expect(late).toMatchObject({event: 'issue_comment', statusCode: 502})
  world.advance({seconds: 24 * 60 * 60})
  await stage.issuer.restart()
  expect(await answerTo(stage, () => world.redeliver({id: late?.id ?? 0}), pullRequest)).toContain(tooOld)
  await expectNoReceipt(stage, {sha: head})
  const job = {trigger: {event: 'push', branch: 'yesterday', sha: head}} as const
  expectStopped(await stage.gate({job}), 'receipt_missing')
})
