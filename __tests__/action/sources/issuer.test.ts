/** The issuer as a source, against servers that answer well, badly, slowly or without end. */
import {afterEach, describe, expect, test} from '@jest/globals'
import {IdTokens} from '../../../src/action/issuer/id-token.ts'
import {issuerReceipts} from '../../../src/action/issuer/list.ts'
import {parseOrigin, parseTreeSha, verifyReceipt} from '#protocol'
import {aReceipt, makeKey, noon, tree} from '../../protocol/builders.ts'
import {type Loopback, anAsk, serve, sure} from '../asks.ts'
import {TestIssuer} from '../test-issuer.ts'

const key = makeKey()
const ask = anAsk(key.pin)
let server: Loopback | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

function sourceAt(origin: string) {
  const issuer = sure(parseOrigin(origin))
  return issuerReceipts(ask, {issuer, tokens: new IdTokens({env: {}, audience: issuer, mask: () => undefined})})
}

async function ask1(answer: Parameters<typeof serve>[0], limit = AbortSignal.timeout(10_000)) {
  server = await serve(answer)
  return sourceAt(server.origin).find(limit, undefined)
}

test('asks by repository, its id, environment and commit', async () => {
  await ask1((_, response) => response.end('{"receipts":[]}'))
  const url = new URL(server?.requests[0]?.url ?? '', 'http://issuer')
  expect(url.pathname).toBe('/v1/receipts')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    repository: 'octo-org/api-service',
    repository_id: '1296269',
    environment: 'production',
    sha: ask.deployment.sha,
  })
})

test('asks by the tree too where a tree is given', async () => {
  server = await serve((_, response) => response.end('{"receipts":[]}'))
  await sourceAt(server.origin).find(AbortSignal.timeout(10_000), sure(parseTreeSha(tree)))
  const {searchParams} = new URL(server.requests[0]?.url ?? '', 'http://issuer')
  expect([searchParams.get('sha'), searchParams.get('tree')]).toEqual([ask.deployment.sha, tree])
})

test('shows who asks where the job has a token, and nothing where it has none', async () => {
  const issuer = await TestIssuer.start(key)
  for (const env of [issuer.env, {}]) {
    const tokens = new IdTokens({env, audience: issuer.origin, mask: () => undefined})
    await issuerReceipts(ask, {issuer: issuer.origin, tokens}).find(AbortSignal.timeout(10_000), undefined)
  }
  await issuer.close()
  expect(issuer.asked.map(({caller}) => caller?.['aud'])).toEqual([issuer.origin, undefined])
})

test('hands over receipts that the verifier takes', async () => {
  const {receipt} = aReceipt({}, key)
  const answer = await ask1((_, response) => response.end(JSON.stringify({receipts: [receipt]})))
  expect(answer.problem).toBeUndefined()
  const verdict = verifyReceipt(answer.candidates[0], {keys: ask.keys, now: noon, maxTtl: ask.maxTtl, expect: {}})
  expect(verdict.valid).toBe(true)
})

test('an empty list is an answer', async () => {
  expect(await ask1((_, response) => response.end('{"receipts":[]}'))).toEqual({candidates: []})
})

test('takes at most 50 receipts', async () => {
  const answer = await ask1((_, response) => response.end(JSON.stringify({receipts: Array(200).fill({})})))
  expect(answer.candidates).toHaveLength(50)
})

describe('is a problem in words, and no receipt', () => {
  test.each<[string, Parameters<typeof serve>[0], string]>([
    ['500', (_, r) => r.writeHead(500).end('oops'), 'it answered 500'],
    ['404', (_, r) => r.writeHead(404).end(), 'it answered 404'],
    ['HTML', (_, r) => r.end('<!doctype html><title>Sign in</title>'), 'not the JSON that was asked for'],
    ['another JSON', (_, r) => r.end('[]'), 'no list "receipts"'],
    ['a list that is none', (_, r) => r.end('{"receipts":{}}'), 'no list "receipts"'],
    ['a name twice in a receipt', (_, r) => r.end('{"receipts":[{"sha":"a","\\u0073ha":"b"}]}'), '"sha" stands twice'],
    [
      'a body that is cut off',
      (_, r) => {
        r.writeHead(200, {'content-length': '100'}).write('{"rec')
        setImmediate(() => r.destroy())
      },
      'it could not be',
    ],
  ])('%s', async (_, answer, problem) => {
    const found = await ask1(answer)
    expect(found.candidates).toEqual([])
    expect(found.problem).toContain(problem)
  })

  test('a redirect, which is not followed', async () => {
    const other = await serve((_, response) => response.end('{"receipts":[]}'))
    const found = await ask1((_, response) => response.writeHead(302, {location: other.origin}).end())
    await other.close()
    expect(found.problem).toBe('it answered 302, a redirect, which is not followed')
    expect(other.requests).toHaveLength(0)
  })

  test('an endless body, which is cut at 1 MiB', async () => {
    let sent = 0
    const found = await ask1((_, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) sent += 65_536
      }
      response.on('drain', pump)
      pump()
    })
    expect(found.problem).toBe('its answer has more than 1048576 bytes')
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('a body that trickles, a server that never answers: the limit ends both', async () => {
    for (const answer of [
      (_: unknown, response: {write: (text: string) => unknown}) => {
        response.write('{')
      },
      () => undefined,
    ]) {
      const limit = new AbortController()
      const asking = ask1((request, response) => {
        answer(request, response)
        setTimeout(() => limit.abort(), 50)
      }, limit.signal)
      expect((await asking).problem).toBe('it did not finish its answer in time')
      await server?.close()
      server = undefined
    }
  })

  test('a port where nobody listens', async () => {
    const gone = await serve(() => undefined)
    await gone.close()
    const found = await sourceAt(gone.origin).find(AbortSignal.timeout(10_000), undefined)
    expect(found.problem).toBe('it could not be reached (ECONNREFUSED)')
  })
})
