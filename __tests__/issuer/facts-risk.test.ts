/** What is read of a change to tell its risk, on the sandbox GitHub: files, checks, signatures, distance, authorship. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  name,
  openChange,
  type OpenedChange,
  readChange,
  setStage,
  type Stage,
} from './github-world.ts'

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

const read = (asked: Partial<ChangeOrder> = {}): Promise<ChangeFacts> =>
  readChange(stage, {pullRequest: change.number, ...asked})

const push = (files: Parameters<Stage['world']['push']>[0]['files'], branch = 'feature'): Promise<string> =>
  stage.world.push({repository: name, branch, pusher: 'hubot', ...(files && {files})})

describe('the files', () => {
  test('are the pull request’s own while nothing was authorized, old names with them', async () => {
    await push({'README.md': null, 'docs/README.md': 'API\n'})
    expect(await read()).toMatchObject({
      files: [
        {path: 'docs/README.md', previous: 'README.md', additions: 0, deletions: 0},
        {path: 'src/a.ts', additions: 2, deletions: 0},
      ],
      filesCut: false,
    })
  })

  test('are all since the last authorized commit, whichever pull request brought them', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {'infra/x.tf': 'x\n'}})
    const merge = {
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      mergeParents: ['main'],
      files: {'b.ts': 'b\n', 'infra/x.tf': 'x\n'},
    }
    await stage.world.push(merge)
    const since = await read({authorized: [{sha: change.head}]})
    expect([since.files.map(({path}) => path).sort(), since.filesCut]).toEqual([['b.ts', 'infra/x.tf'], false])
  })

  test('are said to be more when GitHub lists no more, of a pull request and of a comparison', async () => {
    await push(Object.fromEntries(Array.from({length: 301}, (_, i) => [`many/${i}.txt`, 'x\n'])))
    for (const facts of [await read(), await read({authorized: [{sha: stage.root}]})]) {
      expect([facts.files.length, facts.filesCut]).toEqual([300, true])
    }
  })

  test('are said to be more when their names are too long to keep, and when there is nothing to compare with', async () => {
    const long = (i: number): string => Array.from({length: 5}, () => `${i}`.padEnd(200, 'x')).join('/')
    await push(Object.fromEntries(Array.from({length: 80}, (_, i) => [long(i), 'x\n'])))
    const {files, filesCut} = await read()
    expect([files.length < 80, filesCut]).toEqual([true, true])
    expect(await read({authorized: [{sha: 'a'.repeat(40)}]})).toMatchObject({files: [], filesCut: true})
  })
})

describe('the check runs', () => {
  const run = (checks: Partial<Parameters<Stage['world']['addCheckRun']>[0]>): void => {
    stage.world.addCheckRun({repository: name, sha: change.head, name: 'build', ...checks})
  }

  test('are all of the commit, those that a later one of their name hides too', async () => {
    stage.world.addApp({slug: 'my-ci', owner: 'octo-org', permissions: {checks: 'write'}})
    run({conclusion: 'failure'})
    run({conclusion: 'success'})
    run({name: 'test', app: 'my-ci', status: 'in_progress'})
    run({name: 'elsewhere', sha: stage.root, conclusion: 'failure'})
    const {checks, checksCut} = await read()
    expect(checksCut).toBe(false)
    expect([...checks].sort((a, b) => `${a.name} ${a.conclusion}`.localeCompare(`${b.name} ${b.conclusion}`))).toEqual([
      {name: 'build', app: 'github-actions', status: 'completed', conclusion: 'failure'},
      {name: 'build', app: 'github-actions', status: 'completed', conclusion: 'success'},
      {name: 'test', app: 'my-ci', status: 'in_progress', conclusion: null},
    ])
  })

  test('come from every page, and are said to be more beyond the last', async () => {
    for (let i = 0; i < 101; i++) run({name: `check ${i}`, conclusion: 'success'})
    expect(await read()).toMatchObject({checks: {length: 101}, checksCut: false})
    for (let i = 101; i < 501; i++) run({name: `check ${i}`, conclusion: 'success'})
    expect(await read()).toMatchObject({checks: {length: 500}, checksCut: true})
  })

  test('of a merged pull request are those of its merge commit', async () => {
    run({conclusion: 'failure'})
    const {sha} = await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    run({sha, name: 'main', conclusion: 'success'})
    expect((await read()).checks.map((check) => check.name)).toEqual(['main'])
  })
})

test('commits that GitHub has not verified are counted', async () => {
  await push({'src/b.ts': 'b\n'})
  expect((await read()).range.unsigned).toBe(2)
  await stage.world.push({
    repository: name,
    branch: 'feature',
    pusher: 'hubot',
    files: {s: '1\n'},
    signed: 'registered',
  })
  await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {o: '1\n'}, signed: 'other'})
  expect((await read()).range).toMatchObject({unsigned: 3, size: {commits: 4}})
})

test('the distance is what the head lacks of its base, and nothing once it is merged', async () => {
  expect((await read()).behindBy).toBe(0)
  for (const file of ['x', 'y']) {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {[file]: '1\n'}})
  }
  expect((await read()).behindBy).toBe(2)
  await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
  expect((await read()).behindBy).toBe(0)
})

test('the distance to another base than the default branch is told too', async () => {
  await stage.world.push({repository: name, branch: 'release', pusher: 'monalisa', sha: stage.root})
  await stage.world.push({repository: name, branch: 'release', pusher: 'monalisa', files: {r: '1\n'}})
  const opened = await stage.world.openPullRequest({
    repository: name,
    head: 'feature',
    base: 'release',
    author: 'hubot',
    title: 'Release',
  })
  expect((await read({pullRequest: opened.number})).behindBy).toBe(1)
})

test('a first change is told from a later one, and of a collaborator it is unknown', async () => {
  expect((await read()).firstByAuthor).toBe('unknown')
  const byStranger = async (branch: string): Promise<number> => {
    await push({[branch]: '1\n'}, branch)
    return (await stage.world.openPullRequest({repository: name, head: branch, author: 'stranger', title: branch}))
      .number
  }
  const first = await byStranger('first')
  expect((await read({pullRequest: first})).firstByAuthor).toBe(true)
  await stage.world.mergePullRequest({repository: name, pullRequest: first, by: 'octocat'})
  expect((await read({pullRequest: await byStranger('second')})).firstByAuthor).toBe(false)
})
