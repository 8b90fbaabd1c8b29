/** A58: take a no away before it is read, by deleting or editing it, or make one of somebody else's words. What was announced counts. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {onMain} from '../acceptance/jobs.ts'
import {afterEveryNo} from '../acceptance/later.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {answerAfter, answerTo, expectAllowed, expectSilence, expectStopped} from './judge.ts'

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

const deny = '/deny production it drops a table'
const denied = 'Denied for `production`'

const say = (body: string, by = 'monalisa'): number =>
  stage.world.comment({repository, pullRequest: stage.pullRequest, by, body}).id

test.each<[string, (id: number) => void]>([
  ['deleted by somebody else', (id) => stage.world.deleteComment({id, by: 'hubot'})],
  ['deleted by its own author', (id) => stage.world.deleteComment({id})],
  ['edited by somebody else', (id) => stage.world.editComment({id, by: 'hubot', body: 'Looks good to me.'})],
  ['edited by its own author', (id) => stage.world.editComment({id, body: 'Never mind.'})],
])(
  'a denial that is %s before it is read, behind forty other comments, is carried out, and the reply says so',
  async (how, erase) => {
    await stage.authorize()
    expectAllowed(await stage.gate(), stage.head)
    for (let i = 0; i < 40; i++) say('/countersign status', 'octocat')
    erase(say(deny))
    const reply = await until(() => stage.replies().find(({body}) => body.includes(denied))?.body, 'the denial')
    expect(reply).toContain(
      how.startsWith('deleted') ? 'GitHub does not show the comment' : 'The comment was edited since.',
    )
    expectStopped(await stage.gate(), 'denied')
    await afterEveryNo(stage.world)
    say(`/authorize production ${stage.head}`, 'octocat')
    await until(() => stage.replies().find(({body}) => body.includes('monalisa denied')), 'that it stays denied')
  },
)

test('a revocation that is deleted while its webhook is on its way is carried out', async () => {
  const sha = await stage.authorizeMain()
  expectAllowed(await stage.gate(onMain()), sha)
  const answer = await answerAfter(stage, {body: '/revoke production', by: 'monalisa'}, ({id}) =>
    stage.world.deleteComment({id, by: 'hubot'}),
  )
  expect(answer).toContain('Revoked for `production`')
  expectStopped(await stage.gate(onMain()), 'revoked')
})

test('a denial is not made of somebody’s comment by editing it, nor by whoever may edit every comment', async () => {
  stage.world.setPermission({repository, login: 'hubot', role: 'admin'})
  await stage.authorize()
  const id = say('Looks good to me.')
  await expectSilence(stage, () => stage.world.editComment({id, by: 'hubot', body: deny}))
  expectAllowed(await stage.gate(), stage.head)
})

test('its own author may make one of it, once: what is changed below the first line says nothing new', async () => {
  await stage.authorize()
  const id = say('Looks good to me.')
  expect(await answerTo(stage, () => stage.world.editComment({id, body: deny}))).toContain(denied)
  expectStopped(await stage.gate(), 'denied')
  await expectSilence(stage, () => stage.world.editComment({id, body: `${deny}\n\nSee the migration.`}))
})

test('an authorization that its author edits into a denial takes back what it authorized', async () => {
  const {id} = stage.world.comment({
    repository,
    pullRequest: stage.pullRequest,
    by: 'monalisa',
    body: `/authorize production ${stage.head}`,
  })
  await until(() => stage.replies().find(({body}) => body.includes('Authorized for')), 'the receipt')
  expectAllowed(await stage.gate(), stage.head)
  expect(await answerTo(stage, () => stage.world.editComment({id, body: deny}))).toContain(denied)
  expectStopped(await stage.gate(), 'denied')
})

test('a denial that was said and deleted while the issuer was down is carried out when it is back', async () => {
  await stage.authorize()
  await stage.issuer.stop()
  stage.world.deleteComment({id: say(deny), by: 'hubot'})
  await stage.world.settled()
  await stage.issuer.restart()
  await until(() => stage.replies().find(({body}) => body.includes(denied)), 'the denial')
  expectStopped(await stage.gate(), 'denied')
})
