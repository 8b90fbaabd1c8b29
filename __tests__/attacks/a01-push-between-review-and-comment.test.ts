/** A1: a push between review and comment. The statement names a full SHA; issuer and gate compare it with what is there. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {answerAfter, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const slipIn = (branch: string): Promise<string> =>
  stage.world.push({repository, branch, pusher: 'hubot', message: 'Slip in', files: {'deploy.sh': 'echo stolen\n'}})

test('a commit that was pushed after the review and before the comment is not what the comment authorizes', async () => {
  const {head, pullRequest} = await stage.propose('before-the-comment')
  const evil = await slipIn('before-the-comment')
  const answer = await stage.authorize({sha: head, pullRequest})
  expect(answer).toContain('Not authorized for `production`')
  expect(answer).toContain(`The statement names ${head}, and the head of the pull request is ${evil}.`)
  await expectNoReceipt(stage, {sha: head})
  await expectNoReceipt(stage, {sha: evil})
})

test('a commit that was pushed after the comment and before the issuer reads it is not authorized either', async () => {
  const {head, pullRequest} = await stage.propose('before-the-reading')
  let evil = ''
  const answer = await answerAfter(stage, {body: `/authorize production ${head}`, pullRequest}, async () => {
    evil = await slipIn('before-the-reading')
  })
  expect(answer).toContain(`The statement names ${head}, and the head of the pull request is ${evil}.`)
  await expectNoReceipt(stage, {sha: head})
  await expectNoReceipt(stage, {sha: evil})
})

test('a commit that is pushed after the mint meets a receipt for another one', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
  const evil = await slipIn('feature')
  const job = {trigger: {event: 'push', branch: 'feature', sha: evil}} as const
  expectStopped(await stage.gate({job}), 'receipt_missing')
  const replayed = await stage.gate({job, with: {receipt: stage.receiptText()}})
  expectStopped(replayed, 'commit_mismatch')
  expect(replayed.summary).toContain(stage.head)
  expectAllowed(await stage.gate(), stage.head)
})
