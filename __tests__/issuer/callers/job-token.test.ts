/** GitHub's OIDC tokens: what a good one says, and every way of showing one that does not hold. */
import {createHmac} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {UnsecuredJWT, decodeJwt} from 'jose'
import type {JobTokens} from '../../../issuer/api/callers/job-token.ts'
import {repo, startTown} from '../../sandbox/builders.ts'
import {
  type Claims,
  type Provider,
  askedAt,
  audience,
  jobClaims,
  jobTokensOf,
  keySetOf,
  makeSigningKey,
  mint,
  startProvider,
} from './provider.ts'

let provider: Provider
let jobTokens: JobTokens
beforeAll(async () => {
  provider = await startProvider()
  jobTokens = jobTokensOf(provider)
})
afterAll(async () => provider.close())

const seconds = Math.floor(askedAt / 1000)
const jobOf = async (changes: Claims = {}) => jobTokens.verify(await mint(provider, changes))
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a good token tells repository, commit, run and workflow', async () => {
  expect(await jobOf({jti: 'a-token'})).toEqual({
    kind: 'job',
    repositoryId: 1296269,
    repository: 'octo-org/api-service',
    sha: '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b',
    run: {
      id: '8123456789',
      attempt: 1,
      url: 'https://github.com/octo-org/api-service/actions/runs/8123456789/attempts/1',
    },
    environment: undefined,
    workflowBranch: 'main',
    token: {id: 'a-token', until: (seconds + 290 + 60) * 1000},
  })
})

test('the environment is what the token says, and nothing where it says none', async () => {
  expect(await jobOf({environment: 'production'})).toMatchObject({environment: 'production'})
  expect(await jobOf({environment: 'Production EU'})).toMatchObject({environment: 'Production EU'})
  expect(await jobOf({environment: ['production']})).toBeUndefined()
})

test('the subject is not read: its form may change', async () => {
  expect(await jobOf({sub: 'something:new'})).toMatchObject({repositoryId: 1296269})
  expect(await jobOf({sub: undefined})).toMatchObject({repositoryId: 1296269})
})

describe('a claim in another form is no claim', () => {
  test.each<readonly [string, Claims]>([
    ['an id as a number', {repository_id: 1296269}],
    ['an id in hex', {repository_id: '0x13c78d'}],
    ['an id with a zero in front', {repository_id: '01296269'}],
    ['an id with a sign', {repository_id: '+1296269'}],
    ['an id with an exponent', {repository_id: '1e6'}],
    ['an empty id', {repository_id: ''}],
    ['an id with a line after it', {repository_id: '1296269\n'}],
    ['an id beyond what a number holds', {repository_id: '9007199254740993'}],
    ['no id', {repository_id: undefined}],
    ['a name that is none', {repository: 'octo-org'}],
    ['a short commit', {sha: '3f2a9c0'}],
    ['a run as a number', {run_id: 8123456789}],
    ['a run with a path in it', {run_id: '1/../../2'}],
    ['an attempt of zero', {run_attempt: '0'}],
    ['an attempt as a number', {run_attempt: 1}],
    ['no run', {run_id: undefined}],
    ['no event', {event_name: undefined}],
    ['an event in capitals', {event_name: 'PUSH'}],
    ['an id of the token with white space', {jti: 'a b'}],
    ['an id of the token without end', {jti: 'x'.repeat(201)}],
  ])('%s', async (_, changes) => {
    expect(await jobOf(changes)).toBeUndefined()
  })
})

test.each(['pull_request', 'pull_request_target'])('a job of %s is nobody', async (event) => {
  expect(await jobOf({event_name: event})).toBeUndefined()
})

describe('the workflow is of a branch', () => {
  const file = (ref: string, name = 'deploy.yml', repository = 'octo-org/api-service') =>
    `${repository}/.github/workflows/${name}@${ref}`
  const both = (ref: string): Claims => ({workflow_ref: ref, job_workflow_ref: ref})
  test.each<readonly [string, Claims, string | undefined]>([
    ['where both files stand on it', both(file('refs/heads/main')), 'main'],
    ['with slashes in its name', both(file('refs/heads/releases/v1')), 'releases/v1'],
    ['where the job stands in another file of it', {job_workflow_ref: file('refs/heads/main', 'deploy-one.yaml')}, 'main'],
    ['not where the branch only ends like another', both(file('refs/heads/x@refs/heads/main')), 'x@refs/heads/main'],
    ['not where the file is named like a reference', both(file('refs/heads/evil', 'a@refs/heads/main.yml')), undefined],
    ['not where the run was started elsewhere', {workflow_ref: file('refs/heads/feature')}, undefined],
    ['not where the job was called elsewhere', {job_workflow_ref: file('refs/heads/feature')}, undefined],
    ['not where the job stands in another repository', {job_workflow_ref: file('refs/heads/main', 'deploy.yml', 'octo-org/shared')}, undefined],
    ['not where another repository has a longer name', {job_workflow_ref: file('refs/heads/main', 'deploy.yml', 'octo-org/api-service-2')}, undefined],
    ['not on a tag', both(file('refs/tags/main')), undefined],
    ['not on a pull request', both(file('refs/pull/42/merge')), undefined],
    ['not on a bare commit', both(file('3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b')), undefined],
    ['not where the token says nothing', both(undefined as never), undefined],
  ])('%s', async (_, changes, branch) => {
    expect((await jobOf(changes))?.workflowBranch).toBe(branch)
  }) // prettier-ignore
})

describe('times', () => {
  test.each<readonly [string, Claims, boolean]>([
    ['over for less than the tolerance', {exp: seconds - 59}, true],
    ['over', {exp: seconds - 61}, false],
    ['not begun', {nbf: seconds + 61}, false],
    ['issued in the future', {iat: seconds + 61, nbf: seconds - 10}, false],
    ['issued long ago, with an end far away', {iat: seconds - 661, exp: seconds + 86_400}, false],
    ['without an end', {exp: undefined}, false],
    ['without a beginning', {nbf: undefined}, false],
    ['without its time', {iat: undefined}, false],
    ['with a time as text', {exp: String(seconds + 290)}, false],
    ['without an id', {jti: undefined}, false],
  ])('a token %s: %#', async (_, changes, holds) => {
    expect((await jobOf(changes)) !== undefined).toBe(holds)
  })

  test('a clock that is none takes nothing', async () => {
    await expect(jobTokensOf(provider, () => NaN).verify(await mint(provider))).rejects.toThrow('currentDate')
  })
})

describe('made for somebody else', () => {
  test.each<readonly [string, Claims]>([
    ["another issuer's URL", {aud: 'https://countersign.example.attacker.example'}],
    ['a slash behind the URL', {aud: `${audience}/`}],
    ['two audiences', {aud: [audience, 'https://other.example']}],
    ['a list of one', {aud: [audience]}],
    ['none', {aud: undefined}],
    ['another provider', {iss: 'https://token.actions.githubusercontent.com'}],
    ['a provider below this one', {iss: 'SELF/enterprise'}],
  ])('%s', async (_, changes) => {
    const iss = changes['iss'] === 'SELF/enterprise' ? {iss: `${provider.issuer}/enterprise`} : {}
    expect(await jobOf({...changes, ...iss})).toBeUndefined()
  })
})

describe('signed otherwise', () => {
  const pem = () => provider.key.publicKey.export({type: 'spki', format: 'pem'}).toString()
  const resign = (header: object, sign: (input: string) => string): string => {
    const input = `${part(header)}.${part(jobClaims(provider))}`
    return `${input}.${sign(input)}`
  }

  test('not at all', async () => {
    expect(await jobTokens.verify(new UnsecuredJWT({...jobClaims(provider)}).encode())).toBeUndefined()
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await jobTokens.verify(resign({alg, typ: 'JWT', kid: 'one'}, () => ''))).toBeUndefined()
    }
  })

  test('with the public key as a shared secret', async () => {
    const secrets = [
      pem(),
      pem().trimEnd(),
      Buffer.from(JSON.stringify(provider.key.publicKey.export({format: 'jwk'}))),
    ]
    for (const secret of secrets) {
      const sign = (input: string) => createHmac('sha256', secret).update(input).digest('base64url')
      expect(await jobTokens.verify(resign({alg: 'HS256', typ: 'JWT', kid: 'one'}, sign))).toBeUndefined()
      expect(await jobTokens.verify(resign({alg: 'RS256', typ: 'JWT', kid: 'one'}, sign))).toBeUndefined()
    }
  })

  test.each(['PS256', 'RS384', 'RS512'])('with %s, by the very key', async (alg) => {
    expect(await jobTokens.verify(await mint(provider, {}, {header: {alg}}))).toBeUndefined()
    // A set may leave open what its keys are for; then it is for us to say.
    const open = await startProvider()
    try {
      const {keys} = await keySetOf(open.key)
      const body = JSON.stringify({keys: keys.map(({alg: _, use: __, ...key}) => key)})
      open.answerWith((_, response) => void response.writeHead(200, {'content-type': 'application/json'}).end(body))
      const tokens = jobTokensOf(open)
      expect(await tokens.verify(await mint(open, {}, {header: {alg}}))).toBeUndefined()
      expect(await tokens.verify(await mint(open))).toBeDefined()
    } finally {
      await open.close()
    }
  })

  test('by another key under the name of the published one', async () => {
    expect(await jobTokens.verify(await mint(provider, {}, {key: makeSigningKey('one')}))).toBeUndefined()
  })

  test('by a key that the token brings along', async () => {
    const key = makeSigningKey('mine')
    const jwk = key.publicKey.export({format: 'jwk'})
    const jku = `${provider.issuer}/other`
    expect(await jobTokens.verify(await mint(provider, {}, {key, header: {jwk, jku}}))).toBeUndefined()
    expect(await jobTokens.verify(await mint(provider, {}, {key, header: {kid: 'one', jwk}}))).toBeUndefined()
  })

  test('and changed afterwards', async () => {
    const [header, payload = '', signature] = (await mint(provider)).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    const forged = part({...claims, repository_id: '1'})
    expect(await jobTokens.verify([header, forged, signature].join('.'))).toBeUndefined()
  })

  test('with a critical extension, or as another kind of token', async () => {
    expect(await jobTokens.verify(await mint(provider, {}, {header: {typ: 'at+jwt'}}))).toBeUndefined()
    expect(await jobTokens.verify(await mint(provider, {}, {header: {typ: undefined}}))).toBeUndefined()
    const good = await mint(provider)
    const critical = `${part({alg: 'RS256', typ: 'JWT', kid: 'one', crit: ['exp2'], exp2: 1})}${good.slice(good.indexOf('.'))}`
    expect(await jobTokens.verify(critical)).toBeUndefined()
  })

  test.each(['', '.', '..', 'a.b.c', 'eyJ', `${'x'.repeat(100_000)}.a.b`, 'a.b.c.d.e'])(
    'no token: %.20s',
    async (text) => {
      expect(await jobTokens.verify(text)).toBeUndefined()
    },
  )
})

test("a job of the sandbox's GitHub is known by the token that its runner gets", async () => {
  const town = await startTown()
  try {
    const {environment} = await town.world.planJob({
      repository: repo,
      actor: 'octocat',
      trigger: {event: 'push', branch: 'main'},
      permissions: {contents: 'read', id_token: 'write'},
      environment: 'production',
    })
    const url = `${environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? ''}&audience=${encodeURIComponent(audience)}`
    const authorization = `Bearer ${environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''}`
    const {value} = (await (await fetch(url, {headers: {authorization}})).json()) as {readonly value: string}
    const tokens = jobTokensOf({issuer: town.github.oidcIssuer}, () => town.world.clock.now().getTime())
    expect(await tokens.verify(value)).toMatchObject({
      repository: repo,
      repositoryId: Number(decodeJwt(value)['repository_id']),
      sha: town.mainSha,
      environment: 'production',
      workflowBranch: 'main',
    })
  } finally {
    await town.github.close()
  }
})
