/** Whether the default branch shows a policy file, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/facts/facts.ts'
import {type Asked, name, openChange, type OpenedChange, readChange, setStage, type Stage} from './github-world.ts'

let stage: Stage
let change: OpenedChange

beforeEach(async () => {
  stage = await setStage()
  change = await openChange(stage)
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

const read = (asked: Partial<Asked> = {}): Promise<ChangeFacts> =>
  readChange(stage, {pullRequest: change.number, ...asked})

describe('the policy file', () => {
  test.each([
    ['.github/countersign.yml', '.github/countersign.yml'],
    ['.github/countersign.yaml', '.github/countersign.yaml'],
    ['.github/Countersign.YML', '.github/Countersign.YML'],
    ['.GitHub/countersign.yml', '.GitHub/countersign.yml'],
  ])('%s is named', async (path, named) => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {[path]: 'version: 1\n'}})
    expect((await read()).policyFile).toBe(named)
  })

  test('as a symbolic link is named like a file', async () => {
    const link = {'.github/countersign.yml': {link: '../elsewhere.yml'}}
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: link})
    expect((await read()).policyFile).toBe('.github/countersign.yml')
  })

  test('cannot hide behind a .github that is a link', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {'.github': {link: 'other'}}})
    expect((await read()).policyFile).toBe('.github')
  })

  test('is absent beside other files, and on other branches', async () => {
    await stage.world.push({
      repository: name,
      branch: 'main',
      pusher: 'monalisa',
      files: {'.github/workflows/a.yml': 'on: push\n'},
    })
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'.github/countersign.yml': 'version: 1\n'},
    })
    expect((await read()).policyFile).toBeUndefined()
  })

  test('is not believed absent when GitHub cut the tree', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {a: '1', b: '2', c: '3'}})
    stage.world.limitTrees({entries: 2})
    await expect(read()).rejects.toMatchObject({kind: 'unusable', message: expect.stringContaining('cut')})
  })
})
