/** A62: an environment's state is filled until no denial fits. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectRefused} from '../acceptance/verdicts.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.liftSecondaryLimits()
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

test('comments of 65 KB that wait take no room: their digests do', async () => {
  const {world} = stage
  const people = Array.from({length: 7}, (_, i) => `approver-${i}`)
  for (const login of people) {
    world.addUser({login})
    world.setPermission({repository, login, role: 'write'})
  }
  const policy = 'version: 1\nenvironments:\n  production: {approvals: 5, independence: strict}\n'
  await world.push({repository, branch: 'main', pusher: 'octocat', files: {'.github/countersign.yml': policy}})
  for (const by of people.slice(0, 4)) {
    const reply = await stage.say(`/authorize production ${stage.head}\n${'x'.repeat(65_000)}`, {by})
    expect(reply).toContain('needed')
  }
  expect(await stage.say('/deny production', {by: 'octocat'})).toContain('Denied for `production`')
  expectRefused(await stage.gate(), 'receipt_missing')
})
