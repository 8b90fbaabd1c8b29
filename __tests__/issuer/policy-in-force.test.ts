/** The policy file at work, in the running issuer: what it changes for reviewers, and what a stranger cannot make it cost. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {sealPolicy} from '../../issuer/policy/built-in.ts'
import {parsePolicy} from '../../issuer/policy/parse-policy.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const policy = `version: 1
branches: [release]
environments:
  qa: {ttl: 5m, single-use: true}
  production: {approvals: 2}
  staging: {approvers: {permission: maintain, users: [monalisa], teams: [octo-org/release]}}
  frozen: {freeze: [{from: 2020-01-01T00:00:00Z, to: 2090-01-01T00:00:00Z, reason: moving house}]}
  checked: {checks: [build@github-actions]}
  careful: {risk: {deny-at: 0.01}}
  alone: {independence: none}
  eu: {}
`

const setPolicy = (text: string | null): Promise<string> =>
  stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {'.github/countersign.yml': text}})

/** Markdown's escapes aside. */
const ask = async (...asked: Parameters<Stage['authorize']>): Promise<string> =>
  (await stage.authorize(...asked)).replaceAll(/[\\\u200b]/g, '')

describe('a policy on the default branch', () => {
  beforeAll(() => setPolicy(policy))
  afterAll(() => setPolicy(null))

  test('decides from the next statement on: its environments, its ttl, its flags; the receipt names it', async () => {
    expect(await ask({environment: 'qa'})).toContain('Authorized for `qa`')
    const receipt = JSON.parse(stage.receiptText({environment: 'qa'})) as Readonly<Record<string, string>>
    const parsed = parsePolicy(policy)
    expect(receipt).toMatchObject({flags: ['once'], policy: parsed.ok ? sealPolicy(parsed.value).digest : ''})
    expect(Date.parse(receipt['expiresAt'] ?? '') - Date.parse(receipt['issuedAt'] ?? '')).toBe(300_000)
  })

  test('is what help and an unnamed environment tell of', async () => {
    const names = '`qa`, `production`, `staging`, `frozen`, `checked`, `careful`, `alone`, `eu`'
    expect(await stage.say('/countersign help')).toContain(names)
    expect(await ask({environment: 'live'})).toContain(names)
  })

  test('escalates where only approvals are missing, and mints nothing', async () => {
    expect(await ask()).toContain('2 approvals are needed, and 1 person has approved.')
    expect(() => stage.receiptText()).toThrow('no receipt')
  })

  test('lets only those approve whom it names', async () => {
    expect(await ask({environment: 'staging'})).toContain('octocat is not among them')
    stage.world.setTeam({organization: 'octo-org', slug: 'release', members: [{login: 'octocat'}]})
    expect(await ask({environment: 'staging'})).toContain('Authorized for `staging`')
  })

  test('closes an environment in a window, without its checks, or at its risk', async () => {
    expect(await ask({environment: 'frozen'})).toContain('(moving house)')
    expect(await ask({environment: 'checked'})).toContain('build@github-actions has no run on this commit')
    expect(await ask({environment: 'careful'})).toContain('and from 0.01 on the policy authorizes nothing')
    stage.world.addCheckRun({repository, sha: stage.head, name: 'build', conclusion: 'success'})
    expect(await ask({environment: 'checked'})).toContain('Authorized for `checked`')
  })

  test('lets somebody let out their own work where it asks for nobody else, and flags it', async () => {
    const {pullRequest} = await stage.propose('own')
    const sha = await stage.world.push({repository, branch: 'own', pusher: 'octocat', files: {'own.txt': 'mine\n'}})
    expect(await ask({environment: 'eu', sha, pullRequest})).toContain('1 more person is needed')
    expect(await ask({environment: 'alone', sha, pullRequest})).toContain('The receipt is flagged `self`')
  })

  test('opens the bases that it names', async () => {
    await stage.world.push({repository, branch: 'release', pusher: 'octocat', files: {'r.txt': 'r\n'}})
    const based = await stage.propose('based')
    await stage.world.retargetPullRequest({repository, pullRequest: based.pullRequest, by: 'hubot', base: 'release'})
    expect(await ask({environment: 'eu', sha: based.head, pullRequest: based.pullRequest})).toContain('Authorized')
  })
})

test('a file that is no policy answers help, status and the bare form with its lines', async () => {
  await setPolicy('version: 1\nenvironments:\n  production: {approval: 2}\n')
  for (const said of ['/countersign help', '/countersign status', '/authorize production', '/authorize qa']) {
    expect([said, await stage.say(said)]).toEqual([said, expect.stringContaining('line 3, column 16')])
  }
  expect(await ask({environment: 'anything'})).toContain('line 3, column 16')
  await setPolicy(null)
})

describe('a stranger', () => {
  /** What was asked of GitHub to come to an answer, but for the answer itself. */
  const askedFor = (): readonly string[] =>
    stage.world.requests
      .filter(({method, path}) => method === 'GET' && path.startsWith('/repos/'))
      .map(({path}) => path.replace(/\?.*/, '').replace(`/repos/${repository}`, ''))

  const costly = /^\/(?:branches|git|contents|compare|activity|commits|pulls)\b/

  test('makes the issuer read three things, and never the policy', async () => {
    // The lane's next answer comes after everything before it, the panel too.
    await stage.say('/countersign help')
    stage.world.requests.length = 0
    const reply = await stage.say(`/authorize production ${stage.head}`, {by: 'monalisa'})
    expect(reply).toContain('monalisa has the permission read')
    expect(askedFor().filter((path) => costly.test(path))).toEqual([])
  })

  test('gets silence after that, whatever is asked, and silence reads nothing more', async () => {
    await stage.world.settled()
    stage.world.requests.length = 0
    const {world, pullRequest} = stage
    for (const body of ['/countersign help', '/countersign status', '/authorize production']) {
      world.comment({repository, pullRequest, by: 'monalisa', body})
    }
    await world.settled()
    // The lane's next answer comes after all of theirs.
    await stage.say('/countersign nonsense')
    expect(askedFor().filter((path) => costly.test(path))).toEqual([])
  })
})

test('and nothing of it was asked that GitHub does not describe', () => {
  expect(stage.world.violations).toEqual([])
})
