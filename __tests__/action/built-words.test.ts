/** The committed dist/index.js where it refuses or warns: the words say what is the matter, and the report is of what got furthest. */
import type {ServerResponse} from 'node:http'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {type SignedCheckpoint, checkpointText, hexToBytes, printCheckpoint, printVerifierKey} from '#protocol'
import {type Json, type TestKey, aReceipt, lifeAround, makeKey} from '../protocol/builders.ts'
import {type Loopback, serve} from './asks.ts'
import {type Env, type GateRun, inputs, pushJob, runBuiltGate} from './built.ts'
import {TestIssuer} from './test-issuer.ts'

const key = makeKey()
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

const receipt = (overrides: Json = {}): Json =>
  aReceipt({issuer: issuer.origin, ...lifeAround(Date.now()), ...overrides}, key).receipt
const fence = (content: string): string => `\`\`\`json\n${content}\n\`\`\`\n`
const carrying = (...found: readonly Json[]): readonly Json[] =>
  found.map((one) => ({text: fence(JSON.stringify(one))}))

async function answer(respond: (response: ServerResponse) => void): Promise<Env> {
  gitHub = await serve((_, response) => respond(response))
  return {GITHUB_API_URL: gitHub.origin}
}
const show = (outputs: readonly Json[]): Promise<Env> =>
  answer((response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({check_runs: outputs.map((output) => ({output}))}))
  })

const gate = (given: Env, env: Env): Promise<GateRun> =>
  runBuiltGate({...pushJob(), ...inputs(key.pin, {'github-token': 'ghs_x', checkout: 'ignore', ...given}), ...env})
const codeOf = ({outputs, code}: GateRun): unknown => [code, outputs.get('reason-code')]

test('a job that waits and whose token service fails once is let out when it answers', async () => {
  issuer.receipts = [receipt()]
  const given = {redeem: 'true', 'github-token': '', 'issuer-url': issuer.origin, report: 'false'}
  issuer.failTokens = 1
  expect(codeOf(await gate({...given, wait: '0'}, {...issuer.env, GITHUB_RUN_ID: '7'}))).toEqual([
    1,
    'source_unreachable',
  ])
  issuer.failTokens = 1
  const run = await gate({...given, wait: '15s'}, {...issuer.env, GITHUB_RUN_ID: '7'})
  expect(codeOf(run)).toEqual([0, ''])
  expect(run.log).toContain('Waiting for a receipt (source_unreachable): 0 of at most 1 minutes.')
})

test('of a receipt for one run without an issuer, and one of another commit, the first is spoken of', async () => {
  const other = receipt({scope: {sha: 'b'.repeat(40)}})
  for (const found of [
    [receipt({flags: ['once']}), other],
    [other, receipt({flags: ['once']})],
  ]) {
    const run = await gate({}, await show(carrying(...found)))
    expect(codeOf(run)).toEqual([1, 'input_invalid'])
    expect(run.log).toContain('the receipt serves one run')
    expect(run.summary).toContain('❌ single use')
    await gitHub?.close()
  }
})

test.each<readonly [string, number, Env, string]>([
  ['used up', 403, {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000'}, 'You used it'],
  ['secondary', 403, {}, 'You have exceeded a secondary rate limit'],
  ['by 429', 429, {'retry-after': '60'}, 'Slow down'],
])('a rate limit (%s) is called one, with when it ends', async (...[, status, headers, message]) => {
  const env = await answer((response) => response.writeHead(status, headers).end(JSON.stringify({message})))
  const run = await gate({}, env)
  expect(codeOf(run)).toEqual([1, 'source_unreachable'])
  expect(run.log).toMatch(/GitHub: the rate limit of "github-token" is used up, until 20\d\d-\d\d-\d\dT/)
  expect(run.log).not.toContain('give the job the permission')
})

test('a commit that GitHub does not know is called that', async () => {
  const env = await answer((response) => response.writeHead(422).end('{"message":"No commit found for SHA"}'))
  expect((await gate({}, env)).log).toContain('GitHub knows no such commit in this repository')
})

test('the genuine checkpoint is shown, and four copies with junk beside it are no alarm', async () => {
  const ledger = makeKey()
  const origin = 'countersign.example/0123abcd'
  const note = (size: number, signer: TestKey): string => {
    const checkpoint = {origin, size, root: '5'.repeat(64)}
    const hex = signer.signBytes(new TextEncoder().encode(checkpointText(checkpoint))).slice('ed25519:'.length)
    const signed: SignedCheckpoint = {...checkpoint, publicKey: signer.pin, signature: hexToBytes(hex)}
    return printCheckpoint(signed)
  }
  const [carried = {}] = carrying(receipt())
  const beside = (text: string): Json => ({...carried, summary: `\`\`\`\n${text.trimEnd()}\n\`\`\``})
  const junk = [1, 2, 3, 4].map((size) => beside(note(size, makeKey())))
  const env = await show([...junk, beside(note(42, ledger))])
  const run = await gate({'ledger-key': printVerifierKey(origin, ledger.pin)}, env)
  expect(codeOf(run)).toEqual([0, ''])
  expect(run.summary).toContain(note(42, ledger))
  expect(run.log).not.toContain('DOES NOT VERIFY')
})

test('a repository that was renamed while the receipt lives is told so; another one is not', async () => {
  const env = {...(await show(carrying(receipt()))), GITHUB_REPOSITORY: 'octo-org/renamed'}
  const run = await gate({}, env)
  expect(codeOf(run)).toEqual([1, 'repository_mismatch'])
  expect(run.log).toContain('octo-org/api-service, which is called octo-org/renamed now: it was renamed or transferred')
  await gitHub?.close()
  const other = await gate({}, await show(carrying(receipt({scope: {repositoryId: 7}}))))
  expect(codeOf(other)).toEqual([1, 'repository_mismatch'])
  expect(other.log).not.toContain('renamed')
})
