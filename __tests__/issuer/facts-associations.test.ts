/** Which pull requests brought which commits: what is made of GitHub's answer, and how it is asked. */
import {expect, test} from '@jest/globals'
import {Answer} from '../../issuer/github/answer.ts'
import {fetchAssociations, keepPulls} from '../../issuer/github/associations.ts'
import type {Connection} from '../../issuer/github/client.ts'
import {keepCommits} from '../../issuer/github/commits.ts'
import {keepComparisons} from '../../issuer/github/comparison.ts'
import {head, otherCommit, repositoryId} from './builders.ts'
import {shaOf} from './github-world.ts'

const merge = 'e'.repeat(40)

/** A pull request as GitHub's GraphQL gives it. */
const aNode = (over: object = {}): object => ({
  number: 41,
  merged: true,
  mergeCommit: {oid: merge},
  baseRefName: 'main',
  headRefName: 'feature',
  headRefOid: otherCommit,
  headRepository: {databaseId: repositoryId},
  baseRepository: {databaseId: repositoryId},
  author: {__typename: 'User', login: 'hubot', databaseId: 2},
  ...over,
})

const commitOf = (nodes: readonly object[], hasNextPage = false): object => ({
  oid: head,
  associatedPullRequests: {nodes, pageInfo: {hasNextPage}},
})

interface Asked {
  readonly queries: string[]
  most: number
}

/** GitHub that answers each query with these commits, in turn, and says how it was asked. */
function place(answer: (query: string) => object | null, asked: Asked = {queries: [], most: 0}) {
  let open = 0
  const octokit = {
    graphql: async (query: string) => {
      asked.queries.push(query)
      open += 1
      asked.most = Math.max(asked.most, open)
      await new Promise(setImmediate)
      open -= 1
      return {repository: answer(query)}
    },
  }
  const connection: Connection = {ask: async (what, send) => new Answer(what, await send(octokit as never))}
  return {
    connection,
    at: {owner: 'octo-org', repo: 'api-service'},
    repositoryId,
    comparisons: keepComparisons(),
    commits: keepCommits(),
  }
}

const ofOne = async (commit: object | null): Promise<unknown> =>
  (
    await fetchAssociations(
      place(() => ({c0: commit})),
      {shas: [head], kept: keepPulls()},
    )
  ).get(head)

test('a merged one into this repository is told whole', async () => {
  expect(await ofOne(commitOf([aNode()]))).toEqual([
    {
      number: 41,
      author: {id: 2, login: 'hubot'},
      head: {sha: otherCommit, ref: 'feature', repositoryId},
      baseRef: 'main',
      mergeCommit: merge,
    },
  ])
})

test.each([
  ['one that is not merged', commitOf([aNode({merged: false, mergeCommit: null})])],
  ['one into another repository, as a fork has', commitOf([aNode({baseRepository: {databaseId: 7}})])],
  ['one into a repository that is no more', commitOf([aNode({baseRepository: null})])],
  ['a commit that GitHub does not show', null],
  ['what is no commit', {}],
])('%s is none', async (_, commit) => {
  expect(await ofOne(commit)).toEqual([])
})

test('an account that is no more, or that nobody knows the id of, is nobody known', async () => {
  expect(await ofOne(commitOf([aNode({author: null})]))).toMatchObject([{number: 41, author: undefined}])
  const odd = {__typename: 'EnterpriseUserAccount', login: 'hubot'}
  expect(await ofOne(commitOf([aNode({author: odd})]))).toMatchObject([{number: 41, author: undefined}])
})

test('a bot goes by the login that it has elsewhere', async () => {
  const author = {__typename: 'Bot', login: 'dependabot', databaseId: 49_699_333}
  expect(await ofOne(commitOf([aNode({author})]))).toMatchObject([{author: {id: 49_699_333, login: 'dependabot[bot]'}}])
})

test('a branch of a fork that was deleted is in no repository', async () => {
  expect(await ofOne(commitOf([aNode({headRepository: null})]))).toMatchObject([{head: {repositoryId: null}}])
})

test('more than can be read are too many, whatever those are that were', async () => {
  expect(await ofOne(commitOf([aNode({merged: false})], true))).toBe('too-many')
})

test('an answer that is none is an outage', async () => {
  await expect(ofOne(commitOf([aNode({number: '41'})]))).rejects.toMatchObject({kind: 'unusable'})
  await expect(
    fetchAssociations(
      place(() => null),
      {shas: [head], kept: keepPulls()},
    ),
  ).rejects.toMatchObject({kind: 'unusable'})
})

test('a thousand commits are twenty queries, four at a time, and each commit keeps its own', async () => {
  const shas = Array.from({length: 1000}, (_, i) => shaOf(i.toString(16).padStart(40, '0')))
  const asked: Asked = {queries: [], most: 0}
  const answer = (query: string): object =>
    Object.fromEntries(
      [...query.matchAll(/(c\d+): object\(oid: "(\w+)"\)/g)].map(([, name = '', sha = '']) => [
        name,
        commitOf([aNode({number: Number.parseInt(sha, 16)})]),
      ]),
    )
  const found = await fetchAssociations(place(answer, asked), {shas, kept: keepPulls()})
  expect([asked.queries.length, asked.most]).toEqual([20, 4])
  expect([...found.keys()]).toEqual(shas)
  expect([...found.values()].map((pulls) => (pulls === 'too-many' ? pulls : pulls[0]?.number))).toEqual(
    shas.map((_, i) => i),
  )
})

test('nothing is asked of nothing', async () => {
  const asked: Asked = {queries: [], most: 0}
  expect([
    ...(await fetchAssociations(
      place(() => ({}), asked),
      {shas: [], kept: keepPulls()},
    )),
  ]).toEqual([])
  expect(asked.queries).toEqual([])
})

test('what brought a commit is asked once; what nothing brought yet, or too much did, is asked again', async () => {
  const kept = keepPulls()
  const read = async (commit: object): Promise<number> => {
    const asked: Asked = {queries: [], most: 0}
    await fetchAssociations(
      place(() => ({c0: commit}), asked),
      {shas: [head], kept},
    )
    return asked.queries.length
  }
  expect(await read(commitOf([]))).toBe(1)
  expect(await read(commitOf([], true))).toBe(1)
  expect(await read(commitOf([aNode()]))).toBe(1)
  expect(await read(commitOf([]))).toBe(0)
})
