/** What GitHub lets nobody ask: an hour's quota of REST and one of GraphQL, and so much in a minute. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {repo, startTown, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const path = `/repos/${repo}`
const read = (options = {}) => town.ask(path, {token: town.tokens.hubot, ...options})
const write = () =>
  town.ask(`${path}/issues/${town.number}/comments`, {token: town.tokens.hubot, method: 'POST', body: {body: 'More'}})

const used = async (resource: 'core' | 'graphql'): Promise<number> => {
  const {body} = await town.ask('/rate_limit', {token: town.tokens.hubot})
  return Number(body['resources']?.[resource]?.['used'])
}

test('the 81st comment in a minute is refused, with the time to wait', async () => {
  const statuses: number[] = []
  for (let count = 0; count < 80; count += 1) statuses.push((await write()).status)
  expect(new Set(statuses)).toEqual(new Set([201]))
  const refused = await write()
  expect(refused.status).toBe(403)
  expect(refused.body['message']).toMatch(/secondary rate limit/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect((await read()).status).toBe(200)
  town.world.liftSecondaryLimits()
  expect((await write()).status).toBe(201)
})

test('nine hundred reads in a minute are what GitHub lets anybody do', async () => {
  const answers = await Promise.all(Array.from({length: 905}, () => read()))
  const refused = answers.filter(({status}) => status === 403)
  expect(refused.length).toBe(5)
  expect((await town.ask(path, {token: town.tokens.octocat})).status).toBe(200)
})

test('whoever has used up the hour is refused until the next', async () => {
  for (let count = 0; count < 60; count += 1) expect((await town.ask(path)).status).toBe(200)
  const refused = await town.ask(path)
  expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
  town.world.advance({seconds: 3600})
  expect((await town.ask(path)).status).toBe(200)
})

test('what has not changed costs nothing to ask again', async () => {
  const first = await read()
  const before = await used('core')
  const headers = {'if-none-match': first.headers.get('etag') ?? ''}
  expect((await read({headers})).status).toBe(304)
  expect(await used('core')).toBe(before)
  town.world.setVisibility({repository: repo, private: true})
  expect((await read({headers})).status).toBe(200)
})

test('a query is counted apart, in points', async () => {
  const before = await used('core')
  const query = `{ repository(owner: "octo-org", name: "api") { object(oid: "${town.sha}") {
    ... on Commit { associatedPullRequests(first: 100) { nodes { number } } } } } }`
  const answer = await town.ask('/graphql', {token: town.tokens.hubot, method: 'POST', body: {query}})
  expect(answer.body['errors']).toBeUndefined()
  expect([answer.headers.get('x-ratelimit-resource'), answer.headers.get('x-ratelimit-used')]).toEqual(['graphql', '1'])
  expect(await used('core')).toBe(before)
  expect(await used('graphql')).toBe(1)
})
