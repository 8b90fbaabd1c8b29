/** A46: a check that the policy asks for is met by a job, a status or an App of that name. `name@app`, and every run of it. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {demand, expectNoReceipt} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  for (const slug of ['my-ci', 'my-ci-2', 'my_ci']) {
    stage.world.addApp({slug, owner: 'octo-org', permissions: {checks: 'write'}})
  }
  await demand(stage, 'checks: [build, test@my-ci]')
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

let changes = 0

interface Change {
  readonly sha: string
  readonly pullRequest: number
}

/** A change, and what its author's workflow can do to it. */
async function change(): Promise<Change> {
  const {head: sha, pullRequest} = await stage.propose(`change-${(changes += 1)}`)
  return {sha, pullRequest}
}

const post = (
  {sha}: Change,
  name: string,
  more: {readonly app?: string; readonly conclusion?: 'success' | 'failure'},
) => stage.world.addCheckRun({repository, sha, name, conclusion: 'success', ...more})

async function expectRefused(asked: Change, words: string): Promise<void> {
  // What would ping or format is escaped in the answer.
  expect((await stage.authorize(asked)).replaceAll(/[\\\u200b]/g, '')).toContain(words)
  await expectNoReceipt(stage, asked)
}

test('by a job of that name in the attacker’s own workflow', async () => {
  const asked = await change()
  post(asked, 'build', {})
  post(asked, 'test', {})
  await expectRefused(asked, 'test@my-ci has no run on this commit')
})

test('by an App whose name is nearly the same', async () => {
  const asked = await change()
  post(asked, 'build', {})
  for (const app of ['my-ci-2', 'my_ci', 'github-actions']) post(asked, 'test', {app})
  await expectRefused(asked, 'test@my-ci has no run on this commit')
})

test('by a commit status of that name', async () => {
  const asked = await change()
  for (const context of ['build', 'test', 'test@my-ci']) {
    stage.world.addStatus({repository, sha: asked.sha, state: 'success', context, by: 'hubot'})
  }
  await expectRefused(asked, 'build has no run on this commit')
})

test('by a check run that is called as the policy writes it', async () => {
  const asked = await change()
  post(asked, 'build', {})
  post(asked, 'test@my-ci', {})
  await expectRefused(asked, 'test@my-ci has no run on this commit')
})

test('by a second, green run that hides the red one from the list', async () => {
  const asked = await change()
  post(asked, 'test', {app: 'my-ci'})
  post(asked, 'build', {conclusion: 'failure'})
  post(asked, 'build', {conclusion: 'success'})
  await expectRefused(asked, 'a run of build is failure')
})

test('by the checks of another commit: green there, absent here', async () => {
  const green = await change()
  post(green, 'build', {})
  post(green, 'test', {app: 'my-ci'})
  const asked = await change()
  await expectRefused(asked, 'build has no run on this commit')
  expect(await stage.authorize(green)).toContain('Authorized for `production`')
})
