/** The main job through Lambda's doors: a comment becomes a receipt that the gate accepts, and a denial ends it. */
import {execFileSync} from 'node:child_process'
import {globSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {verify} from '#protocol'
import {planJob} from '../../sandbox/runner/plan.ts'
import {Runner, type StepResult} from '../../sandbox/runner.ts'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {action, repository} from '../acceptance/stage.ts'
import {Cloud} from './cloud.ts'
import {arnOf} from './kms.ts'
import {bundle, runtimeAbsent} from './lambda-process.ts'
import {type Emulator, emulatorAbsent, startEmulator} from './emulator.ts'

jest.setTimeout(120_000)

let emulator: Emulator
let github: Sandbox
let cloud: Cloud
let head: string
let pullRequest: number
let pin: string
let receipt: {readonly id: string}

async function openStage(): Promise<void> {
  emulator = await startEmulator()
  github = await startSandbox()
  const {world} = github
  world.addOrganization({login: 'octo-org'})
  for (const login of ['octocat', 'hubot']) world.addUser({login})
  await world.addRepository({name: repository, private: false, files: {'README.md': '# api-service\n'}})
  world.setPermission({repository, login: 'octocat', role: 'maintain'})
  world.setPermission({repository, login: 'hubot', role: 'write'})
  const {webhookSecret, ...app} = await world.describeApp()
  world.installApp({account: 'octo-org'})
  cloud = await Cloud.start({emulator, githubUrl: github.url, webhookSecret, app})
  world.setHook({url: `${cloud.url}/github/webhook`, mode: 'app'})
}

/** Comments, and lets the queue run until what is awaited is there. */
async function say<T>(body: string, look: () => Promise<T | undefined>): Promise<T> {
  github.world.comment({repository, pullRequest, by: 'octocat', body})
  for (let i = 0; i < 200; i++) {
    const batch = await cloud.deliver()
    const found = await look()
    if (found !== undefined) return found
    if (batch === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing came of ${body}: ${cloud.web.output}${cloud.worker.output}`)
}

async function findReceipt(environment = 'production'): Promise<{readonly id: string} | undefined> {
  const answer = await fetch(`${cloud.url}/v1/receipts?repository=${repository}&environment=${environment}&sha=${head}`)
  return ((await answer.json()) as {receipts: readonly {id: string}[]}).receipts[0]
}

async function findStatus(id: string, word: string): Promise<string | undefined> {
  const status = await (await fetch(`${cloud.url}/v1/receipts/${id}/status`)).text()
  return status.includes(`"status":"${word}"`) ? status : undefined
}

async function gate(): Promise<StepResult> {
  const trigger = {event: 'push', branch: 'feature', sha: head} as const
  const permissions = {contents: 'read', checks: 'read'} as const
  const runner = await Runner.start(await planJob(github.world, {repository, actor: 'hubot', trigger, permissions}))
  try {
    await runner.checkout({})
    return await runner.run({
      action,
      with: {environment: 'production', 'public-key': pin, 'issuer-url': cloud.url, 'refuse-flags': 'emergency'},
    })
  } finally {
    await runner.close()
  }
}

const absent = emulatorAbsent ?? runtimeAbsent

if (absent !== undefined) {
  test.skip(`the issuer on Lambda (${absent})`, () => undefined)
} else {
  beforeAll(async () => {
    execFileSync(process.execPath, [join(import.meta.dirname, '..', '..', 'scripts', 'lambda.ts')])
    await openStage()
  })
  afterAll(async () => {
    await cloud.close()
    await github.close()
    await emulator.close()
  })

  test('the bundle is small: less than two megabytes are loaded at a cold start', () => {
    const sizes = globSync(join(bundle, '*.js')).map((file) => statSync(file).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000)
  })

  test('it refuses to work on a table without a ledger, and says what to do', async () => {
    await expect(cloud.schedule.call({})).rejects.toThrow('the table holds no ledger')
    expect((await fetch(`${cloud.url}/healthz`)).status).toBe(502)
  })

  test('a ledger is begun once, when somebody says so, and the line to pin is told', async () => {
    const told = (await cloud.schedule.call({begin: 'ledger'})) as {pin: string; ledgerKey: string}
    expect(told.pin).toMatch(/^pp_pk_[0-9a-f]{64}$/)
    await expect(cloud.schedule.call({begin: 'ledger'})).rejects.toThrow('holds a ledger already')
    pin = told.pin
    expect(await (await fetch(`${cloud.url}/healthz`)).json()).toMatchObject({status: 'ok'})
    const note = await (await fetch(`${cloud.url}/v1/ledger/checkpoint`)).text()
    expect(verify.checkpoint(note, told.ledgerKey)).toMatchObject({valid: true, size: 1})
  })

  test('a comment becomes a receipt that the gate accepts', async () => {
    head = await github.world.push({
      repository,
      branch: 'feature',
      pusher: 'hubot',
      message: 'Add feature',
      files: {'feature.txt': 'feature\n'},
    })
    const opened = await github.world.openPullRequest({
      repository,
      head: 'feature',
      author: 'hubot',
      title: 'Add feature',
    })
    pullRequest = opened.number
    receipt = await say(`/authorize production ${head}`, () => findReceipt())
    expect(verify.receipt(JSON.stringify(receipt), {keys: pin})).toMatchObject({valid: true})
    expect(await gate()).toMatchObject({exitCode: 0, outputs: {authorized: 'true'}})
  })

  test('a denial ends it, and the status that the web function signs says so', async () => {
    const status = await say('/deny production not today', () => findStatus(receipt.id, 'revoked'))
    expect(verify.status(status, {keys: pin, receipt: receipt.id})).toMatchObject({valid: true, status: 'revoked'})
    expect(await gate()).toMatchObject({exitCode: 1, outputs: {authorized: 'false'}})
  })

  test('the ledger that came of it is whole, and signed to its end', async () => {
    const {ledgerKey} = (await cloud.schedule.call({})) as {ledgerKey: string}
    const checkpoint = await (await fetch(`${cloud.url}/v1/ledger/checkpoint`)).text()
    const entries = await (await fetch(`${cloud.url}/v1/ledger/entries?start=0&count=100`)).text()
    const result = verify.chain(entries, {checkpoint, ledgerKey})
    expect(result).toMatchObject({valid: true, entries: 4, anchored: 'checkpoint'})
  })

  test('a message that is no delivery is given back alone', async () => {
    const record = {
      messageId: 'broken',
      receiptHandle: 'x',
      body: 'no JSON',
      attributes: {ApproximateReceiveCount: '1'},
    }
    const result = await cloud.worker.call({Records: [record]})
    expect(result).toEqual({batchItemFailures: [{itemIdentifier: 'broken'}]})
  })

  test('a statement that GitHub cannot answer for is tried again, and not lost', async () => {
    github.world.faults.add({match: '^GET /repos/[^/]+/[^/]+/issues/comments/', times: 3, status: 502})
    await say(`/authorize staging ${head}`, () => findReceipt('staging'))
    expect(cloud.worker.output).toContain('a delivery will be tried again')
  })

  test('a webhook with a wrong signature is refused, and nothing is queued', async () => {
    const answer = await fetch(`${cloud.url}/github/webhook`, {
      method: 'POST',
      headers: {
        'x-github-event': 'push',
        'x-github-delivery': '1',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        'content-type': 'application/json',
      },
      body: '{}',
    })
    expect(answer.status).toBe(401)
    expect(await cloud.deliver()).toBe(0)
  })

  test('the web function signed with the receipt key alone', () => {
    const keysOf = (caller: string) =>
      new Set(
        cloud.kms.asked
          .filter((asked) => asked.operation === 'Sign' && asked.caller === caller)
          .map(({body}) => body['KeyId']),
      )
    expect(keysOf('web')).toEqual(new Set([arnOf('receipts')]))
    expect(keysOf('worker')).toEqual(new Set(['receipts', 'tokens', 'ledger'].map(arnOf)))
  })
}
