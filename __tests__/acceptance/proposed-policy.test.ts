/** A pull request that changes the policy is told what is wrong with it, before it is merged. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository, until} from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const broken = 'version: 1\nenvironments:\n  production: {approval: 2}\n'
const file = '.github/countersign.yml'
const push = (branch: string, files: Readonly<Record<string, string>>) =>
  stage.world.push({repository, branch, pusher: 'hubot', files})

test('each problem with its line, once for the same problems, and nothing when they are mended', async () => {
  const {pullRequest} = await stage.propose('policy', {[file]: broken})
  const said = await until(() => stage.replies(pullRequest)[0]?.body, 'a word about the policy')
  expect(said).toContain('**The policy in this pull request cannot be used.**')
  expect(said).toContain('line 3, column 16')
  expect(said).toContain('approval')
  await push('policy', {'other.txt': 'x'})
  await push('policy', {[file]: `${broken}ttl: 1h\n`})
  const more = await until(() => stage.replies(pullRequest)[1]?.body, 'a word about the new problem')
  expect(more).toContain('ttl')
  await push('policy', {[file]: 'version: 1\nenvironments:\n  production: {approvals: 2}\n'})
  await stage.world.settled()
  await stage.say('/countersign status', {pullRequest})
  expect(stage.replies(pullRequest)).toHaveLength(3)
})

test('another spelling of its name is named, and a pull request that does not touch it hears nothing', async () => {
  const near = await stage.propose('near', {'.github/countersign.yaml': broken})
  const said = await until(() => stage.replies(near.pullRequest)[0]?.body, 'a word about the name')
  expect(said).toContain('spelt otherwise')
  const other = await stage.propose('other')
  await stage.world.settled()
  await stage.say('/countersign status', {pullRequest: other.pullRequest})
  expect(stage.replies(other.pullRequest)).toHaveLength(1)
})
