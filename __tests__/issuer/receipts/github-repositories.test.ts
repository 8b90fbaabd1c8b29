/** A repository as GitHub shows it now: default branch, owner, visibility, and where the App is installed. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {parseRepositoryName} from '#protocol'
import {createPermissionSource} from '../../../issuer/github/facts.ts'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {openGitHub} from '../../../issuer/github/client.ts'
import {createRepositorySource} from '../../../issuer/github/repository.ts'
import {repositoryId} from '../../stores/builders.ts'
import {must} from '../builders.ts'
import {type Stage, name, setStage} from '../github-world.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage({private: true})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

const asked = (called = name, id = stage.repositoryId) => ({
  id: repositoryId(id),
  name: must(parseRepositoryName(called)),
})
const read = async (called?: string, id?: number) =>
  await createRepositorySource(stage.github).fetchRepository(asked(called, id))

test('an App finds its installation by itself, in a private repository too', async () => {
  const repository = await read()
  expect(repository).toEqual({
    id: stage.repositoryId,
    name,
    public: false,
    defaultBranch: 'main',
    owner: {id: expect.any(Number), login: 'octo-org'},
    installation: stage.installation,
  })
})

test('with it, what its people may do is read', async () => {
  const {installation} = await read()
  const place = {repository: asked(), installation}
  const permissions = createPermissionSource(stage.github)
  const {octocat, stranger} = stage.people
  expect(await permissions.fetchPermission(place, {id: octocat.id, login: 'octocat'})).toMatchObject({
    permission: 'maintain',
  })
  expect(await permissions.fetchPermission(place, {id: stranger.id, login: 'stranger'})).toMatchObject({
    permission: 'none',
  })
  expect(await permissions.fetchPermission(place, {id: octocat.id, login: 'octocat-renamed'})).toMatchObject({
    permission: 'none',
  })
  await expect(permissions.fetchPermission(place, {id: octocat.id, login: 'hubot'})).rejects.toBeInstanceOf(
    GitHubUnavailable,
  )
})

test('a token needs no installation', async () => {
  const credentials = {kind: 'token', token: stage.people.monalisa.token} as const
  const github = openGitHub({apiUrl: stage.sandbox.url, version: '0.0.0', credentials})
  expect(await createRepositorySource(github).fetchRepository(asked())).toMatchObject({
    defaultBranch: 'main',
    installation: undefined,
  })
})

test('a repository that was renamed is found under its old name', async () => {
  stage.world.setVisibility({repository: name, private: false})
  stage.world.renameRepository({repository: name, to: 'renamed'})
  await expect(read()).resolves.toMatchObject({id: stage.repositoryId, name: 'octo-org/renamed'})
})

test.each<readonly [string, () => Promise<unknown>]>([
  ['of another id', async () => read(name, 7)],
  ['that is not there', async () => read('octo-org/missing')],
])('a repository %s is an outage, never a fact', async (_, ask) => {
  await expect(ask()).rejects.toBeInstanceOf(GitHubUnavailable)
})

test('an App that was taken away is an outage', async () => {
  stage.world.installations.length = 0
  await expect(read()).rejects.toThrow('the App is not installed on octo-org/api-service')
})
