/** `countersign doctor OWNER/REPO`, spawned, against the sandbox: files and settings, and every way of not seeing them. */
import {once} from 'node:events'
import {type AddressInfo, createServer} from 'node:net'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {events, permissions} from '../../../issuer/setup/manifest.ts'
import {neededEvents, neededPermissions} from '../../../src/cli/doctor/settings/look-apps.ts'
import {type Sandbox, startSandbox} from '../../../sandbox/start.ts'
import type {RepositorySettings} from '../../../sandbox/settings.ts'
import {type CommandRun, countersign, useBuiltCommand} from '../command.ts'
import {changed, clean, owners} from './workflows.ts'

useBuiltCommand()

const repository = 'octo-org/api-service'
const workflow = '.github/workflows/deploy.yml'

const good: Partial<RepositorySettings> = {
  rulesets: [
    {
      id: 7,
      bypass: false,
      rules: [
        {type: 'non_fast_forward'},
        {
          type: 'pull_request',
          parameters: {
            dismiss_stale_reviews_on_push: true,
            require_code_owner_review: true,
            require_last_push_approval: true,
            required_approving_review_count: 1,
            required_review_thread_resolution: false,
          },
        },
      ],
    },
  ],
  environments: [{name: 'production', allBranches: false, adminsBypass: false}],
}

let github: Sandbox
let tokens: Readonly<Record<'admin' | 'writer', string>>

beforeEach(async () => {
  github = await startSandbox()
  const {world} = github
  world.addOrganization({login: 'octo-org'})
  const [admin, writer] = ['octocat', 'hubot'].map((login) => world.addUser({login}).token)
  tokens = {admin: admin ?? '', writer: writer ?? ''}
})
afterEach(async () => {
  await github.close()
  expect(github.world.violations).toEqual([])
})

async function have(
  files: Readonly<Record<string, string>>,
  settings: Partial<RepositorySettings> = {},
): Promise<void> {
  const {world} = github
  await world.addRepository({name: repository, files: {'.github/CODEOWNERS': owners, ...files}})
  world.setPermission({repository, login: 'octocat', role: 'admin'})
  world.setPermission({repository, login: 'hubot', role: 'write'})
  world.changeSettings({repository, ...good, ...settings})
}

/** A pull request whose head bears a check run of the gate's name by this App. */
async function haveRun(app: string): Promise<string> {
  const {world} = github
  const sha = await world.push({repository, branch: 'feature', pusher: 'hubot', files: {'a.txt': 'one\n'}})
  await world.openPullRequest({repository, head: 'feature', author: 'hubot'})
  addRun(sha, app)
  return sha
}

function addRun(sha: string, app: string): void {
  github.world.addCheckRun({repository, sha, app, name: 'countersign / production', conclusion: 'success'})
}

interface Diagnosis {
  readonly complete: boolean
  readonly findings: readonly {readonly id: string; readonly url?: string; readonly what: string}[]
  readonly unknown: readonly {readonly what: string}[]
  readonly unseen: readonly {readonly what: string; readonly why: string}[]
}

const doctor = (words: readonly string[], token = tokens.admin): Promise<CommandRun> =>
  countersign(['doctor', ...words], {env: {GITHUB_TOKEN: token, GITHUB_API_URL: github.url}})

async function diagnose(token?: string): Promise<Diagnosis & {readonly code: number | null}> {
  const {code, out} = await doctor([repository, '--json'], token)
  return {code, ...(JSON.parse(out) as Diagnosis)}
}

const idsOf = ({findings}: Diagnosis): readonly string[] => findings.map(({id}) => id).toSorted()

test('a repository as it should be ends with 0', async () => {
  await have({[workflow]: clean})
  await haveRun('countersign')
  const diagnosis = await diagnose()
  expect(diagnosis).toMatchObject({code: 0, complete: true, findings: [], unknown: [], unseen: []})
})

const weaknesses: readonly (readonly [string, Partial<RepositorySettings>])[] = [
  ['branch-unprotected', {rulesets: []}],
  ['branch-force-push', {rulesets: (good.rulesets ?? []).map((one) => ({...one, rules: one.rules.slice(1)}))}],
  ['branch-bypass', {rulesets: (good.rulesets ?? []).map((one) => ({...one, bypass: true}))}],
  ['author-merges-alone', {rulesets: (good.rulesets ?? []).map((one) => ({...one, rules: one.rules.slice(0, 1)}))}],
  ['owners-not-asked', {rulesets: [], protection: {approvals: 1, codeOwners: false, forcePushes: false, admins: true}}],
  ['branch-bypass', {rulesets: [], protection: {approvals: 1, codeOwners: true, forcePushes: false, admins: false}}],
  ['environment-missing', {environments: []}],
  ['environment-open', {environments: [{name: 'production', allBranches: true, adminsBypass: false}]}],
  ['environment-admin-bypass', {environments: [{name: 'Production', allBranches: false, adminsBypass: true}]}],
  ['token-approves', {workflowToken: {writes: false, approves: true}}],
  ['token-writes', {workflowToken: {writes: true, approves: false}}],
  [
    'deploy-key-writable',
    {
      keys: [
        {title: 'mirror', readOnly: false},
        {title: 'reader', readOnly: true},
      ],
    },
  ],
]

test.each(weaknesses)('%s', async (id, settings) => {
  await have({[workflow]: clean}, settings)
  const diagnosis = await diagnose()
  expect(idsOf(diagnosis)).toEqual([id])
  expect(diagnosis.findings[0]?.url).toContain(`/${repository}/settings/`)
})

test('a ruleset that anybody may go past and a protection that nobody may is not bypassable', async () => {
  const rulesets = (good.rulesets ?? []).map((one) => ({...one, bypass: true}))
  await have(
    {[workflow]: clean},
    {rulesets, protection: {approvals: 1, codeOwners: true, forcePushes: false, admins: true}},
  )
  expect(idsOf(await diagnose())).toEqual([])
})

test('secrets of the repository that deploying jobs read', async () => {
  const reading = changed([
    'run: ./deploy.sh\n',
    'run: ./deploy.sh\n        env:\n          TOKEN: ${{ secrets.DEPLOY_TOKEN }}\n',
  ])
  await have({[workflow]: reading}, {secrets: ['DEPLOY_TOKEN', 'OTHER']})
  const {findings} = await diagnose()
  expect(findings).toMatchObject([{id: 'secret-at-repository', what: expect.stringContaining('DEPLOY_TOKEN, which')}])
})

test('what stands behind the first hundred of a list is read too', async () => {
  const reading = changed([
    'run: ./deploy.sh\n',
    'run: ./deploy.sh\n        env:\n          TOKEN: ${{ secrets.ZZ_DEPLOY_TOKEN }}\n',
  ])
  const many = Array.from({length: 150}, (_, i) => `SECRET_${i}`)
  const readers = Array.from({length: 120}, (_, i) => ({title: `reader ${i}`, readOnly: true}))
  await have(
    {[workflow]: reading},
    {secrets: [...many, 'ZZ_DEPLOY_TOKEN'], keys: [...readers, {title: 'the last', readOnly: false}]},
  )
  expect(idsOf(await diagnose())).toEqual(['deploy-key-writable', 'secret-at-repository'])
})

test('an environment that is known at run time alone is said to be so', async () => {
  const named = '${{ github.ref_name }}'
  await have({
    [workflow]: changed(
      ['    environment: production\n', `    environment: ${named}\n`],
      ['          environment: production\n', `          environment: ${named}\n`],
    ),
  })
  const {findings, unknown} = await diagnose()
  expect(findings).toEqual([])
  expect(unknown.map(({what}) => what)).toContain(
    `Which environment ${named} is, and so what its settings are, is not seen here.`,
  )
})

test('environments out of a matrix are looked at, each', async () => {
  const named = '${{ matrix.place }}'
  const pairs = [
    [
      '    runs-on: ubuntu-latest\n',
      '    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        place: [production, staging]\n        include:\n          - place: demo\n',
    ],
    ['    environment: production\n', `    environment: ${named}\n`],
    ['          environment: production\n', `          environment: ${named}\n`],
  ] as const
  await have({[workflow]: changed(...pairs)})
  const {findings, unknown} = await diagnose()
  expect(findings.map(({id, what}) => `${id} ${what}`)).toEqual([
    'environment-missing There is no environment staging.',
    'environment-missing There is no environment demo.',
  ])
  expect(unknown).toHaveLength(1)
})

test('files are found at another ref, and local Actions with them', async () => {
  await have({[workflow]: clean})
  const weak = changed(
    ['        run: ./deploy.sh\n', '        uses: ./.github/actions/deploy\n'],
    ["      - if: steps.gate.outputs.authorized == 'true'\n  ", '      -'],
  )
  const action = 'runs:\n  using: composite\n  steps:\n    - run: ./deploy.sh\n      shell: bash\n'
  await github.world.push({
    repository,
    branch: 'next',
    pusher: 'hubot',
    files: {[workflow]: weak, '.github/actions/deploy/action.yml': action},
  })
  expect(idsOf(await diagnose())).toEqual([])
  const {out} = await doctor([repository, '--ref', 'next', '--json'])
  expect((JSON.parse(out) as Diagnosis).findings).toMatchObject([
    {id: 'deploy-unconditioned', file: '.github/actions/deploy/action.yml'},
  ])
})

describe("the issuer's App", () => {
  test('without a check run nobody knows', async () => {
    await have({[workflow]: clean})
    const {code, unknown} = await diagnose()
    expect(code).toBe(0)
    expect(unknown).toMatchObject([{what: expect.stringContaining('whether its App is installed is not known')}])
  })

  test('lacks a permission and an event, or is one of several', async () => {
    await have({[workflow]: clean})
    github.world.addApp({
      slug: 'other',
      owner: 'octo-org',
      permissions: {checks: 'write', contents: 'read'},
      events: ['push'],
    })
    const sha = await haveRun('other')
    const alone = await diagnose()
    expect(idsOf(alone)).toEqual(['app-event-missing', 'app-permission-missing'])
    addRun(sha, 'countersign')
    expect(idsOf(await diagnose())).toEqual(['app-event-missing', 'app-permission-missing', 'several-apps'])
  })
})

test('what the App needs is what the issuer has it made with', () => {
  expect(neededPermissions).toEqual(
    Object.fromEntries(Object.entries(permissions).map(([name, {level}]) => [name, level])),
  )
  expect(neededEvents).toEqual(events)
})

describe('what cannot be seen ends with 2, and is never taken for good', () => {
  test('a token that may not read settings', async () => {
    await have({[workflow]: clean})
    const {code, complete, findings, unseen} = await diagnose(tokens.writer)
    expect([code, complete, findings]).toEqual([2, false, []])
    const words = unseen.map(({what}) => what).join('\n')
    for (const what of ['the protection of the branch main', 'who may go past', 'the deploy keys', 'GITHUB_TOKEN']) {
      expect(words).toContain(what)
    }
  })

  test('a rate limit in the middle of it', async () => {
    await have({[workflow]: changed(['      contents: read\n', '      contents: write\n'])})
    github.world.addFault({match: '/protection', rateLimit: 'primary'})
    const {code, findings, unseen} = await diagnose()
    expect(code).toBe(2)
    expect(findings).toMatchObject([{id: 'permissions-wide'}])
    expect(unseen[0]?.why).toContain('rate limit')
    // Nobody is asked any more.
    expect(unseen.every(({why}) => why.includes('rate limit'))).toBe(true)
  })

  test('a workflow that cannot be read, and one of 2 MiB', async () => {
    await have({
      [workflow]: clean,
      '.github/workflows/large.yml': `${clean}# ${'x'.repeat(2 * 1024 * 1024)}\n`,
      '.github/workflows/lost.yml': clean,
    })
    github.world.addFault({match: 'lost\\.yml', status: 500})
    const {code, unseen} = await diagnose()
    expect(code).toBe(2)
    expect(unseen.map(({what}) => what).toSorted()).toEqual([
      '.github/workflows/large.yml',
      '.github/workflows/lost.yml',
    ])
  })

  test.each([
    ['no token', {}, 'Set GITHUB_TOKEN or GH_TOKEN'],
    ['an API that is none', {GH_TOKEN: 'x', GITHUB_API_URL: 'ftp://github.example'}, 'GITHUB_API_URL: give an address'],
    [
      'plain http elsewhere',
      {GH_TOKEN: 'x', GITHUB_API_URL: 'http://github.example'},
      'GITHUB_API_URL: give an address',
    ],
  ])('%s', async (_, env, problem) => {
    const {code, out, err} = await countersign(['doctor', repository], {env})
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(problem)
  })

  test('nobody there', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const {port} = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const env = {GH_TOKEN: 'x', GITHUB_API_URL: `http://127.0.0.1:${port}`}
    const {code, err} = await countersign(['doctor', repository], {env})
    expect([code, err]).toEqual([2, expect.stringContaining('could not be reached (ECONNREFUSED)')])
  })

  test('a repository that is not there, and a token that is none', async () => {
    const missing = await doctor(['octo-org/nothing'])
    expect([missing.code, missing.out]).toEqual([2, ''])
    expect(missing.err).toContain('knows no such repository, or the token may not see it')
    await have({[workflow]: clean})
    const refused = await doctor([repository], 'ghp_wrong')
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('GitHub does not take the token')])
  })
})

test('a repository that was renamed, and one that is archived, are told so', async () => {
  await have({[workflow]: clean}, {archived: true})
  github.world.renameRepository({repository, to: 'api'})
  const {code, unknown} = await diagnose()
  expect(code).toBe(0)
  const words = unknown.map(({what}) => what).join('\n')
  expect(words).toContain('octo-org/api-service is called octo-org/api now')
  expect(words).toContain('is archived')
})
