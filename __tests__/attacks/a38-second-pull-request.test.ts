/** A38: the same head in a second pull request onto another base, whose merge is built and meets the head's receipt. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let second: number
beforeAll(async () => {
  stage = await Stage.open()
  const {world} = stage
  await world.push({repository, branch: 'evil-base', pusher: 'hubot', files: {'evil.txt': 'echo stolen\n'}})
  ;({number: second} = await world.openPullRequest({repository, head: 'feature', base: 'evil-base', author: 'hubot'}))
  await stage.authorize()
})
afterAll(() => stage.close())

const after = (event: string, more: {readonly headRepository?: string} = {}) => ({
  trigger: {event: 'workflow_run', after: event, headBranch: 'feature', headSha: stage.head, ...more} as const,
})

test.each(['pull_request', 'pull_request_target', 'issue_comment', 'workflow_run'])(
  'a workflow_run after %s is refused: what was built there is no commit that a receipt names',
  async (event) => {
    const result = await stage.gate({job: after(event), checkout: 'nothing'})
    expectStopped(result, 'event_unsupported')
    expect(result.stdout).toContain(`the run before was triggered by ${event}`)
  },
)

test('a workflow_run after a push of a fork is refused', async () => {
  const {world} = stage
  await world.addRepository({name: 'hubot/api-service', forkOf: repository})
  const headRepository = 'hubot/api-service'
  const sha = await world.push({repository: headRepository, branch: 'feature', pusher: 'hubot', files: {'x.txt': 'x'}})
  const trigger = {event: 'workflow_run', after: 'push', headBranch: 'feature', headSha: sha, headRepository} as const
  const result = await stage.gate({job: {trigger}, checkout: 'nothing'})
  expectStopped(result, 'event_unsupported')
  expect(result.stdout).toContain('the run before was not of a commit of this repository')
})

test('on the second pull request the merge with the evil base is checked out, and refused', async () => {
  const trigger = {event: 'pull_request', pullRequest: second} as const
  expectStopped(await stage.gate({job: {trigger}}), 'checkout_mismatch')
  const allowed = await stage.gate({job: {trigger}, checkout: {ref: stage.head}})
  expectAllowed(allowed, stage.head)
})

test('a statement on the second pull request authorizes nothing', async () => {
  const answer = await stage.authorize({environment: 'staging', pullRequest: second})
  expect(answer).toContain('The pull request goes into evil-base, and only main of this repository can be authorized.')
})

test('a workflow_run after a push of the authorized commit passes, and says which commit to check out', async () => {
  expectAllowed(await stage.gate({job: after('push'), checkout: {ref: stage.head}}), stage.head)
})
