/** The OIDC provider: tokens as a job gets them, verified as a relying party does. */

import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {createRemoteJWKSet, decodeJwt, jwtVerify} from 'jose'

import type {PlanJob} from '../../sandbox/runner.ts'
import {repo, startTown, type Town} from './builders.ts'

let town: Town

beforeAll(async () => {
  town = await startTown()
})

afterAll(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

/** Asks as the toolkit does: the request URL with `&audience=` behind it. */
async function tokenFor(plan: Partial<PlanJob>, audience = 'https://countersign.example'): Promise<string> {
  const trigger = {event: 'push', branch: 'main'} as const
  const permissions = {contents: 'read', id_token: 'write'} as const
  const {environment} = await town.world.planJob({repository: repo, actor: 'octocat', trigger, permissions, ...plan})
  const url = `${environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? ''}&audience=${encodeURIComponent(audience)}`
  const authorization = `Bearer ${environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''}`
  const answer = (await (await fetch(url, {headers: {authorization}})).json()) as {readonly value: string}
  return answer.value
}

async function provider() {
  const answer = await fetch(`${town.github.oidcIssuer}/.well-known/openid-configuration`)
  return (await answer.json()) as {readonly issuer: string; readonly jwks_uri: string}
}

test('a job’s token verifies against the provider that discovery names', async () => {
  const {issuer, jwks_uri: keys} = await provider()
  const audience = 'https://countersign.example'
  const {payload, protectedHeader} = await jwtVerify(await tokenFor({}), createRemoteJWKSet(new URL(keys)), {
    issuer,
    audience,
  })
  expect(issuer).toBe(town.github.oidcIssuer)
  expect(protectedHeader).toMatchObject({alg: 'RS256', typ: 'JWT'})
  expect(payload).toMatchObject({
    repository: repo,
    repository_id: expect.stringMatching(/^\d+$/),
    repository_visibility: 'public',
    sha: town.mainSha,
    ref: 'refs/heads/main',
    event_name: 'push',
    actor: 'octocat',
    actor_id: expect.stringMatching(/^\d+$/),
    run_id: expect.stringMatching(/^\d+$/),
    run_attempt: '1',
    job_workflow_ref: `${repo}/.github/workflows/deploy.yml@refs/heads/main`,
  })
  expect(payload.sub).toMatch(/^repo:octo-org@\d+\/api@\d+:ref:refs\/heads\/main$/)
})

test('the environment is claimed by jobs that have one, and by no others', async () => {
  expect(decodeJwt(await tokenFor({}))).not.toHaveProperty('environment')
  const claims = decodeJwt(await tokenFor({environment: 'production'}))
  expect(claims).toMatchObject({environment: 'production', sub: expect.stringMatching(/:environment:production$/)})
})

test('every token has an id of its own, and an attempt keeps its run', async () => {
  const [one, two] = await Promise.all([tokenFor({}), tokenFor({})])
  expect(decodeJwt(one).jti).not.toBe(decodeJwt(two).jti)
  expect(decodeJwt(await tokenFor({runId: 42, runAttempt: 2}))).toMatchObject({run_id: '42', run_attempt: '2'})
})

test('a job without id-token: write has no door to ask at, and a stranger gets nothing', async () => {
  const trigger = {event: 'push', branch: 'main'} as const
  const {environment} = await town.world.planJob({repository: repo, actor: 'octocat', trigger})
  expect(environment).not.toHaveProperty('ACTIONS_ID_TOKEN_REQUEST_URL')
  const answer = await fetch(`${town.github.url}/_services/oidc-request?audience=x`, {
    headers: {authorization: 'Bearer x'},
  })
  expect(answer.status).toBe(401)
})
