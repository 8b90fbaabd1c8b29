/** A67: the answer to a check is made to be absent: a check that the job asked for and that could not be made refuses. */
import type {ServerResponse} from 'node:http'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Loopback, serve} from '../action/asks.ts'
import {type Env, type GateRun, inputs, pushJob, runBuiltGate} from '../action/built.ts'
import {TestIssuer, aRevocation, keyEntry} from '../action/test-issuer.ts'
import {type Json, aReceipt, lifeAround, makeKey} from '../protocol/builders.ts'
import {later} from './judge.ts'

const key = makeKey()
const id = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'

let issuer: TestIssuer
let gitHub: Loopback | undefined
beforeEach(async () => {
  issuer = await TestIssuer.start(key)
  issuer.now = Date.now
})
afterEach(async () => {
  await issuer.close()
  await gitHub?.close()
  gitHub = undefined
})

const receipt = (overrides: Json = {}, by = key): string =>
  aReceipt({issuer: issuer.origin, ...lifeAround(Date.now()), ...overrides}, by).text
const fence = (content: string): string => `\`\`\`json\n${content}\n\`\`\`\n`
const filler = (count: number): readonly string[] => Array.from({length: count}, () => 'nothing')

/** Check runs by their texts, newest first, in pages of a hundred; `spoil` may answer a page in GitHub's place. */
async function show(
  texts: readonly string[],
  spoil: (page: number, response: ServerResponse) => boolean = () => false,
): Promise<Env> {
  gitHub = await serve((request, response) => {
    const query = new URL(request.url ?? '', 'http://github').searchParams
    const page = Number(query.get('page'))
    if (spoil(page, response)) return
    // The issuer's App has the newest of its own alone.
    const listed = query.get('app_id') === '4711' ? texts.filter((text) => text.includes('```')) : texts
    const runs = listed.slice((page - 1) * 100, page * 100).map((text) => ({output: {text}}))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({check_runs: runs}))
  })
  return {GITHUB_API_URL: gitHub.origin}
}

const gate = (given: Env = {}, env: Env = {}): Promise<GateRun> =>
  runBuiltGate({
    ...pushJob(),
    ...inputs(key.pin, {receipt: receipt(), 'github-token': 'ghs_x', checkout: 'ignore', ...given}),
    ...env,
  })

/** Refused for that, with these words, and by no output or line let out. */
function expectRefused(run: GateRun, code: string, words = ''): void {
  expect([run.outputs.get('reason-code'), run.code, run.outputs.get('authorized')]).toEqual([code, 1, 'false'])
  expect(run.log).toContain(words)
}

const allowed = ({code, outputs}: GateRun): unknown => [code, outputs.get('authorized')]

describe('whether it was revoked', () => {
  test('three full pages, and the revocation on the fourth: not read to the end', async () => {
    const hidden = await show([...filler(300), fence(aRevocation(key))])
    expectRefused(await gate({}, hidden), 'source_unreachable', 'revocations could not be read to the end')
    // The issuer's word is enough, and its silence is not.
    expect(allowed(await gate({'issuer-url': issuer.origin}, hidden))).toEqual([0, 'true'])
    issuer.instead = ({path}) => (path.endsWith('/status') ? {status: 503, body: {}} : undefined)
    expectRefused(
      await gate({'issuer-url': issuer.origin}, hidden),
      'source_unreachable',
      'the issuer: it answered 503',
    )
    // Of the issuer's App there is no flood.
    expectRefused(await gate({'app-id': '4711'}, hidden), 'revoked')
  })

  test('a page that is too large, or fails, before the one with the revocation', async () => {
    const texts = [...filler(200), fence(aRevocation(key))]
    const large = Array.from({length: 100}, () => ({output: {text: '\u20ac'.repeat(65_000)}}))
    const spoils: Readonly<Record<string, (response: ServerResponse) => void>> = {
      'more than 16777216 bytes': (response) => response.end(JSON.stringify({check_runs: large})),
      'it answered 502': (response) => response.writeHead(502).end(),
      'could not be': (response) => response.destroy(),
    }
    for (const [words, spoil] of Object.entries(spoils)) {
      const hidden = await show(texts, (page, response) => {
        if (page === 2) spoil(response)
        return page === 2
      })
      expectRefused(await gate({}, hidden), 'source_unreachable', words)
      await gitHub?.close()
    }
    expectRefused(await gate({}, await show(texts)), 'revoked')
  })

  // Takes the ten seconds that a source has.
  test('a page that is late', async () => {
    const hidden = await show([...filler(100), fence(aRevocation(key))], (page) => page === 2)
    expectRefused(await gate({}, hidden), 'source_unreachable', 'it did not finish its answer in time')
  })

  test('the twenty-first block of the newest check run is read, and of more than sixty the gate says so', async () => {
    const others = (count: number): string =>
      Array.from({length: count}, (_, i) =>
        fence(aRevocation(key, {receipt: `rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2${String(i).padStart(3, '0')}`})),
      ).join('\n')
    const hidden = await show([`${fence(receipt())}\n${others(20)}\n${fence(aRevocation(key))}`])
    expectRefused(await gate({receipt: ''}, hidden), 'revoked')
    expectRefused(await gate({}, hidden), 'revoked')
    await gitHub?.close()
    const more = await show([`${others(60)}\n${fence(aRevocation(key))}`])
    expectRefused(await gate({}, more), 'source_unreachable', 'a check run holds more than 60 of them')
  })

  test('GitHub down and the issuer too: nobody knows', async () => {
    const env = {GITHUB_API_URL: 'http://127.0.0.1:9'}
    const given = {receipt: receipt(), 'issuer-url': issuer.origin}
    expect(allowed(await gate(given, env))).toEqual([0, 'true'])
    await issuer.close()
    expectRefused(await gate(given, env), 'source_unreachable', `whether the receipt ${id} was revoked is not known`)
  })

  test('a runner whose clock is an hour ahead: a signed no is a no at any time', async () => {
    issuer.statuses.set(id, 'revoked')
    const long = receipt(lifeAround(Date.now() + 3_600_000, 7200))
    const given = {receipt: long, 'issuer-url': issuer.origin}
    expectRefused(await gate(given, {...(await show([])), ...later(3_600_000)}), 'revoked')
  })

  test('an issuer that is down stops nothing that GitHub shows whole, and who names neither is told what was not asked', async () => {
    const shown = await show([fence(receipt())])
    await issuer.close()
    const run = await gate({receipt: '', 'issuer-url': issuer.origin}, shown)
    expect(allowed(run)).toEqual([0, 'true'])
    expect(run.log).toContain('The issuer gave no valid status of the receipt')
    expect(run.summary).toContain('GitHub shows no revocation')
    const airGapped = await gate({'github-token': ''})
    expect(allowed(airGapped)).toEqual([0, 'true'])
    expect(airGapped.summary).toContain('Revocation not checked')
  })

  test('what is heard of one receipt clings to no other: the key set takes one key, and a flag refuses the other', async () => {
    const stolen = makeKey()
    issuer.keys = [keyEntry(key), keyEntry(stolen, {status: 'revoked', revokedAt: '2026-01-01T00:00:00Z'})]
    const byThief = receipt({id: id.replace(/v$/, 'w')}, stolen)
    const shown = await show([fence(byThief), fence(receipt({flags: ['self']}))])
    const pins = {'public-key': `${key.pin}\n${stolen.pin}`, receipt: '', 'issuer-url': issuer.origin}
    const run = await gate(pins, shown)
    expectRefused(run, 'flag_refused')
    expect(JSON.parse(run.outputs.get('result') ?? '')).toMatchObject({status: null, receipt: {flags: ['self']}})
  })
})

describe("the job's own environment", () => {
  const staging = {environment: 'staging', 'github-token': ''}
  const forStaging = (): string => receipt({scope: {environment: 'staging'}})
  beforeEach(() => {
    issuer.claims = {...issuer.claims, environment: 'production'}
  })

  test('is compared with an issuer and without one', async () => {
    for (const more of [{}, {'issuer-url': issuer.origin}]) {
      const run = await gate({...staging, receipt: forStaging(), ...more}, issuer.env)
      expectRefused(run, 'environment_mismatch', 'named by the OIDC token of this job')
    }
    expect(issuer.asked).toEqual([])
  })

  test('is asked for without an issuer under an audience that no issuer takes', async () => {
    let audience: string | null = null
    const service = await serve((request, response) => {
      audience = new URL(request.url ?? '', 'http://runner').searchParams.get('audience')
      response.end('{}')
    })
    const env = {...issuer.env, ACTIONS_ID_TOKEN_REQUEST_URL: `${service.origin}/?v=2`}
    expectRefused(await gate({...staging, receipt: forStaging()}, env), 'source_unreachable')
    expect(audience).toBe('countersign')
    await service.close()
  })

  test('is not known where the token service fails, answers nonsense, or nothing', async () => {
    const answers: readonly ((response: ServerResponse) => void)[] = [
      (response) => response.writeHead(500).end(),
      (response) => response.end('<html>'),
      (response) => response.end('{"value": 7}'),
      (response) => response.end('{"value": "a.b.c"}'),
      (response) => response.destroy(),
    ]
    for (const answer of answers) {
      const service = await serve((_, response) => answer(response))
      const env = {...issuer.env, ACTIONS_ID_TOKEN_REQUEST_URL: `${service.origin}/?v=2`}
      for (const more of [{}, {'issuer-url': issuer.origin}]) {
        const run = await gate({...staging, receipt: forStaging(), ...more}, env)
        expectRefused(run, 'source_unreachable', 'which environment GitHub gives this job is not known')
      }
      await service.close()
    }
  })

  test('is unnamed where the runner gives no token, and the summary says so', async () => {
    const run = await gate({...staging, receipt: forStaging()})
    expect(allowed(run)).toEqual([0, 'true'])
    expect(run.summary).toContain('The environment of this job is unnamed')
  })
})
