/** Faults on order: GitHub slow, broken, limited, or cut off in the middle of an answer. */

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

test('a status is answered as often as ordered, for what matches alone', async () => {
  town.world.addFault({match: `^GET ${path}$`, status: 503, times: 2})
  expect((await town.ask(`${path}/pulls`)).status).toBe(200)
  const seen = [await town.ask(path), await town.ask(path), await town.ask(path)].map(({status}) => status)
  expect(seen).toEqual([503, 503, 200])
})

test('faults end when they are cleared', async () => {
  town.world.addFault({match: path, status: 500})
  expect((await town.ask(path)).status).toBe(500)
  town.world.clearFaults()
  expect((await town.ask(path)).status).toBe(200)
})

test('a request can be carried out and yet answered with an error', async () => {
  town.world.addFault({match: '^POST .*/comments$', status: 502, carriedOut: true})
  const options = {token: town.tokens.hubot, method: 'POST', body: {body: 'Written?'}}
  expect((await town.ask(`${path}/issues/${town.number}/comments`, options)).status).toBe(502)
  expect((await town.ask(`${path}/issues/${town.number}/comments`)).body).toMatchObject([{body: 'Written?'}])
})

test('a cut answer breaks off in the middle of its body', async () => {
  town.world.addFault({match: path, cut: true, times: 1})
  const answer = await fetch(`${town.github.url}${path}`)
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
  expect((await town.ask(path)).status).toBe(200)
})

test('a rate limit says that nothing remains and when to come back', async () => {
  town.world.addFault({match: path, rateLimit: 'primary', times: 1})
  const primary = await town.ask(path)
  expect([primary.status, primary.headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
  expect(Number(primary.headers.get('x-ratelimit-reset')) * 1000).toBeGreaterThan(Date.now())
  town.world.addFault({match: path, rateLimit: 'secondary', times: 1})
  const secondary = await town.ask(path)
  expect([secondary.status, secondary.headers.get('retry-after')]).toEqual([403, '1'])
  expect(secondary.body['message']).toMatch(/secondary rate limit/)
})

test('the front door answers with a page instead of JSON', async () => {
  town.world.addFault({match: path, html: true, times: 1})
  const answer = await fetch(`${town.github.url}${path}`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8'])
})

test('a slow answer is the honest one, later', async () => {
  town.world.addFault({match: path, delayMs: 20, times: 1})
  expect((await town.ask(path)).body['full_name']).toBe(repo)
})

test('the journal tells who asked what, and how it was answered', async () => {
  await town.ask(`${path}?a=1`)
  await town.ask('/user', {token: town.tokens.hubot})
  expect(town.world.listRequests().slice(-2)).toMatchObject([
    {method: 'GET', path: `${path}?a=1`, actor: 'anonymous', status: 200},
    {method: 'GET', path: '/user', actor: 'hubot', status: 200},
  ])
  town.world.violations.length = 0
})
