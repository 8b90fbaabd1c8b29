/** What stands on the default branch where the policy belongs, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {Baseline, PolicyFacts} from '../../issuer/model/facts.ts'
import type {FileContent} from '../../sandbox/git/repository.ts'
import {name, openChange, type OpenedChange, readChange, say, setStage, type Stage} from './github-world.ts'

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

async function readGround(): Promise<Baseline> {
  const baseline = await stage.facts.fetchBaseline(say(stage, {pullRequest: change.number}))
  if (baseline === 'gone') throw new Error('gone')
  return baseline
}

const read = async (): Promise<PolicyFacts> => (await readGround()).policy

const onMain = (files: Readonly<Record<string, FileContent>>): Promise<string> =>
  stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files})

const text = 'version: 1 # één\nenvironments: {production: {}}\n'

describe('the policy file', () => {
  test('is read whole, as it is on the default branch', async () => {
    const sha = await onMain({'.github/countersign.yml': text, '.github/workflows/a.yml': 'on: push\n'})
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'.github/countersign.yml': 'version: 2\n'},
    })
    expect(await readGround()).toEqual({
      repository: {
        id: stage.repositoryId,
        name,
        public: true,
        defaultBranch: 'main',
        owner: {id: expect.any(Number), login: 'octo-org'},
      },
      main: {sha, tree: expect.stringMatching(/^[0-9a-f]{40}$/)},
      policy: {kind: 'file', path: '.github/countersign.yml', text, sha: expect.stringMatching(/^[0-9a-f]{40}$/)},
    })
  })

  test('is a fact of the change too, and takes five requests, none of them twice', async () => {
    await onMain({'.github/countersign.yml': text})
    await read()
    stage.world.requests.length = 0
    await read()
    expect(new Set(stage.world.requests.map(({path}) => path)).size).toBe(5)
    expect(stage.world.requests).toHaveLength(5)
    expect((await readChange(stage, {pullRequest: change.number})).policy).toMatchObject({kind: 'file', text})
  })

  test.each<readonly [path: string, content: FileContent, seen: {readonly named: string; readonly why: string}]>([
    ['.github/countersign.yaml', text, {named: '.github/countersign.yaml', why: 'spelt otherwise'}],
    ['.github/Countersign.YML', text, {named: '.github/Countersign.YML', why: 'spelt otherwise'}],
    ['.GitHub/countersign.yml', text, {named: '.GitHub/countersign.yml', why: 'spelt otherwise'}],
    ['.github/countersign.yml', {link: '../elsewhere.yml'}, {named: '.github/countersign.yml', why: 'symbolic link'}],
    ['.github/countersign.yml', {link: '../README.md'}, {named: '.github/countersign.yml', why: 'symbolic link'}],
    ['.github/countersign.yml/file', text, {named: '.github/countersign.yml', why: 'not a file'}],
    ['.github', {link: 'other'}, {named: '.github', why: 'symbolic link'}],
    ['.github', text, {named: '.github', why: 'not a folder'}],
    [
      '.github/countersign.yml',
      `# ${'x'.repeat(65_536)}`,
      {named: '.github/countersign.yml', why: 'larger than 65536 bytes'},
    ],
  ])('%s (%j) is near it, and no policy', async (path, content, {named, why}) => {
    await onMain({[path]: content})
    expect(await read()).toEqual({kind: 'near', path: named, why: expect.stringContaining(why)})
  })

  test('does not hide another spelling beside it', async () => {
    await onMain({'.github/countersign.yml': text, '.github/countersign.yaml': text})
    expect(await read()).toMatchObject({kind: 'near', path: '.github/countersign.yaml'})
    await onMain({'.github/countersign.yaml': null, '.GITHUB/countersign.yml': text})
    expect(await read()).toMatchObject({kind: 'near', path: '.GITHUB/countersign.yml'})
  })

  test('is absent beside other files, and on other branches', async () => {
    await onMain({'.github/workflows/a.yml': 'on: push\n', 'countersign.yml': text})
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'.github/countersign.yml': 'version: 1\n'},
    })
    expect(await read()).toEqual({kind: 'absent'})
  })

  test('is not believed absent when GitHub cut the tree', async () => {
    await onMain({a: '1', b: '2', c: '3'})
    stage.world.limitTrees({entries: 2})
    await expect(read()).rejects.toMatchObject({kind: 'unusable', message: expect.stringContaining('cut')})
  })

  test.each([404, 403, 500])('is an outage when GitHub names it and answers %i', async (status) => {
    await onMain({'.github/countersign.yml': text})
    stage.world.addFault({match: '/contents/', status, times: 1})
    await expect(read()).rejects.toMatchObject({name: 'GitHubUnavailable'})
  })
})

describe('memberships of teams', () => {
  const readTeams = (teams: readonly string[]): Promise<readonly string[]> =>
    stage.teams.fetchTeams(say(stage, {pullRequest: change.number}), {login: 'octocat', teams})

  test('count when they are active, of any role', async () => {
    const asked = {organization: 'octo-org'}
    stage.world.setTeam({...asked, slug: 'release', members: [{login: 'octocat', role: 'maintainer'}]})
    stage.world.setTeam({...asked, slug: 'ops', members: [{login: 'octocat'}]})
    stage.world.setTeam({...asked, slug: 'others', members: [{login: 'hubot'}]})
    stage.world.setTeam({...asked, slug: 'invited', members: [{login: 'octocat', state: 'pending'}]})
    const teams = ['release', 'ops', 'others', 'invited', 'none'].map((slug) => `octo-org/${slug}`)
    expect(await readTeams([...teams, 'elsewhere/release'])).toEqual(['octo-org/release', 'octo-org/ops'])
  })

  test('are asked once each, and none when none is named', async () => {
    stage.world.requests.length = 0
    expect(await readTeams([])).toEqual([])
    expect(stage.world.requests).toEqual([])
    await readTeams(['octo-org/release'])
    expect(stage.world.requests.filter(({path}) => path.startsWith('/orgs/'))).toHaveLength(1)
  })

  test('are unknown, not absent, while GitHub does not answer', async () => {
    stage.world.addFault({match: '^GET /orgs/', status: 403, times: 1})
    await expect(readTeams(['octo-org/release'])).rejects.toMatchObject({kind: 'permission'})
  })
})
