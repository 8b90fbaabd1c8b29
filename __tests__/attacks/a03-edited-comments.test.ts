/** A3: editing somebody's comment, or one's own after the fact. Only created comments count, and only never edited ones. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {theComment} from '../../sandbox/world.ts'
import {answerAfter, expectAllowed, expectNoReceipt, expectSilence, expectStopped, whileUnreachable} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const command = (): string => `/authorize production ${stage.head}`
const say = (body: string): number =>
  stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body}).id

const edited = 'The comment was edited, and only what was said at once counts.'
const notAsAnnounced = 'The comment is no longer the one that GitHub announced'

test('an ordinary comment that is edited into a command, by its author or by a colleague, stays without an answer', async () => {
  for (const by of ['octocat', 'hubot']) {
    const id = say('Looks good to me.')
    await expectSilence(stage, () => stage.world.editComment({id, by, body: command()}))
    await expectNoReceipt(stage)
  }
})

test('a command that was edited before the issuer reads it authorizes neither what it said nor what it says', async () => {
  const {head: other} = await stage.propose('other')
  const answer = await answerAfter(stage, {body: `/authorize production ${other}`}, ({id}) =>
    stage.world.editComment({id, by: 'hubot', body: command()}),
  )
  expect(answer).toContain('does not count as an authorization')
  expect(answer).toContain(edited)
  expect(answer).toContain(notAsAnnounced)
  await expectNoReceipt(stage)
  await expectNoReceipt(stage, {sha: other})
})

test('a command that was edited and put back within the second shows in no time and no text, and is refused all the same', async () => {
  const {head, pullRequest} = await stage.propose('put-back')
  const body = `/authorize production ${head}`
  const answer = await answerAfter(stage, {body, pullRequest}, ({id}) => {
    stage.world.editComment({id, by: 'hubot', body: 'something else'})
    stage.world.editComment({id, by: 'hubot', body})
    const comment = theComment(stage.world, id)
    // REST's times are whole seconds: a quick edit leaves them equal.
    comment.updatedAt = comment.createdAt
  })
  expect(answer).toContain(edited)
  expect(answer).not.toContain(notAsAnnounced)
  await expectNoReceipt(stage, {sha: head})
})

test('a command that was taken back before the issuer reads it is not there any more', async () => {
  const [late] = await whileUnreachable(stage, () => say(command()))
  const id = Math.max(...stage.world.comments.keys())
  stage.world.deleteComment({id})
  await expectSilence(stage, () => stage.world.redeliver({id: late?.id ?? 0}))
  await expectNoReceipt(stage)
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('a new comment, never edited, authorizes', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
})
