/** Who the issuer is on GitHub, as an App and with a plain token, and what it asks to be sent again. */
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {openGitHub} from '../../issuer/github/client.ts'
import {redeliverFailed} from '../../issuer/github/redeliver.ts'
import {GitHubUnavailable} from '../../issuer/github/unavailable.ts'
import {openChange, setStage, type Stage} from './github-world.ts'

let stage: Stage
let hook: Server | undefined

/** A webhook's receiver that answers with this status. */
async function serveHook(status: () => number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status()).end())
  hook = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeEach(async () => {
  stage = await setStage()
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
  hook?.closeAllConnections()
  hook?.close()
  hook = undefined
})

const asMonalisa = (): ReturnType<typeof openGitHub> => {
  const credentials = {kind: 'token', token: stage.people.monalisa.token} as const
  return openGitHub({apiUrl: stage.sandbox.url, version: '0.0.0', credentials})
}

test("an App's own account is its bot user, asked for once", async () => {
  const {bot} = await stage.world.describeApp()
  expect([await stage.github.ownAccount(), await stage.github.ownAccount()]).toEqual([bot.id, bot.id])
  expect(stage.world.requests.filter(({path}) => path.startsWith('/users/'))).toHaveLength(1)
})

test("an App's own account is known before it is installed anywhere", async () => {
  stage.world.installations.length = 0
  expect(await stage.github.ownAccount()).toBe((await stage.world.describeApp()).bot.id)
})

test("a token's own account is its owner", async () => {
  expect(await asMonalisa().ownAccount()).toBe(stage.people.monalisa.id)
})

test('an outage while asking for the own account is not kept', async () => {
  stage.world.addFault({match: '^GET /app$', status: 500, times: 1})
  await expect(stage.github.ownAccount()).rejects.toMatchObject({kind: 'server'})
  expect(await stage.github.ownAccount()).toBe((await stage.world.describeApp()).bot.id)
})

test('an installation is authenticated once for many requests', async () => {
  const {number} = await openChange(stage)
  const connection = stage.github.connect(stage.installation)
  for (let i = 0; i < 3; i += 1) {
    await connection.ask('it', (octokit) =>
      octokit.rest.pulls.get({owner: 'octo-org', repo: 'api-service', pull_number: number}),
    )
  }
  expect(stage.world.requests.filter(({path}) => path.endsWith('/access_tokens'))).toHaveLength(1)
})

test('an installation that was removed is no fact about a repository', async () => {
  const asked = stage.github
    .connect(4711)
    .ask('it', (octokit) => octokit.rest.repos.get({owner: 'octo-org', repo: 'api-service'}))
  await expect(asked).rejects.toMatchObject({kind: 'credentials'})
})

test("a key that is not the App's is refused as credentials", async () => {
  stage.world.addFault({match: '/access_tokens$', status: 401, times: 1})
  const asked = stage.github
    .connect(stage.installation)
    .ask('it', (octokit) => octokit.rest.repos.get({owner: 'octo-org', repo: 'api-service'}))
  await expect(asked).rejects.toMatchObject({kind: 'credentials'})
})

test('an App without the named installation is told so', () => {
  expect(() => stage.github.connect(undefined)).toThrow(GitHubUnavailable)
})

test('deliveries that never arrived are asked for again, and those that did are not', async () => {
  let status = 500
  const url = await serveHook(() => status)
  stage.world.setHook({url})
  const {number} = await openChange(stage)
  await stage.world.settled()
  const failed = stage.world.listDeliveries().length
  expect(failed).toBeGreaterThan(0)
  status = 202
  expect(await redeliverFailed(stage.github, 0)).toBe(failed)
  await stage.world.settled()
  stage.world.comment({repository: 'octo-org/api-service', pullRequest: number, by: 'octocat', body: 'hello'})
  await stage.world.settled()
  expect(await redeliverFailed(stage.github, 0)).toBe(0)
  expect(stage.world.listDeliveries().filter(({statusCode}) => statusCode === 202)).toHaveLength(failed + 1)
})

test('deliveries from before a moment, or tried too often, are let go', async () => {
  const url = await serveHook(() => 500)
  stage.world.setHook({url})
  stage.world.ping()
  await stage.world.settled()
  expect(await redeliverFailed(stage.github, Date.now() + 3_600_000)).toBe(0)
  for (const asked of [1, 1, 1, 1, 0]) {
    expect(await redeliverFailed(stage.github, 0)).toBe(asked)
    await stage.world.settled()
  }
})

test('with a plain token there is nothing to ask for again', async () => {
  expect(await redeliverFailed(asMonalisa(), 0)).toBe(0)
})
