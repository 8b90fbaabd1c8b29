/** A36: the pull request is retargeted, or merged into one's own branch, so that commits, files and people vanish from it. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {thePull} from '../../sandbox/world.ts'
import {tryMerge} from '../../sandbox/pull-requests.ts'
import {answerAfter, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const wrongBase = 'and only main of this repository can be authorized.'
const notInMain = 'The commit is not part of main.'

test('a base that already holds most of the change makes it look small, and is refused', async () => {
  const {pullRequest, head} = await stage.propose('large')
  await stage.world.push({repository, branch: 'almost-there', pusher: 'hubot', sha: head})
  const sha = await stage.world.push({repository, branch: 'large', pusher: 'hubot', files: {'small.txt': 'small\n'}})
  await stage.world.retargetPullRequest({repository, pullRequest, by: 'hubot', base: 'almost-there'})
  const answer = await stage.authorize({sha, pullRequest})
  expect(answer).toContain('The pull request goes into almost-there,')
  expect(answer).toContain(wrongBase)
  await expectNoReceipt(stage, {sha})
})

test('a base that changes after the comment and before it is read is the one that counts', async () => {
  const {pullRequest, head} = await stage.propose('late-retarget')
  await stage.world.push({repository, branch: 'late-base', pusher: 'hubot', files: {'base.txt': 'base\n'}})
  const body = `/authorize production ${head}`
  const answer = await answerAfter(stage, {body, pullRequest}, () =>
    stage.world.retargetPullRequest({repository, pullRequest, by: 'hubot', base: 'late-base'}),
  )
  expect(answer).toContain(wrongBase)
  await expectNoReceipt(stage, {sha: head})
})

test('a merge into one’s own branch is not authorized on its merge commit', async () => {
  const {pullRequest} = await stage.propose('into-my-own')
  await stage.world.push({repository, branch: 'my-own', pusher: 'hubot', files: {'mine.txt': 'mine\n'}})
  await stage.world.retargetPullRequest({repository, pullRequest, by: 'hubot', base: 'my-own'})
  const {sha} = await stage.world.mergePullRequest({repository, pullRequest, by: 'hubot'})
  const answer = await stage.authorize({sha, pullRequest})
  expect(answer).toContain(wrongBase)
  await expectNoReceipt(stage, {sha})
})

test('the test merge that GitHub keeps of an open pull request is not authorized', async () => {
  const {pullRequest, head} = await stage.propose('open')
  const merge = (await tryMerge(stage.world, thePull(stage.world, repository, pullRequest))) ?? ''
  const answer = await stage.authorize({sha: merge, pullRequest})
  expect(answer).toContain(`The statement names ${merge}, and the head of the pull request is ${head}.`)
  await expectNoReceipt(stage, {sha: merge})
})

test('a merge that main no longer holds is not authorized', async () => {
  const {pullRequest} = await stage.propose('rewritten-away')
  const before = thePull(stage.world, repository, pullRequest).base.sha
  const {sha} = await stage.world.mergePullRequest({repository, pullRequest, by: 'hubot'})
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', sha: before, force: true})
  expect(await stage.authorize({sha, pullRequest})).toContain(notInMain)
  await expectNoReceipt(stage, {sha})
})

test('a closed pull request that was never merged is not authorized', async () => {
  const {pullRequest, head} = await stage.propose('closed')
  stage.world.closePullRequest({repository, pullRequest, by: 'hubot'})
  expect(await stage.authorize({sha: head, pullRequest})).toContain('The pull request was closed without being merged.')
  await expectNoReceipt(stage, {sha: head})
})

test('a merge into main is authorized on its merge commit alone, and that is what the job deploys', async () => {
  const {pullRequest, head} = stage
  const {sha} = await stage.world.mergePullRequest({repository, pullRequest, by: 'hubot'})
  expect(await stage.authorize({sha: head})).toContain(`The statement names ${head}, which is not the merge commit`)
  await expectNoReceipt(stage, {sha: head})
  expect(await stage.authorize({sha})).toContain('Authorized for `production`')
  expectAllowed(await stage.gate({job: {trigger: {event: 'push', branch: 'main', sha}}}), sha)
  expectStopped(await stage.gate(), 'receipt_missing')
})
