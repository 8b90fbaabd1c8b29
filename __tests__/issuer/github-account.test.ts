/** Who the issuer is on GitHub, as an App and with a plain token. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {openGitHub} from '../../issuer/github/client.ts'
import {GitHubUnavailable} from '../../issuer/github/unavailable.ts'
import {openChange, setStage, type Stage} from './github-world.ts'

let stage: Stage

beforeEach(async () => {
  stage = await setStage()
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
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
