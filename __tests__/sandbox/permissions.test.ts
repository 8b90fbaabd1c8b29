/** Tokens and permissions: who is told 401, 403 or 404, as GitHub tells them. */

import {createPrivateKey, generateKeyPairSync} from 'node:crypto'

import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {SignJWT} from 'jose'

import {repo, startTown, text, type Town} from './builders.ts'

let town: Town
let hidden: Town
const others: Town[] = []

/** For tests that change what the others stand on. */
async function startAnother(): Promise<Town> {
  const other = await startTown()
  others.push(other)
  return other
}

beforeAll(async () => {
  ;[town, hidden] = await Promise.all([startTown(), startTown({private: true})])
})

afterAll(async () => {
  await Promise.all([town, hidden, ...others].map(({github}) => github.close()))
  expect([...town.world.violations, ...hidden.world.violations]).toEqual([])
})

interface Claims {
  readonly iat: number
  readonly exp: number
  readonly iss: string
}

const seconds = (): number => Math.floor(Date.now() / 1000)

async function appJwt(target: Town, claims: Partial<Claims> = {}, foreign = false): Promise<string> {
  const {id, privateKey} = await target.world.describeApp()
  const key = foreign ? generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey : createPrivateKey(privateKey)
  const {iat = seconds() - 30, exp = seconds() + 300, iss = String(id)} = claims
  return new SignJWT({iat, exp, iss}).setProtectedHeader({alg: 'RS256'}).sign(key)
}

describe('tokens', () => {
  test('a public repository is read by anyone', async () => {
    expect((await town.ask(`/repos/${repo}`)).status).toBe(200)
  })

  test('an unknown token is told 401, even where anyone may read', async () => {
    const answer = await town.ask(`/repos/${repo}`, {token: 'ghp_nobody'})
    expect([answer.status, answer.body['message']]).toEqual([401, 'Bad credentials'])
  })

  test('a revoked token is told 401', async () => {
    const token = town.world.issueToken({login: 'octocat'})
    expect((await town.ask('/user', {token})).status).toBe(200)
    town.world.revokeToken({token})
    expect((await town.ask('/user', {token})).status).toBe(401)
  })

  test('a private repository does not exist for strangers, nor for its own name in another case', async () => {
    expect((await hidden.ask(`/repos/${repo}`)).status).toBe(404)
    expect((await hidden.ask(`/repos/${repo}`, {token: hidden.tokens.monalisa})).status).toBe(404)
    expect((await hidden.ask('/repos/Octo-Org/API')).status).toBe(404)
    expect((await hidden.ask('/repos/Octo-Org/API', {token: hidden.tokens.hubot})).status).toBe(200)
  })

  test('an App token is verified: a foreign key, a past and a far expiry are refused in GitHub’s words', async () => {
    const refused = async (token: string) => (await town.ask('/app', {token})).body['message']
    expect((await town.ask('/app', {token: await appJwt(town)})).status).toBe(200)
    expect(await refused(await appJwt(town, {}, true))).toBe('A JSON web token could not be decoded')
    expect(await refused(await appJwt(town, {exp: seconds() - 1}))).toMatch(/'Expiration time' claim \('exp'\) must be/)
    expect(await refused(await appJwt(town, {exp: seconds() + 3600}))).toMatch(/is too far in the future/)
    expect(await refused(await appJwt(town, {iat: seconds() + 600}))).toMatch(/'Issued at' claim/)
    expect(await refused(await appJwt(town, {iss: '1'}))).toBe('Integration not found')
    expect((await town.ask('/app', {token: town.tokens.octocat})).status).toBe(401)
  })

  test('an installation token ends after an hour of the world’s clock', async () => {
    const late = await startAnother()
    const token = await installationToken(late)
    expect((await late.ask('/installation/repositories', {token})).status).toBe(200)
    late.world.advance({seconds: 3600})
    expect((await late.ask('/installation/repositories', {token})).status).toBe(401)
  })

  test('an installation token is narrowed on request and never widened', async () => {
    await town.world.addRepository({name: 'octo-org/other', private: true, files: {}})
    const token = await installationToken(town, {repositories: ['api'], permissions: {issues: 'read'}})
    expect((await town.ask('/repos/octo-org/other', {token})).status).toBe(404)
    const comment = {token, method: 'POST', body: {body: 'hello'}}
    expect((await town.ask(`/repos/${repo}/issues/${town.number}/comments`, comment)).status).toBe(403)
    const jwt = await appJwt(town)
    const path = `/app/installations/${town.installation}/access_tokens`
    const wide = await town.ask(path, {token: jwt, method: 'POST', body: {permissions: {statuses: 'write'}}})
    const foreign = await town.ask(path, {token: jwt, method: 'POST', body: {repositories: ['nothing']}})
    expect([wide.status, foreign.status]).toEqual([422, 422])
  })
})

async function installationToken(target: Town, body: unknown = {}): Promise<string> {
  const path = `/app/installations/${target.installation}/access_tokens`
  const answer = await target.ask(path, {token: await appJwt(target), method: 'POST', body})
  expect(answer.status).toBe(201)
  return text(answer.body['token'])
}

describe('standing', () => {
  const path = (login: string): string => `/repos/${repo}/collaborators/${login}/permission`

  test('the answer has the old word, the role’s name, the five booleans and the numeric id', async () => {
    const {body} = await town.ask(path('octocat'), {token: town.tokens.hubot})
    expect(body).toMatchObject({
      permission: 'write',
      role_name: 'maintain',
      user: {login: 'octocat', permissions: {admin: false, maintain: true, push: true, triage: true, pull: true}},
    })
    expect(typeof body['user']?.['id']).toBe('number')
  })

  test('a role of the organization’s own making shows its name, and its reach in the booleans', async () => {
    town.world.setPermission({repository: repo, login: 'monalisa', role: 'read', roleName: 'admin'})
    const {body} = await town.ask(path('monalisa'), {token: town.tokens.hubot})
    expect(body).toMatchObject({
      permission: 'read',
      role_name: 'admin',
      user: {permissions: {admin: false, push: false}},
    })
    town.world.setPermission({repository: repo, login: 'monalisa', role: null})
  })

  test('without a role one reads what is public and nothing else', async () => {
    const open = await town.ask(path('monalisa'), {token: town.tokens.hubot})
    const closed = await hidden.ask(path('monalisa'), {token: hidden.tokens.hubot})
    expect([open.body['permission'], closed.body['permission']]).toEqual(['read', 'none'])
  })

  test('only those with push access are told, and nobody learns of an account that is not there', async () => {
    expect((await town.ask(path('octocat'))).status).toBe(401)
    expect((await town.ask(path('octocat'), {token: town.tokens.monalisa})).status).toBe(403)
    const nobody = await town.ask(path('nobody'), {token: town.tokens.hubot})
    expect([nobody.status, nobody.body['message']]).toEqual([404, 'nobody is not a user'])
  })

  test('a login that changed hands leads to the new account’s id', async () => {
    const changing = await startAnother()
    const before = (await changing.ask(path('octocat'), {token: changing.tokens.hubot})).body['user']?.['id']
    changing.world.renameUser({login: 'octocat', to: 'octocat-old'})
    changing.world.addUser({login: 'octocat'})
    const after = (await changing.ask(path('octocat'), {token: changing.tokens.hubot})).body['user']?.['id']
    const renamed = (await changing.ask(path('octocat-old'), {token: changing.tokens.hubot})).body['user']?.['id']
    expect(after).not.toBe(before)
    expect(renamed).toBe(before)
  })

  test('a team that was deleted and made again has another id', async () => {
    const release = {organization: 'octo-org', slug: 'release', members: [{login: 'octocat'}]}
    const token = await installationToken(town)
    const id = async (): Promise<unknown> => (await town.ask('/orgs/octo-org/teams/release', {token})).body['id']
    town.world.setTeam(release)
    const first = await id()
    town.world.setTeam({...release, members: []})
    expect(await id()).toBe(first)
    town.world.deleteTeam(release)
    expect((await town.ask('/orgs/octo-org/teams/release', {token})).status).toBe(404)
    town.world.setTeam(release)
    expect(await id()).not.toBe(first)
  })

  test('team membership has its state, and is shown to Apps with members: read alone', async () => {
    town.world.setTeam({
      organization: 'octo-org',
      slug: 'release',
      members: [{login: 'octocat'}, {login: 'hubot', state: 'pending'}],
    })
    const team = (login: string): string => `/orgs/octo-org/teams/release/memberships/${login}`
    const token = await installationToken(town)
    expect((await town.ask(team('octocat'), {token})).body).toMatchObject({state: 'active', role: 'member'})
    expect((await town.ask(team('hubot'), {token})).body).toMatchObject({state: 'pending'})
    expect((await town.ask(team('monalisa'), {token})).status).toBe(404)
    const blind = await installationToken(town, {permissions: {contents: 'read'}})
    expect((await town.ask(team('octocat'), {token: blind})).status).toBe(403)
  })
})

describe('writing', () => {
  const checkRun = (sha: string) => ({name: 'countersign / production', head_sha: sha})

  test('only Apps with checks: write make check runs; a person is told so', async () => {
    const post = async (token: string) =>
      town.ask(`/repos/${repo}/check-runs`, {token, method: 'POST', body: checkRun(town.sha)})
    const person = await post(town.tokens.octocat)
    expect([person.status, person.body['message']]).toEqual([403, 'You must authenticate via a GitHub App.'])
    const without = await post(town.world.issueWorkflowToken({repository: repo}))
    expect([without.status, without.body['message']]).toEqual([403, 'Resource not accessible by integration'])
    expect((await post(town.world.issueWorkflowToken({repository: repo, permissions: {checks: 'write'}}))).status).toBe(
      201,
    )
    expect((await post(await installationToken(town))).status).toBe(201)
  })

  test('a check run is changed by the App that made it and by no other', async () => {
    const workflow = town.world.issueWorkflowToken({repository: repo, permissions: {checks: 'write'}})
    const own = await installationToken(town)
    const made = await town.ask(`/repos/${repo}/check-runs`, {token: own, method: 'POST', body: checkRun(town.sha)})
    const path = `/repos/${repo}/check-runs/${text(made.body['id'])}`
    const body = {status: 'completed', conclusion: 'failure'}
    expect((await town.ask(path, {token: workflow, method: 'PATCH', body})).status).toBe(403)
    expect((await town.ask(path, {token: own, method: 'PATCH', body})).body['conclusion']).toBe('failure')
  })

  test('a workflow’s token reaches its own repository and no other private one', async () => {
    await hidden.world.addRepository({name: 'octo-org/vault', private: true, files: {}})
    const token = hidden.world.issueWorkflowToken({repository: repo})
    expect((await hidden.ask(`/repos/${repo}`, {token})).status).toBe(200)
    expect((await hidden.ask('/repos/octo-org/vault', {token})).status).toBe(404)
    expect((await hidden.ask('/user', {token})).status).toBe(403)
  })

  test('on a private repository a read needs its permission', async () => {
    const token = hidden.world.issueWorkflowToken({repository: repo, permissions: {contents: 'read'}})
    expect((await hidden.ask(`/repos/${repo}/commits/${hidden.sha}`, {token})).status).toBe(200)
    expect((await hidden.ask(`/repos/${repo}/commits/${hidden.sha}/check-runs`, {token})).status).toBe(403)
    expect((await hidden.ask(`/repos/${repo}/pulls/${hidden.number}`, {token})).status).toBe(403)
  })

  test('a status needs push access', async () => {
    const post = (token: string) =>
      town.ask(`/repos/${repo}/statuses/${town.sha}`, {token, method: 'POST', body: {state: 'success', context: 'x'}})
    expect((await post(town.tokens.monalisa)).status).toBe(404)
    expect((await post(town.tokens.hubot)).status).toBe(201)
  })

  test('a comment is edited by its author and by writers, not by a stranger', async () => {
    const {id} = town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body: 'Mine'})
    const path = `/repos/${repo}/issues/comments/${id}`
    const edit = (token: string) => town.ask(path, {token, method: 'PATCH', body: {body: 'Changed'}})
    expect((await edit(town.tokens.monalisa)).status).toBe(403)
    expect((await edit(town.tokens.hubot)).status).toBe(200)
    expect((await edit(town.tokens.octocat)).status).toBe(200)
  })
})
