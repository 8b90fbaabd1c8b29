/** A14: an old green run is run again. Its gate is run again too, and looks at the receipt as it is by then. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectStopped, later, rerun} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

const day = 86_400_000

test('a day later the receipt is over, in the run that was green with it too', async () => {
  const sha = await stage.authorizeMain()
  expectAllowed(await stage.gate({job: rerun(sha, {runId: 7})}), sha)
  const again = {job: rerun(sha, {runId: 7, runAttempt: 2}), env: later(day)}
  expectStopped(await stage.gate(again), 'expired')
  expectStopped(await stage.gate({...again, with: {receipt: stage.receiptText({sha})}}), 'expired')
})

test('within its life a receipt that was taken back lets no second attempt through', async () => {
  const sha = await stage.authorizeMain()
  expectAllowed(await stage.gate({job: rerun(sha, {runId: 7})}), sha)
  await stage.say('/revoke production')
  expectStopped(await stage.gate({job: rerun(sha, {runId: 7, runAttempt: 2})}), 'revoked')
})

test('one that serves one run is bound to it: a second attempt passes while it lives, another run never', async () => {
  await demand(stage, 'single-use: true')
  const sha = await stage.authorizeMain()
  expectAllowed(await stage.gate({job: rerun(sha, {runId: 7})}), sha)
  expectAllowed(await stage.gate({job: rerun(sha, {runId: 7, runAttempt: 2})}), sha)
  const other = await stage.gate({job: rerun(sha, {runId: 8})})
  expectStopped(other, 'already_used')
  expect(other.stdout).toContain('/actions/runs/7/attempts/1')
  await stage.say('/revoke production')
  expectStopped(await stage.gate({job: rerun(sha, {runId: 7, runAttempt: 3})}), 'revoked')
})
