/** GitHub's deployments, read from a loopback GitHub: what counts, how far it is looked, and what is no answer. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, describe, expect, test} from '@jest/globals'
import {parseEnvironment, parseMoment, parseRepositoryName} from '#protocol'
import {createDeploymentSource} from '../../../issuer/github/deployments.ts'
import {openGitHub} from '../../../issuer/github/client.ts'
import {createRepositorySource} from '../../../issuer/github/repository.ts'
import {type Loopback, serve, sure} from '../../action/asks.ts'
import {type Json, commit} from '../../protocol/builders.ts'
import {repositoryIdOf} from './seed.ts'

const servers: Loopback[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const repository = {
  id: 1296269,
  full_name: 'octo-org/api',
  private: false,
  visibility: 'public',
  default_branch: 'main',
  owner: {id: 9919, login: 'octo-org'},
}

const json = {'content-type': 'application/json'}

const listed = (id: number, overrides: Json = {}): Json => ({
  id,
  sha: commit,
  environment: 'production',
  created_at: '2026-04-02T14:30:00Z',
  url: `https://api.github.com/repos/octo-org/api/deployments/${id}`,
  ...overrides,
})
const many = (from: number, overrides: Json = {}): readonly Json[] =>
  Array.from({length: 100}, (_, i) => listed(from + i, overrides))

type Answer = (query: URLSearchParams, response: ServerResponse) => unknown

/** A GitHub where the repository is called `octo-org/api` now. */
async function ask(answer: Answer, shown: Json = repository): Promise<{found: unknown; asked: readonly string[]}> {
  const server = await serve(({url = ''}: IncomingMessage, response) => {
    const {pathname, searchParams} = new URL(url, 'http://github')
    const value = pathname.endsWith('/deployments') ? answer(searchParams, response) : shown
    if (!response.writableEnded) response.writeHead(200, json).end(JSON.stringify(value))
  })
  servers.push(server)
  const github = openGitHub({apiUrl: server.origin, version: '0', credentials: {kind: 'token', token: 'x'}})
  const source = createDeploymentSource(github, createRepositorySource(github))
  const found = await source.deployments({
    repository: {id: repositoryIdOf(1296269), name: sure(parseRepositoryName('octo-org/api-service'))},
    environment: sure(parseEnvironment('production')),
    at: sure(parseMoment('2026-04-02T14:35Z')),
  })
  return {found, asked: server.requests.map(({url = ''}) => url)}
}

const later = {created_at: '2026-04-02T14:36:00Z'}

describe('the deployments', () => {
  test('of the moment or before are given, under the name that the repository has now', async () => {
    const {found, asked} = await ask(() => [listed(2, later), listed(1)])
    const {url} = listed(1)
    expect(found).toEqual([{id: 1, sha: commit, at: '2026-04-02T14:30:00Z', url}])
    expect(asked.at(-1)).toBe('/repos/octo-org/api/deployments?environment=production&per_page=100&page=1')
  })

  test('are at most twenty, the first that the list has', async () => {
    const {found, asked} = await ask(() => many(1))
    expect((found as {id: number}[]).map(({id}) => id)).toEqual(Array.from({length: 20}, (_, i) => i + 1))
    expect(asked.filter((url) => url.includes('/deployments'))).toHaveLength(1)
  })

  test('are looked for on three pages, and then it is not known', async () => {
    const pages = await ask((query) => (query.get('page') === '3' ? [listed(1)] : many(1, later)))
    expect(pages.found).toHaveLength(1)
    const {found, asked} = await ask(() => many(1, later))
    expect(found).toBeNull()
    expect(asked.filter((url) => url.includes('/deployments'))).toHaveLength(3)
  })

  test('that are none are none', async () => {
    expect((await ask(() => [])).found).toEqual([])
  })
})

describe('no answer', () => {
  test.each<[string, Answer]>([
    ['that the list is not there', (_, response) => void response.writeHead(404, json).end('{}')],
    ['a permission that is missing', (_, response) => void response.writeHead(403, json).end('{}')],
    ['an outage', (_, response) => void response.writeHead(502, json).end('{}')],
    ['no list', () => ({})],
    ['an abbreviated commit', () => [listed(1, {sha: commit.slice(0, 7)})]],
    ['a time that is none', () => [listed(1, {created_at: 'yesterday'})]],
    ['an address that is none', () => [listed(1, {url: 'javascript:alert(1)'})]],
  ])('is %s', async (_, answer) => {
    expect((await ask(answer)).found).toBeNull()
  })

  test('is that another repository has the name now', async () => {
    const {found, asked} = await ask(() => [listed(1)], {...repository, id: 7})
    expect(found).toBeNull()
    expect(asked).toEqual(['/repos/octo-org/api-service'])
  })
})
