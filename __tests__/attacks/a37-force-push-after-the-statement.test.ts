/** A37: a force-push after the approval. Approvals of reviews move along with it on GitHub; a statement's SHA does not. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {answerAfter, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** The branch as if the reviewed commit had never been: same parent, same message, other content. */
const replace = (branch: string): Promise<string> =>
  stage.world.push({
    repository,
    branch,
    pusher: 'hubot',
    force: true,
    message: `Add ${branch}`,
    files: {'deploy.sh': 'echo stolen\n'},
  })

test('the commit that replaced the stated one before the issuer reads it is not authorized, nor is the stated one', async () => {
  const {head, pullRequest} = await stage.propose('amended')
  let evil = ''
  const answer = await answerAfter(stage, {body: `/authorize production ${head}`, pullRequest}, async () => {
    evil = await replace('amended')
  })
  expect(answer).toContain(`The statement names ${head}, and the head of the pull request is ${evil}.`)
  await expectNoReceipt(stage, {sha: head})
  await expectNoReceipt(stage, {sha: evil})
})

test('the receipt stays with the commit that it names, and the one that replaced it is stopped', async () => {
  await stage.authorize()
  const evil = await replace('feature')
  const job = {trigger: {event: 'push', branch: 'feature', sha: evil}} as const
  expectStopped(await stage.gate({job}), 'receipt_missing')
  expectStopped(await stage.gate({job, with: {receipt: stage.receiptText()}}), 'commit_mismatch')
  const onPull = {trigger: {event: 'pull_request', pullRequest: stage.pullRequest}} as const
  expectStopped(await stage.gate({job: onPull, checkout: {ref: evil}}), 'receipt_missing')
})

test('a job that says the authorized commit and has the other one checked out is stopped', async () => {
  const evil = await replace('feature')
  expectStopped(await stage.gate({checkout: {ref: evil}}), 'checkout_mismatch')
  expectAllowed(await stage.gate({checkout: {ref: stage.head}}), stage.head)
})
