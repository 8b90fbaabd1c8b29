/** The way to GitHub: what each kind of failure is taken for, and that a token goes nowhere else. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Connection, openGitHub} from '../../issuer/github/client.ts'
import {GitHubUnavailable} from '../../issuer/github/unavailable.ts'

const token = 'ghp_notARealTokenButLooksLikeOne0123456789'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let servers: Server[]

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeEach(() => {
  servers = []
})

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const json = {'content-type': 'application/json'}
const reply =
  (status: number, body: string, headers: Readonly<Record<string, string>> = json): Handler =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

const connect = (apiUrl: string, timeLimitMs?: number): Connection =>
  openGitHub({apiUrl, version: '1.2.3', credentials: {kind: 'token', token}, timeLimitMs}).connect(undefined)

const askUser = (connection: Connection): ReturnType<Connection['ask']> =>
  connection.ask('the user', (octokit) => octokit.rest.users.getAuthenticated())

async function faultOf(handler: Handler, timeLimitMs?: number): Promise<GitHubUnavailable> {
  const fault = await askUser(connect(await serve(handler), timeLimitMs)).catch((thrown: unknown) => thrown)
  if (!(fault instanceof GitHubUnavailable)) throw new Error(`no GitHubUnavailable but ${String(fault)}`)
  return fault
}

describe('a failed request', () => {
  const message = JSON.stringify({message: 'Bad credentials'})
  test.each([
    ['401', 401, {}, 'credentials', undefined],
    ['403 without a sign of a limit', 403, {}, 'permission', undefined],
    ['403 with retry-after', 403, {'retry-after': '30'}, 'rate-limit', 30_000],
    ['403 with an empty quota', 403, {'x-ratelimit-remaining': '0'}, 'rate-limit', 60_000],
    ['429', 429, {}, 'rate-limit', 60_000],
    ['429 with retry-after beyond an hour', 429, {'retry-after': '86400'}, 'rate-limit', 3_600_000],
    ['429 with an unreadable retry-after', 429, {'retry-after': 'soon'}, 'rate-limit', 60_000],
    ['500', 500, {}, 'server', undefined],
    ['503 with retry-after', 503, {'retry-after': '5'}, 'server', 5000],
    ['422', 422, {}, 'unusable', undefined],
    ['451', 451, {}, 'unusable', undefined],
  ] as const)('with %s is of its class', async (...[, status, headers, kind, retryAfterMs]) => {
    expect(await faultOf(reply(status, message, {...json, ...headers}))).toMatchObject({kind, retryAfterMs})
  })

  test('at a used-up quota waits until it is filled, by the clock of the answer', async () => {
    const date = new Date('2026-04-02T14:30:00Z')
    const reset = String(date.getTime() / 1000 + 90)
    const headers = {...json, date: date.toUTCString(), 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset}
    expect(await faultOf(reply(403, message, headers))).toMatchObject({kind: 'rate-limit', retryAfterMs: 90_000})
  })

  test('for want of a permission names it', async () => {
    const fault = await faultOf(reply(403, message, {...json, 'x-accepted-github-permissions': 'checks=write'}))
    expect(fault.message).toBe("the user: the issuer's credentials lack a permission (403): it needs checks=write")
  })

  test.each([404, 410])('with %d is gone, which is no outage', async (status) => {
    expect(await askUser(connect(await serve(reply(status, message))))).toBe('gone')
  })

  test('that nobody answers is a broken connection', async () => {
    const apiUrl = await serve(reply(200, '{}'))
    servers[0]?.close()
    await expect(askUser(connect(apiUrl))).rejects.toMatchObject({kind: 'network'})
  })

  test('that is never answered ends at the time limit', async () => {
    expect(await faultOf(() => undefined, 100)).toMatchObject({kind: 'timeout'})
  })

  test('that is answered drop by drop ends at the time limit', async () => {
    const drip: Handler = (_, response) => {
      response.writeHead(200, json)
      const timer = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(timer))
    }
    expect(await faultOf(drip, 200)).toMatchObject({kind: 'timeout'})
  })

  test('cut off in the middle is a broken connection', async () => {
    const cut: Handler = (_, response) => {
      response.writeHead(200, {...json, 'content-length': '100'})
      response.write('{"id": 1', () => response.destroy())
    }
    expect(await faultOf(cut)).toMatchObject({kind: 'network'})
  })

  test('answered with more than 16 MiB is unusable', async () => {
    expect(await faultOf(reply(200, `"${'x'.repeat(17 * 1024 * 1024)}"`))).toMatchObject({kind: 'unusable'})
  })

  test('answered with a page instead of JSON is unusable', async () => {
    expect(await faultOf(reply(200, '<html>', {'content-type': 'text/html'}))).toMatchObject({kind: 'unusable'})
  })

  test.each([
    '{"id": 1',
    '',
    '[]',
    'null',
    '{"id": "1"}',
    '{"id": -1}',
    '{"id": 1.5}',
    '{"id": 12345678901234567890}',
    '{}',
  ])('answered 200 with %j gives no id', async (body) => {
    const {url} = {url: await serve(reply(200, body))}
    const github = openGitHub({apiUrl: url, version: '1', credentials: {kind: 'token', token}})
    await expect(github.ownAccount()).rejects.toMatchObject({name: 'GitHubUnavailable', kind: 'unusable'})
  })

  test.each([
    ['RATE_LIMITED', 'rate-limit'],
    ['FORBIDDEN', 'permission'],
    ['SERVICE_UNAVAILABLE', 'server'],
  ])('of GraphQL with %s is %s', async (type, kind) => {
    const apiUrl = await serve(reply(200, JSON.stringify({data: null, errors: [{type, message: 'no'}]})))
    const asked = connect(apiUrl).ask('the node', async (octokit) => ({
      data: await octokit.graphql('{x}'),
      headers: {},
    }))
    await expect(asked).rejects.toMatchObject({kind})
  })

  test('shows the token nowhere', async () => {
    for (const handler of [
      reply(401, message),
      reply(500, message),
      (_: unknown, response: ServerResponse) => response.destroy(),
    ]) {
      const fault = await faultOf(handler)
      const shown = JSON.stringify([fault.message, fault.stack, fault, Object.entries(fault), String(fault.cause)])
      expect(shown).not.toContain(token)
    }
  })
})

describe('a request', () => {
  test('names Countersign and its version, and carries the token', async () => {
    const seen: IncomingMessage['headers'][] = []
    const apiUrl = await serve((request, response) => {
      seen.push(request.headers)
      response.writeHead(200, json).end('{"id": 7}')
    })
    await askUser(connect(apiUrl))
    expect(seen[0]?.['user-agent']).toMatch(/^countersign\/1\.2\.3 /)
    expect(seen[0]?.authorization).toBe(`token ${token}`)
  })

  test('is never led to another host', async () => {
    const strangers: string[] = []
    const elsewhere = await serve((request, response) => {
      strangers.push(String(request.headers.authorization))
      response.writeHead(200, json).end('{"id": 7}')
    })
    const fault = await faultOf(reply(301, '{}', {...json, location: `${elsewhere}/user`}))
    expect([fault.kind, strangers]).toEqual(['unusable', []])
  })

  test('follows within its host, and not for ever', async () => {
    const hops: string[] = []
    const apiUrl = await serve((request, response) => {
      hops.push(request.url ?? '')
      if (hops.length < 3) response.writeHead(301, {...json, location: '/moved'}).end('{}')
      else response.writeHead(200, json).end('{"id": 7}')
    })
    const answer = await askUser(connect(apiUrl))
    expect([answer === 'gone' ? answer : answer.body.at('id').number(), hops]).toEqual([
      7,
      ['/user', '/moved', '/moved'],
    ])
    expect(await faultOf(reply(301, '{}', {...json, location: '/moved'}))).toMatchObject({kind: 'unusable'})
  })

  test('that writes is not sent again on a redirect that could turn it into another', async () => {
    const posts: string[] = []
    const apiUrl = await serve((request, response) => {
      posts.push(`${request.method ?? ''} ${request.url ?? ''}`)
      response.writeHead(301, {...json, location: '/moved'}).end('{}')
    })
    const writing = connect(apiUrl).ask('the write', (octokit) => octokit.request('POST /user/keys'))
    await expect(writing).rejects.toMatchObject({kind: 'unusable'})
    expect(posts).toEqual(['POST /user/keys'])
  })

  test('that fails writes nothing to the console', async () => {
    const lines: unknown[] = []
    const {error, warn} = console
    Object.assign(console, {error: (line: unknown) => lines.push(line), warn: (line: unknown) => lines.push(line)})
    try {
      await faultOf(reply(500, '{}', {...json, deprecation: 'true'}))
    } finally {
      Object.assign(console, {error, warn})
    }
    expect(lines).toEqual([])
  })
})
