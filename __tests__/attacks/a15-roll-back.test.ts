/** A15: an older commit, authorized once and replaced since, is deployed again. Its receipt is used up, over, or taken back. */
import {afterAll, beforeAll, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectStopped, later, rerun} from './judge.ts'

let stage: Stage
let old: string
let current: string
beforeAll(async () => {
  stage = await Stage.open()
  await demand(stage, 'single-use: true')
  old = await stage.authorizeMain()
  expectAllowed(await stage.gate({job: rerun(old, {runId: 7})}), old)
  const fix = await stage.propose('fix')
  const {pullRequest} = fix
  ;({sha: current} = await stage.world.mergePullRequest({repository, pullRequest, by: 'octocat'}))
  await stage.authorize({sha: current, pullRequest})
  expectAllowed(await stage.gate({job: rerun(current, {runId: 8})}), current)
})
afterAll(() => stage.close())

test('a new run of the old commit finds its receipt used up', async () => {
  expectStopped(await stage.gate({job: rerun(old, {runId: 9})}), 'already_used')
})

test('the receipt of what runs now does not bring the old commit back, nor the other way round', async () => {
  const [receipt, older] = [stage.receiptText({sha: current}), stage.receiptText({sha: old})]
  const alone = {'github-token': '', 'issuer-url': undefined}
  expectStopped(await stage.gate({job: rerun(old, {runId: 9}), with: {...alone, receipt}}), 'commit_mismatch')
  expectStopped(
    await stage.gate({job: rerun(current, {runId: 9}), with: {...alone, receipt: older}}),
    'commit_mismatch',
  )
})

test('the run that used it may not come back to it when its life is over', async () => {
  expectStopped(await stage.gate({job: rerun(old, {runId: 7, runAttempt: 2}), env: later(86_400_000)}), 'expired')
})

test('taken back, it lets the run that used it go back no more either', async () => {
  await stage.say('/revoke production')
  expectStopped(await stage.gate({job: rerun(old, {runId: 7, runAttempt: 2})}), 'revoked')
})
