/** GraphQL as GitHub's published schema has it: what it would refuse is refused, and what it knows is answered. */

import {afterAll, beforeAll, expect, test} from '@jest/globals'

import {type Json, repo, startTown, type Town} from './builders.ts'

let town: Town

beforeAll(async () => {
  town = await startTown()
})

afterAll(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const ask = async (query: string, variables: object = {}, token = town.tokens.hubot): Promise<Json> =>
  (await town.ask('/graphql', {token, method: 'POST', body: {query, variables}})).body

const inRepository = (fields: string): string => `{ repository(owner: "octo-org", name: "api") { ${fields} } }`

test.each([
  ['a field that is not there', '{ node(id: "x") { lastEditedAt } }', /Cannot query field "lastEditedAt"/],
  ['an argument that is missing', '{ node { id } }', /argument "id" of type "ID!" is required/],
  ['what is no query', '{ node(id: "x") ', /Syntax Error/],
  ['a variable that is not declared', '{ node(id: $id) { id } }', /Variable "\$id" is not defined/],
])('%s is refused', async (_, query, words) => {
  const {errors, data} = await ask(query)
  expect(data).toBeUndefined()
  expect(errors?.[0]?.['message']).toMatch(words)
})

test('a list must say how many it wants, a hundred at most', async () => {
  const pulls = (bounds: string) =>
    ask(
      inRepository(`object(oid: "${town.sha}") { ... on Commit {
    associatedPullRequests${bounds} { nodes { number } } } }`),
    )
  expect((await pulls(''))['errors']).toMatchObject([{type: 'MISSING_PAGINATION_BOUNDARIES'}])
  expect((await pulls('(first: 101)'))['errors']).toMatchObject([{type: 'EXCESSIVE_PAGINATION'}])
  expect((await pulls('(first: 100)'))['errors']).toBeUndefined()
})

test('many commits in one question, each with the pull requests that brought it', async () => {
  const fields = `... on Commit { oid author { name user { databaseId login } } associatedPullRequests(first: 10) {
    totalCount nodes { number merged headRefOid author { login ... on User { databaseId } } } } }`
  const query = inRepository(
    `a: object(oid: "${town.sha}") { ${fields} } b: object(oid: "${town.mainSha}") { ${fields} }
     c: object(oid: "${'0'.repeat(40)}") { ${fields} }`,
  )
  const hubot = Number((await town.ask('/users/hubot')).body['id'])
  expect(await ask(query)).toMatchObject({
    data: {
      repository: {
        a: {
          oid: town.sha,
          associatedPullRequests: {
            totalCount: 1,
            nodes: [{number: town.number, merged: false, author: {login: 'hubot', databaseId: hubot}}],
          },
        },
        b: {oid: town.mainSha, associatedPullRequests: {totalCount: 0, nodes: []}},
        c: null,
      },
    },
  })
})

test('once a commit is in the default branch, only the pull request that brought it there is named', async () => {
  const other = await town.world.push({repository: repo, branch: 'other', pusher: 'hubot', sha: town.sha})
  const second = await town.world.openPullRequest({repository: repo, head: 'other', author: 'octocat'})
  const numbers = async (): Promise<unknown> => {
    const query = inRepository(
      `object(oid: "${other}") { ... on Commit { associatedPullRequests(first: 5) { nodes { number } } } }`,
    )
    const {data} = await ask(query)
    const rest = await town.ask(`/repos/${repo}/commits/${other}/pulls`)
    const nodes = data?.['repository']?.['object']?.['associatedPullRequests']?.['nodes']
    expect((rest.body as unknown as readonly {number: number}[]).map(({number}) => ({number}))).toEqual(nodes)
    return nodes
  }
  expect(await numbers()).toEqual([{number: town.number}, {number: second.number}])
  await town.world.mergePullRequest({repository: repo, pullRequest: second.number, by: 'octocat'})
  expect(await numbers()).toEqual([{number: second.number}])
})

test('who edited a comment last', async () => {
  const {id, nodeId} = town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body: 'First'})
  const query = `query ($id: ID!) { node(id: $id) { ... on IssueComment {
    author { login } editor { login ... on User { databaseId } } lastEditedAt } } }`
  expect(await ask(query, {id: nodeId})).toEqual({
    data: {node: {author: {login: 'octocat'}, editor: null, lastEditedAt: null}},
  })
  town.world.editComment({id, body: 'Second', by: 'hubot'})
  expect(await ask(query, {id: nodeId})).toMatchObject({data: {node: {editor: {login: 'hubot'}}}})
})

test('a repository that may not be seen is not found, and what an App lacks is refused', async () => {
  const hidden = await startTown({private: true})
  const seen = async (token: string) =>
    (await hidden.ask('/graphql', {token, method: 'POST', body: {query: inRepository('databaseId')}})).body
  expect((await seen(hidden.tokens.monalisa))['errors']).toMatchObject([{type: 'NOT_FOUND', path: ['repository']}])
  expect((await seen(hidden.tokens.hubot))['errors']).toBeUndefined()
  const token = hidden.world.issueWorkflowToken({repository: repo, permissions: {issues: 'read'}})
  expect((await seen(token))['errors']).toMatchObject([{type: 'FORBIDDEN'}])
  await hidden.github.close()
})

test('what GitHub has and the sandbox has not is said', async () => {
  const other = await startTown()
  const query = inRepository('stargazerCount')
  await other.ask('/graphql', {token: other.tokens.hubot, method: 'POST', body: {query}})
  expect(other.world.violations).toEqual(['GraphQL: the sandbox does not have Repository.stargazerCount'])
  await other.github.close()
})
