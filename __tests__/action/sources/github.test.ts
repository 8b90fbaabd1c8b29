/** GitHub's check runs as a source, against a loopback server that speaks as GitHub does. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, describe, expect, test} from '@jest/globals'
import {readCheckRuns, readFencedBlock} from '../../../src/action/sources/check-runs.ts'
import {gitHubCheckRuns} from '../../../src/action/sources/github.ts'
import {aReceipt, makeKey} from '../../protocol/builders.ts'
import {type Loopback, anAsk, serve} from '../asks.ts'
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

  test('are not crowded out by a hundred candidates, and of one check run twenty are taken', () => {
    const receipts = Array.from({length: 100}, (_, i) =>
      run(fence(aReceipt({decision: `dec_${String(i).padStart(26, '0')}`}, key).text)),
    )
    expect(readCheckRuns([...receipts, run(fence(aRevocation(key)))]).revocations).toHaveLength(1)
    const many = Array.from({length: 50}, (_, i) => fence(aRevocation(key, {repositoryId: i}))).join('')
    expect(readCheckRuns([run(many)]).revocations).toHaveLength(20)
  })
})
