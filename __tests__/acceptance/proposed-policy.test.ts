/** A pull request that changes the policy is told what is wrong with it, before it is merged. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage, repository} from './stage.ts'

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

test('each problem with its line, as long as it is there', async () => {
  const {pullRequest} = await stage.propose('policy', {[file]: broken})
  const said = await stage.panel('The policy in this pull request cannot be used', pullRequest)
  expect(said).toContain('line 3, column 16')
  expect(said).toContain('approval')
  await push('policy', {[file]: `${broken}ttl: 1h\n`})
  await stage.panel('ttl', pullRequest)
  const head = await push('policy', {[file]: 'version: 1\nenvironments:\n  production: {approvals: 2}\n'})
  expect(await stage.panel(head, pullRequest)).not.toContain('cannot be used')
  expect(stage.panels(pullRequest)).toHaveLength(1)
  expect(stage.replies(pullRequest)).toEqual([])
})

test('another spelling of its name is named, and a pull request that does not touch it hears nothing of it', async () => {
  const near = await stage.propose('near', {'.github/countersign.yaml': broken})
  await stage.panel('spelt otherwise', near.pullRequest)
  expect(await stage.panel('needs authorization')).not.toContain('cannot be used')
})

test('one from a fork is told so too', async () => {
  const fork = 'monalisa/api-service'
  await stage.world.addRepository({name: fork, forkOf: repository})
  await stage.world.push({repository: fork, branch: 'gift', pusher: 'monalisa', files: {[file]: broken}})
  const {number} = await stage.world.openPullRequest({
    repository,
    headRepository: fork,
    head: 'gift',
    author: 'monalisa',
  })
  expect(await stage.panel('in a fork', number)).toContain('line 3, column 16')
})

test('on the default branch, every panel says that nothing is authorized, and why', async () => {
  await push('main', {[file]: broken})
  const {pullRequest} = await stage.propose('later')
  const said = await stage.panel('Nothing is authorized here now', pullRequest)
  expect(said).toContain('line 3, column 16')
  expect(said).not.toContain('/authorize')
})
