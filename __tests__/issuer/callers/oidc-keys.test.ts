/** The provider's keys: what a slow, large, empty, redirecting or changing provider does to those who show its tokens. */
import {afterEach, beforeEach, describe, expect, jest, test} from '@jest/globals'
import type {JobTokens} from '../../../issuer/api/callers/job-token.ts'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {type Answer, type Provider, jobTokensOf, keySetOf, makeSigningKey, mint, startProvider} from './provider.ts'

let provider: Provider
let jobTokens: JobTokens
beforeEach(async () => {
  provider = await startProvider()
  jobTokens = jobTokensOf(provider)
})
afterEach(async () => {
  jest.restoreAllMocks()
  await provider.close()
})

const holds = async (token: string) => (await jobTokens.verify(token)) !== undefined
const json = {'content-type': 'application/json'}

/** The library keeps its sets by the runtime's clock, so a test moves that. */
function passTime(ms: number): void {
  const later = Date.now() + ms
  jest.spyOn(Date, 'now').mockImplementation(() => later)
}

test('are asked for once, however many tokens come at once', async () => {
  const tokens = await Promise.all(Array.from({length: 20}, async () => mint(provider)))
  expect(await Promise.all(tokens.map(holds))).toEqual(tokens.map(() => true))
  expect(provider.asked()).toBe(1)
})

test('are not asked for by what is no token', async () => {
  expect(await Promise.all(['', 'a.b.c', 'secret'].map(holds))).toEqual([false, false, false])
  expect(provider.asked()).toBe(0)
})

test('are asked for again when they are ten minutes old, and a key that was withdrawn is gone', async () => {
  const token = await mint(provider)
  expect(await holds(token)).toBe(true)
  await provider.publish(makeSigningKey('two'))
  expect(await holds(token)).toBe(true)
  passTime(10 * 60_000)
  expect(await holds(token)).toBe(false)
  expect(provider.asked()).toBe(2)
})

test('that changed in between are found, and strangers make us ask once a minute at most', async () => {
  const [next, strange] = [makeSigningKey('two'), makeSigningKey('three')]
  expect(await holds(await mint(provider))).toBe(true)
  await provider.publish(provider.key, next)
  const rotated = await mint(provider, {}, {key: next})
  expect(await holds(rotated)).toBe(false) // Within the first minute it is a key that nobody knows.
  passTime(60_000)
  expect(await holds(rotated)).toBe(true)
  for (let i = 0; i < 10; i++) expect(await holds(await mint(provider, {}, {key: strange}))).toBe(false)
  expect(provider.asked()).toBe(2)
})

test('that change while they are being fetched: both tokens hold in the end', async () => {
  const next = makeSigningKey('two')
  const [before, after] = [
    JSON.stringify(await keySetOf(provider.key)),
    JSON.stringify(await keySetOf(provider.key, next)),
  ]
  let finish = (): void => undefined
  const begun = new Promise<void>((begin) => {
    provider.answerWith((_, response) => {
      response.writeHead(200, json).write(before.slice(0, 20))
      finish = () => void response.end(before.slice(20))
      begin()
    })
  })
  const old = holds(await mint(provider))
  const early = mint(provider, {}, {key: next}).then(holds)
  await begun
  provider.answerWith((_, response) => void response.writeHead(200, json).end(after))
  finish()
  expect([await old, await early]).toEqual([true, false])
  passTime(60_000)
  expect(await holds(await mint(provider, {}, {key: next}))).toBe(true)
})

describe('a provider that', () => {
  const reply =
    (status: number, body: string, headers: Readonly<Record<string, string>> = json): Answer =>
    (_, response) =>
      void response.writeHead(status, headers).end(body)

  test.each<readonly [string, Answer]>([
    ['is not there', (_, response) => void response.destroy()],
    ['breaks off', (_, response) => void response.writeHead(200, {...json, 'content-length': '100'}).write('{', () => response.destroy())],
    ['has an outage', reply(503, '{}')],
    ['has moved its keys', reply(404, '{}')],
    ['answers a page', reply(200, '<html>')],
    ['answers no set', reply(200, '{"keys": "none"}')],
    ['answers something huge', reply(200, `{"keys": [], "x": "${'x'.repeat(300_000)}"}`)],
  ])('%s is an outage and no judgement, and heals by itself', async (_, answer) => {
    provider.answerWith(answer)
    await expect(jobTokens.verify(await mint(provider))).rejects.toBeInstanceOf(GitHubUnavailable)
    await provider.publish(provider.key)
    expect(await holds(await mint(provider))).toBe(true)
  }) // prettier-ignore

  test.each([301, 302, 307, 308])('redirects with %d is not followed, to its own host or another', async (status) => {
    const other = await startProvider()
    try {
      for (const to of [`${other.issuer}/.well-known/jwks`, `${provider.issuer}/.well-known/jwks?moved`]) {
        provider.answerWith(reply(status, '', {location: to}))
        await expect(jobTokens.verify(await mint(provider))).rejects.toBeInstanceOf(GitHubUnavailable)
      }
      expect(other.asked()).toBe(0)
    } finally {
      await other.close()
    }
  })

  test('never answers, or drop by drop, is given up', async () => {
    const silent = jobTokens.verify(await mint(provider))
    provider.answerWith((_, response) => {
      response.writeHead(200, json)
      const timer = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(timer))
    })
    await expect(silent).rejects.toBeInstanceOf(GitHubUnavailable)
  })

  test('answers no keys knows nobody, until it has some', async () => {
    provider.answerWith(reply(200, '{"keys": []}'))
    expect(await holds(await mint(provider))).toBe(false)
    await provider.publish(provider.key)
    passTime(60_000)
    expect(await holds(await mint(provider))).toBe(true)
  })
})
