/** A43: making the issuer speak a command as a user (plain-token mode), or loop with another bot. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectAllowed, expectNoReceipt, expectSilence, expectStopped} from './judge.ts'

const operator = 'countersign-operator'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open({plainToken: true})
})
afterAll(() => stage.close())

const comment = (by: string, body: string): void => {
  stage.world.comment({repository, pullRequest: stage.pullRequest, by, body})
}

test.each(['/authorize production', '/countersign status', '/authorise production'])(
  'the account that the issuer speaks with, a person’s with write access, is not heard: %s',
  async (words) => {
    await expectSilence(stage, () => comment(operator, `${words} ${stage.head}`))
    await expectSilence(stage, () => comment(operator, words))
    await expectNoReceipt(stage)
  },
)

test('what the issuer says, repeated by somebody who may approve, is no command', async () => {
  const said = [
    await stage.say('/authorize production'),
    await stage.say('/countersign help'),
    await stage.say('/authorize production 1234567'),
  ]
  for (const words of said) {
    await expectSilence(stage, () => comment('octocat', words))
    await expectSilence(stage, () => comment('octocat', words.replaceAll(/^/gm, '> ')))
  }
  await expectNoReceipt(stage)
})

test('a bot that answers every answer with a command gets one', async () => {
  stage.world.addUser({login: 'echo', type: 'Bot'})
  stage.world.setPermission({repository, login: 'echo', role: 'write'})
  const answer = await stage.say('/authorize production', {by: 'echo'})
  expect(answer).toContain("echo is not a person's account (GitHub says: Bot).")
  for (const words of ['/authorize production', '/countersign help', `/authorize production ${stage.head}`])
    await expectSilence(stage, () => comment('echo', words))
  await expectNoReceipt(stage)
})

test('nothing that the issuer wrote begins with a slash, whatever it was asked', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
  for (const words of [
    '/countersign status',
    '/deny production',
    '/authorize /etc/passwd',
    '/authorise',
    '/authorize nowhere',
  ])
    await stage.say(words)
  const own = stage.replies().filter(({body}) => body.includes('<!-- countersign:'))
  expect(own.length).toBeGreaterThan(10)
  expect(own.filter(({body}) => /^\s*\//.test(body))).toEqual([])
  // Without an App there is no check run to carry the denial: the issuer's status tells of it.
  expectStopped(await stage.gate(), 'revoked')
})
