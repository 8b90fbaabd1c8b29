/** A21: one commit is authorized and another deployed. What is checked out when the gate runs must be the authorized commit. */
import {appendFile, mkdir, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type GateAsk, Stage, repository} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let evil: string
beforeAll(async () => {
  stage = await Stage.open()
  expect(await stage.authorize()).toContain('Authorized for `production`')
  const files = {'deploy.sh': 'echo stolen\n'}
  evil = await stage.world.push({repository, branch: 'feature', pusher: 'hubot', message: 'Slip in', files})
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

/** A job of the authorized commit, with something else in its workspace. */
async function stopped(ask: GateAsk): Promise<string> {
  const step = await stage.gate(ask)
  expectStopped(step, 'checkout_mismatch')
  return step.annotations.map(({message}) => message).join('\n')
}

test('a checkout of a commit that nobody authorized is stopped, and both are named', async () => {
  const words = await stopped({checkout: {ref: evil}})
  expect(words).toContain(`its HEAD is ${evil}, and ${stage.head} is authorized`)
  expect(words).toContain(`ref: ${stage.head}`)
})

test('the branch, by which the commit could be had when it was authorized, has moved on', async () => {
  expect(await stopped({checkout: {ref: 'refs/heads/feature'}})).toContain(`its HEAD is ${evil}`)
})

test('of a pull request GitHub checks out a merge that nobody has seen', async () => {
  const other = await stage.propose('other')
  await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
  const job = {trigger: {event: 'pull_request', pullRequest: other.pullRequest}} as const
  const words = await stopped({job})
  expect(words).toContain(`${other.head} is authorized`)
  expect(words).toContain('ref: ${{ github.event.pull_request.head.sha }}')
  expectAllowed(await stage.gate({job, checkout: {ref: other.head}}), other.head)
})

const changes: Readonly<Record<string, (workspace: string) => Promise<unknown>>> = {
  'a line more in a file': (workspace) => appendFile(join(workspace, 'deploy.sh'), 'echo stolen\n'),
  'a file that is gone': (workspace) => rm(join(workspace, 'deploy.sh')),
  'a file under another name': (workspace) => rename(join(workspace, 'deploy.sh'), join(workspace, 'deploy2.sh')),
  'a folder in the place of a file': async (workspace) => {
    await rm(join(workspace, 'deploy.sh'))
    await mkdir(join(workspace, 'deploy.sh'))
  },
}

test.each(Object.entries(changes))('the right commit with %s is not the right one', async (_, before) => {
  const ask: GateAsk = {
    before: async (workspace) => {
      await before(workspace)
    },
  }
  expect(await stopped(ask)).toContain('deploy.sh')
})

test('a second checkout, which is what will be deployed, is the one that counts when it is named', async () => {
  const before = async (workspace: string): Promise<void> => {
    await mkdir(join(workspace, 'app'))
    await rename(join(workspace, '.git'), join(workspace, 'app', '.git'))
    await rename(join(workspace, 'README.md'), join(workspace, 'app', 'README.md'))
    await writeFile(join(workspace, 'app', 'deploy.sh'), 'echo stolen\n')
  }
  expect(await stopped({before, with: {path: 'app'}})).toContain('deploy.sh')
})

test('with nothing checked out yet, the output names the one commit to check out, and the job is told so', async () => {
  const step = await stage.gate({checkout: 'nothing'})
  expectAllowed(step, stage.head)
  expect(step.annotations.map(({message}) => message).join('\n')).toContain('Nothing is checked out')
})

test('the authorized commit as it is goes out', async () => {
  expectAllowed(await stage.gate(), stage.head)
})
