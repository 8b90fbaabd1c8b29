/** GitHub's check runs as a source, against a loopback server that speaks as GitHub does. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, describe, expect, test} from '@jest/globals'
import {parseCommitSha} from '#protocol'
import {readCheckRuns, readFencedBlock} from '../../../src/action/sources/check-runs.ts'
import {gitHubCheckRuns} from '../../../src/action/sources/github.ts'
import {readRateLimitEnd} from '../../../src/action/sources/rate-limit.ts'
import {aReceipt, makeKey} from '../../protocol/builders.ts'
import {type Loopback, anAsk, serve, sure} from '../asks.ts'
import {aRevocation} from '../test-issuer.ts'

const key = makeKey()
const ask = anAsk(key.pin)
const {text} = aReceipt({}, key)
let server: Loopback | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

const fence = (content: string): string => `The receipt:\n\n\`\`\`json\n${content}\n\`\`\`\n`

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, {'content-type': 'application/json; charset=utf-8'}).end(JSON.stringify(body))
}

/** Serves these texts as check runs, in pages of 100. */
const pagesOf =
  (texts: readonly (string | null)[]) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const page = Number(new URL(request.url ?? '', 'http://github').searchParams.get('page'))
    const runs = texts.slice((page - 1) * 100, page * 100).map((output, i) => ({id: i, output: {text: output}}))
    json(response, {total_count: texts.length, check_runs: runs})
  }

async function find(answer: Parameters<typeof serve>[0], limit = AbortSignal.timeout(10_000)) {
  server = await serve(answer)
  return gitHubCheckRuns(ask, {apiUrl: server.origin, token: 'ghs_test'}).find(limit, undefined)
}

test('asks for the latest check runs of this name on this commit, with the token', async () => {
  expect(await find(pagesOf([fence(text)]))).toMatchObject({candidates: [text], skipped: 0})
  const [request] = server?.requests ?? []
  const url = new URL(request?.url ?? '', 'http://github')
  expect(url.pathname).toBe(`/repos/octo-org/api-service/commits/${ask.deployment.sha}/check-runs`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    check_name: 'countersign / production',
    filter: 'latest',
    per_page: '100',
    page: '1',
  })
  expect(request?.headers.authorization).toBe('token ghs_test')
})

test('a hundred junk check runs do not hide the good one behind them', async () => {
  const junk = ['', null, 'nothing', '```\nno end', fence('{"a":1}'), fence('<html>'), `${fence(text)}${fence(text)}`]
  const texts = Array.from({length: 120}, (_, i) => junk[i % junk.length] ?? null)
  expect(await find(pagesOf([...texts, fence(text)]))).toMatchObject({candidates: [text], skipped: 120})
})

test('reads at most three pages and takes at most fifty candidates', async () => {
  const texts = Array.from({length: 500}, (_, i) =>
    fence(aReceipt({decision: `dec_${String(i).padStart(26, '0')}`}, key).text),
  )
  const answer = await find(pagesOf(texts))
  expect(server?.requests).toHaveLength(3)
  expect(answer.candidates).toHaveLength(50)
  expect(answer).toMatchObject({cut: expect.any(String), unread: expect.stringContaining('there are 300 check runs')})
})

test('says what a bound left unread, and nothing where everything was read', async () => {
  const texts = Array.from({length: 300}, () => null)
  expect((await find(pagesOf(texts.slice(1)))).unread).toBeUndefined()
  await server?.close()
  const full = await find(pagesOf(texts))
  expect([full.unread, full.problem]).toEqual([expect.stringContaining('give the input "app-id"'), undefined])
})

test('asks for the check runs of one App where the job names it', async () => {
  server = await serve(pagesOf([fence(text)]))
  await gitHubCheckRuns(ask, {apiUrl: server.origin, token: 't', app: 4711}).find(
    new AbortController().signal,
    undefined,
  )
  expect(new URL(server.requests[0]?.url ?? '', 'http://github').searchParams.get('app_id')).toBe('4711')
})

test('the revocations of another commit are asked for there', async () => {
  server = await serve(pagesOf([fence(aRevocation(key))]))
  const other = sure(parseCommitSha('b'.repeat(40)))
  const place = gitHubCheckRuns(ask, {apiUrl: server.origin, token: 't'}).revocationsOf?.(other)
  const answer = await place?.find(new AbortController().signal, undefined)
  expect(answer?.revocations).toHaveLength(1)
  expect(server.requests[0]?.url).toContain(`/commits/${other}/check-runs`)
})

describe('a job that waits', () => {
  const limit = new AbortController().signal

  test('asks for what changed, and reads again what did not', async () => {
    let held: readonly (string | null)[] = [null]
    server = await serve((request, response) => {
      const etag = `"${held.length}"`
      response.setHeader('etag', etag)
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else pagesOf(held)(request, response)
    })
    const source = gitHubCheckRuns(ask, {apiUrl: server.origin, token: 't'})
    // An answer "not modified" costs nothing: a hundred of them are asked for.
    for (let i = 0; i < 100; i++)
      expect(await source.find(limit, undefined)).toEqual(readCheckRuns([{text: '', summary: ''}]))
    expect(server.requests).toHaveLength(100)
    held = [null, fence(text)]
    expect((await source.find(limit, undefined)).candidates).toEqual([text])
  })

  test('spends a tenth of a third of the quota at once, then only what an hour earns', async () => {
    server = await serve((request, response) => {
      response.setHeader('x-ratelimit-limit', '600')
      pagesOf([fence(text)])(request, response)
    })
    const source = gitHubCheckRuns(ask, {apiUrl: server.origin, token: 't'})
    const answers = []
    for (let i = 0; i < 100; i++) answers.push(await source.find(limit, undefined))
    const anew = answers.filter(({isKept}) => isKept !== true)
    expect(anew.length).toBeGreaterThanOrEqual(20)
    expect(anew.length).toBeLessThan(40)
    expect(server.requests).toHaveLength(anew.length)
    expect(answers.at(-1)).toMatchObject({isKept: true, candidates: [text]})
    // Whether a receipt was revoked is asked anew.
    const asked = await source.revocationsOf?.(ask.deployment.sha).find(limit, undefined)
    expect(asked?.isKept).toBeUndefined()
  })

  test('leaves GitHub alone until a rate limit ends', async () => {
    server = await serve((_, response) => {
      response.setHeader('retry-after', '600')
      json(response, {message: 'You have exceeded a secondary rate limit.'}, 403)
    })
    const source = gitHubCheckRuns(ask, {apiUrl: server.origin, token: 't'})
    for (let i = 0; i < 5; i++) {
      expect((await source.find(limit, undefined)).problem).toMatch(
        /^the rate limit of "github-token" is used up, until /,
      )
    }
    const again = await source.revocationsOf?.(ask.deployment.sha).find(limit, undefined)
    expect(again?.problem).toMatch(/rate limit/)
    expect(server.requests).toHaveLength(1)
  })
})

describe('a rate limit is called one, with when it ends', () => {
  const now = Date.parse('2026-04-02T15:00:00Z')
  const fault = (status: number, headers: object, message = 'Forbidden') => ({status, message, response: {headers}})
  const date = 'Thu, 02 Apr 2026 14:00:00 GMT'

  test.each<readonly [string, object, number | undefined]>([
    // GitHub's clock is an hour behind this one: what counts is how long it still lasts.
    [
      'used up',
      fault(403, {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 - 3000), date}),
      now + 600_000,
    ],
    ['used up by 429', fault(429, {'retry-after': '30'}), now + 30_000],
    ['secondary', fault(403, {'retry-after': '90'}), now + 90_000],
    ['secondary in words alone', fault(403, {}, 'You have exceeded a secondary rate limit'), now + 60_000],
    ['for longer than an hour', fault(429, {'retry-after': '999999'}), now + 3_600_000],
    ['that ends at no time', fault(429, {'retry-after': 'soon'}), now + 60_000],
    ['none: a permission', fault(403, {'x-ratelimit-remaining': '4999'}), undefined],
    ['none: an outage', fault(500, {'x-ratelimit-remaining': '0'}), undefined],
  ])('%s', (...[, answer, end]) => {
    expect(readRateLimitEnd(answer, now)).toBe(end)
  })
})

test('the same text twice is one candidate', async () => {
  expect((await find(pagesOf([fence(text), fence(text)]))).candidates).toHaveLength(1)
})

test('a page that fails does not take away what an earlier one held', async () => {
  const texts = [fence(text), ...Array.from({length: 99}, () => null)]
  const answer = await find((request, response) => {
    if (request.url?.includes('&page=2') === true) json(response, {message: 'Server Error'}, 502)
    else pagesOf(texts)(request, response)
  })
  expect(answer).toMatchObject({candidates: [text], skipped: 99, problem: 'it answered 502'})
})

describe('is a problem in words, and no receipt', () => {
  test.each<[string, Parameters<typeof serve>[0], string]>([
    [
      '401',
      (_, r) => json(r, {message: 'Bad credentials'}, 401),
      'it answered 401: the input "github-token" is not valid',
    ],
    [
      '403',
      (_, r) => json(r, {message: 'Resource not accessible by integration'}, 403),
      'it answered 403: give the job the permission "checks: read"',
    ],
    [
      '404',
      (_, r) => json(r, {message: 'Not Found'}, 404),
      'it answered 404: give the job the permission "checks: read"',
    ],
    [
      '422',
      (_, r) => json(r, {message: 'No commit found for SHA'}, 422),
      'it answered 422: GitHub knows no such commit in this repository',
    ],
    ['500', (_, r) => json(r, {}, 500), 'it answered 500'],
    ['HTML', (_, r) => r.writeHead(200, {'content-type': 'text/html'}).end('<html>'), 'it could not be asked'],
    ['no list', (_, r) => json(r, {}), 'it could not be asked'],
  ])('%s', async (_, answer, problem) => {
    expect(await find(answer)).toMatchObject({candidates: [], skipped: 0, problem})
  })

  test('an endless answer, which is cut', async () => {
    const answer = await find((_, response) => {
      response.writeHead(200, {'content-type': 'application/json'})
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20, ' ')));
      }
      response.on('drain', pump)
      pump()
    })
    expect(answer.problem).toBe('its answer has more than 16777216 bytes')
  })

  test('an answer that trickles: the limit ends it', async () => {
    const limit = new AbortController()
    const answer = await find((_, response) => {
      response.writeHead(200, {'content-type': 'application/json'}).write('{')
      setTimeout(() => limit.abort(), 50)
    }, limit.signal)
    expect(answer.problem).toBe('it did not finish its answer in time')
  })

  test('a port where nobody listens', async () => {
    const gone = await serve(() => undefined)
    await gone.close()
    const answer = await gitHubCheckRuns(ask, {apiUrl: gone.origin, token: 't'}).find(
      AbortSignal.timeout(10_000),
      undefined,
    )
    expect(answer.problem).toBe('it could not be reached (ECONNREFUSED)')
  })
})

test("only one fenced block of a receipt's size is read", () => {
  expect(readFencedBlock('```json\n{"a":\n1}\n```')).toBe('{"a":\n1}')
  expect(readFencedBlock('text\r\n```\r\n{}\r\n```\r\nmore')).toBe('{}')
  expect(readFencedBlock('{}')).toBeUndefined()
  expect(readFencedBlock('```\n{}\n```\n```\n{}\n```')).toBeUndefined()
  expect(readFencedBlock(`\`\`\`\n${'x'.repeat(16_385)}\n\`\`\``)).toBeUndefined()
})

describe('revocations', () => {
  const run = (output: string) => ({text: output, summary: ''})

  test('are read from every check run, beside a receipt or alone, and are no junk', () => {
    const [one, two] = [aRevocation(key), aRevocation(key, {cause: 'denied'})]
    const answer = readCheckRuns([run(fence(one)), run(`${fence(text)}${fence(two)}${fence(one)}`)])
    expect(answer).toMatchObject({candidates: [text], revocations: [one, two], skipped: 0})
  })

  test('are not crowded out by a hundred candidates, and of one check run sixty are taken', () => {
    const receipts = Array.from({length: 100}, (_, i) =>
      run(fence(aReceipt({decision: `dec_${String(i).padStart(26, '0')}`}, key).text)),
    )
    expect(readCheckRuns([...receipts, run(fence(aRevocation(key)))]).revocations).toHaveLength(1)
    const some = Array.from({length: 60}, (_, i) => fence(aRevocation(key, {repositoryId: i})))
    expect(readCheckRuns([run(some.join(''))])).toMatchObject({revocations: {length: 60}, unread: undefined})
    const more = readCheckRuns([run([...some, fence(aRevocation(key))].join(''))])
    expect(more.revocations).toHaveLength(60)
    expect(more.unread).toBe('a check run holds more than 60 of them')
  })
})
