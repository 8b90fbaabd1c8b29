/** The issuer as its operator starts, stops, misconfigures and restores it. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {copyFile, mkdtemp, readdir, rename, rm} from 'node:fs/promises'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {databasePath} from './ledger.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

/** From its sources, as `npm start` does it; the stage’s issuer, like that of all tests, from what the run built. */
const program = fileURLToPath(new URL('../../issuer/server.ts', import.meta.url))
const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs it to its end, with these variables and arguments alone. */
async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {env, stdio: ['ignore', 'pipe', 'pipe']})
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return {code, stdout, stderr}
}

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('--help and --version answer without any configuration', async () => {
  const help = await run({}, '--help')
  expect([help.code, help.stderr]).toEqual([0, ''])
  for (const name of ['WEBHOOK_SECRET', 'APP_ID', 'PRIVATE_KEY', 'STORE', 'OWNERS']) expect(help.stdout).toContain(name)
  expect(await run({}, '--version')).toEqual({code: 0, stdout: `${version}\n`, stderr: ''})
})

test('an argument that it does not know is an error', async () => {
  const {code, stderr} = await run({}, '--verbose')
  expect(code).not.toBe(0)
  expect(stderr).toContain('--verbose')
})

test('half configured it exits with 2 and lists everything that is missing', async () => {
  const {code, stdout, stderr} = await run({COUNTERSIGN_GITHUB_PRIVATE_KEY: 'app.pem'})
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('COUNTERSIGN_GITHUB_WEBHOOK_SECRET')
  expect(stderr).toContain('COUNTERSIGN_GITHUB_APP_ID')
})

test('with everything wrong it lists everything, quotes no secret, and makes no file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-wrong-'))
  const wrong = {
    COUNTERSIGN_PORT: '80 80',
    COUNTERSIGN_HOST: 'not a host',
    COUNTERSIGN_PUBLIC_URL: 'http://countersign.example/path',
    COUNTERSIGN_STORE: 'postgres://localhost',
    COUNTERSIGN_LOG: 'loud',
    COUNTERSIGN_OWNERS: 'octo org',
    COUNTERSIGN_GITHUB_API_URL: 'ftp://github.example',
    COUNTERSIGN_GITHUB_APP_ID: 'countersign',
    COUNTERSIGN_GITHUB_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHNlY3JldA==\n-----END PRIVATE KEY-----',
    COUNTERSIGN_GITHUB_TOKEN: 'ghp_secretsecretsecretsecretsecretsecret',
    COUNTERSIGN_EVIDENCE_SECRET: 'secret secret',
    COUNTERSIGN_COLOUR: 'blue',
  }
  const {code, stderr} = await run({...wrong, HOME: folder})
  expect(code).toBe(2)
  for (const name of Object.keys(wrong)) expect(stderr).toContain(name)
  expect(stderr).toContain('COUNTERSIGN_GITHUB_WEBHOOK_SECRET')
  expect(stderr).not.toMatch(/ghp_secret|c2VjcmV0|secret secret/)
  expect(await readdir(folder)).toEqual([])
  await rm(folder, {recursive: true})
})

test('SIGTERM finishes the delivery in hand; after a restart pin, receipts and ledger are the same', async () => {
  const {world, issuer, pullRequest, head} = stage
  const {pin} = issuer
  // What is not shown yet waits in the inbox, and is in nobody's hand.
  world.lagBehind({seconds: 0})
  world.addFault({match: '^GET .*/pulls/', delayMs: 1500, times: 1})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  await until(() => world.requests.find(({path}) => path.includes('/issues/comments/')), 'the first question')
  expect(stage.replies()).toEqual([])
  expect(await issuer.stop()).toBe(0)
  expect(stage.replies()).toHaveLength(1)
  expect(issuer.output.trim().split('\n').at(-1)).toContain('"msg":"stopped"')
  await issuer.restart()
  expect(issuer.pin).toBe(pin)
  expectAllowed(await stage.gate({with: {'github-token': ''}}), head)
})

test('a client that is silent does not hold up SIGTERM', async () => {
  const {issuer} = stage
  const silent = connect(Number(new URL(issuer.url).port), '127.0.0.1')
  silent.on('error', () => undefined)
  await once(silent, 'connect')
  // Answered on a later connection, so the silent one is the issuer's by now.
  expect((await fetch(`${issuer.url}/healthz`)).status).toBe(200)
  expect(await issuer.stop()).toBe(0)
  silent.destroy()
  await issuer.restart()
})

test('a store that was emptied beside its keys is refused with 2, and so is an older copy', async () => {
  const {issuer} = stage
  const path = databasePath(issuer)
  await issuer.stop()
  const kept = join(dirname(path), 'kept')
  await rename(path, kept)
  await expect(issuer.restart()).rejects.toThrow(/ended with 2[\s\S]*The issuer does not start:[\s\S]*ledger resume/)
  await copyFile(kept, path)
  await issuer.restart()
  await stage.authorize()
  await issuer.stop()
  await copyFile(kept, path)
  await expect(issuer.restart()).rejects.toThrow(/ended with 2[\s\S]*the store is older than/)
})
