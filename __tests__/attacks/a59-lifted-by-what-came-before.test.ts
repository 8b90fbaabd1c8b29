/** A59: a denial is lifted by what was said before it, revived by late handling, or lost to a tie of seconds. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {answerAfter, answerTo, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const deny = '/deny production it drops a table'

test('an authorization of before the denial by the same person is void, and lifts nothing', async () => {
  const body = `/authorize production ${stage.head}`
  const late = await answerAfter(stage, {body, by: 'monalisa'}, () => stage.say(deny, {by: 'monalisa'}))
  expect(late).toContain('Not authorized')
  expect(await stage.authorize()).toContain('monalisa denied #')
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('a denial of before an authorization by the same person, handled after it, is lifted already and ends nothing', async () => {
  const body = `/authorize production ${stage.head}`
  const denied = await answerAfter(stage, {body: deny, by: 'monalisa'}, () => stage.say(body, {by: 'monalisa'}))
  expect(denied).toContain('Denied for `production`')
  expect(denied).toContain('There was no live receipt to end')
  expectAllowed(await stage.gate(), stage.head)
  expect(await stage.authorize()).toContain('Authorized for `production`')
})

test('what somebody else said between the two is void whenever it comes', async () => {
  await stage.say(deny, {by: 'monalisa'})
  const body = `/authorize production ${stage.head}`
  const late = await answerAfter(stage, {body}, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await stage.say(body, {by: 'monalisa'})
    await stage.say('/revoke production', {by: 'monalisa'})
  })
  expect(late).toContain('Not authorized')
  expectStopped(await stage.gate(), 'revoked')
})

test('in the same second the denial holds, whichever of the two came first', async () => {
  const {world, pullRequest} = stage
  const say = (body: string) => world.comment({repository, pullRequest, by: 'monalisa', body})
  world.clock.stopAt(new Date(Math.floor(Date.now() / 1000) * 1000))
  await answerTo(stage, () => say(deny))
  await answerTo(stage, () => say(`/authorize production ${stage.head}`))
  world.clock.advance(1)
  expect(
    await answerTo(stage, () =>
      world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${stage.head}`}),
    ),
  ).toContain('monalisa denied #')
  expect(await answerTo(stage, () => say(`/authorize production ${stage.head}`))).toContain('Authorized for')
})
