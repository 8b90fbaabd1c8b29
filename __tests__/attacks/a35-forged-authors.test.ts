/** A35: a push to a colleague's branch under the colleague's name, then authorized by the pusher. Pushers are what counts. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectAllowed, expectNoReceipt, whileUnreachable} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** octocat pushes what looks like hubot's. */
const forge = (branch: string, more: {readonly force?: boolean; readonly sha?: string} = {}): Promise<string> => {
  const hubot = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
  const files = {'deploy.sh': 'echo stolen\n'}
  return stage.world.push({repository, branch, pusher: 'octocat', author: hubot, committer: hubot, files, ...more})
}

const pushed = 'octocat pushed to the branch of #'

test('the pusher is known from the webhook and the activity list, whatever the commit says', async () => {
  const {pullRequest} = await stage.propose('plain')
  const sha = await forge('plain')
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('the activity list forgets the push, and the webhook is remembered', async () => {
  const {pullRequest} = await stage.propose('forgotten')
  const sha = await forge('forgotten')
  await stage.world.settled()
  stage.world.dropActivity({repository, branch: 'forgotten'})
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('the webhook never came, and the activity list is read', async () => {
  const {pullRequest} = await stage.propose('unheard')
  let sha = ''
  await whileUnreachable(stage, async () => {
    sha = await forge('unheard')
  })
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('neither tells who pushed: anybody may have, so one person is not enough, and the answer says why', async () => {
  const {pullRequest} = await stage.propose('unknown')
  let sha = ''
  await whileUnreachable(stage, async () => {
    sha = await forge('unknown')
  })
  stage.world.dropActivity({repository, branch: 'unknown'})
  const answer = await stage.authorize({sha, pullRequest})
  expect(answer).toContain('1 more person is needed')
  expect(answer).toContain(`anybody may have a hand in it: GitHub does not tell who pushed ${sha}`)
  await expectNoReceipt(stage, {sha})
})

test('moving the branch away and having a colleague bring it back hides nobody', async () => {
  const {head, pullRequest} = await stage.propose('away-and-back')
  const sha = await forge('away-and-back')
  await stage.world.push({repository, branch: 'away-and-back', pusher: 'octocat', sha: head, force: true})
  await stage.world.push({repository, branch: 'away-and-back', pusher: 'hubot', sha, force: true})
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('a push below the head counts too, when a colleague pushes on top of it', async () => {
  const {pullRequest} = await stage.propose('below')
  await forge('below')
  const sha = await stage.world.push({repository, branch: 'below', pusher: 'hubot', files: {'more.txt': 'more\n'}})
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('merging a pull request of one’s own into the colleague’s branch is a push like any other', async () => {
  const {pullRequest} = await stage.propose('merged-into')
  await forge('aside')
  const into = {repository, head: 'aside', base: 'merged-into', author: 'hubot'}
  const {number} = await stage.world.openPullRequest(into)
  const merge = {repository, pullRequest: number, by: 'octocat', method: 'squash'} as const
  const {sha} = await stage.world.mergePullRequest(merge)
  expect(await stage.authorize({sha, pullRequest})).toContain(pushed)
  await expectNoReceipt(stage, {sha})
})

test('a branch that only the colleague pushed to is authorized', async () => {
  expect(await stage.authorize()).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
})
