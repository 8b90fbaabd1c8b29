/** Who answers what on AWS: the web function signs nothing, writes nothing and asks GitHub nothing, and passes on what needs more. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {verify} from '#protocol'
import {readConfig} from '../../issuer/home/config.ts'
import {passedOn} from '../../issuer/home/aws/routing.ts'
import {createApp} from '../../issuer/app.ts'
import {openIssuer} from '../../issuer/home/node.ts'
import {repository} from '../acceptance/stage.ts'
import type {InvokeFault} from './invoke.ts'
import {absent} from './cloud-stage.ts'
import {type IssuedReceipt, LambdaStage} from './lambda-stage.ts'

jest.setTimeout(300_000)

/** Each `METHOD /path` of the issuer's one app. */
async function listRoutes(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-routes-'))
  const read = readConfig({
    COUNTERSIGN_STORE: `sqlite:${join(folder, 'countersign.db')}`,
    COUNTERSIGN_GITHUB_TOKEN: 'a-token',
    COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'a secret of enough letters',
  })
  if (!read.ok) throw new Error(read.fault.join())
  const quiet = {info: () => undefined, warn: () => undefined, error: () => undefined}
  const opened = await openIssuer(read.value.config, {log: quiet, version: '0', now: Date.now})
  if (!opened.ok) throw new Error(opened.fault.join())
  const {serving, close} = opened.value
  const app = createApp(serving)
  await close()
  rmSync(folder, {recursive: true, force: true})
  const routes = app.routes.filter(({method}) => method !== 'ALL').map(({method, path}) => `${method} ${path}`)
  return [...new Set(routes)]
}

const print = ({method, path}: (typeof passedOn)[number]): string => `${method} ${path}`

test('what is passed on to the receipts function are routes of the app, each of them once', async () => {
  const routes = await listRoutes()
  const rows = passedOn.filter(({target}) => target === 'receipts').map(print)
  expect(rows.filter((row) => !routes.includes(row))).toEqual([])
  expect(new Set(passedOn.map(print)).size).toBe(passedOn.length)
})

if (absent !== undefined) {
  test.skip(`the receipts function on Lambda (${absent})`, () => undefined)
} else {
  let stage: LambdaStage
  let pin: string
  let receipt: IssuedReceipt
  beforeAll(async () => {
    stage = await LambdaStage.open()
    pin = (await stage.order({begin: 'ledger'})).pin
    await stage.openPullRequest()
    receipt = await stage.authorize()
  })
  afterAll(() => stage.close())

  /** A path of the pattern, of something that is there and public where it can be. */
  function fill(pattern: string): string {
    const decision = receipt.id.replace('rcpt_dg_', 'dec_')
    const [owner = '', name = ''] = repository.split('/')
    const values: Readonly<Record<string, string>> = {
      'receipts/:id': `receipts/${receipt.id}`,
      'decisions/:id': `decisions/${decision}`,
      'keys/:seq': 'keys/0',
      ':owner': owner,
      ':repository': name,
      'r/:file': `r/${receipt.id}`,
      ':file{[a-z0-9_]+\\.intoto\\.json}': `${receipt.id}.intoto.json`,
      ':file': 'production.svg',
    }
    const path = Object.entries(values).reduce((filled, [name, value]) => filled.replace(name, value), pattern)
    expect(path).not.toContain(':')
    return path
  }

  const queryOf = (pattern: string): string => {
    if (pattern.startsWith('/v1/ledger')) return 'seq=0&from=1&to=1&size=1'
    const scope = `repository=${repository}&environment=production`
    return pattern === '/v1/receipts' ? `${scope}&sha=${stage.head}` : scope
  }

  test('the web function answers all that it does not pass on, though no key does anything for it and it may write nothing', async () => {
    await stage.get('/ledger')
    const {kms, invoke, web, secrets} = stage.cloud
    const {mayPass} = kms
    kms.mayPass = (asked) => asked.caller !== 'web' && mayPass(asked)
    invoke.asked.length = 0
    const askedOfGitHub = stage.github.world.requests.length
    const own = (await listRoutes()).filter((route) => !passedOn.map(print).includes(route))
    const answers: Record<string, number> = {}
    for (const route of own) {
      const [method = '', pattern = ''] = route.split(' ')
      const answer = await fetch(`${stage.cloud.url}${fill(pattern)}?${queryOf(pattern)}`, {method})
      answers[route] = answer.status
    }
    kms.mayPass = mayPass
    // Evidence and its like are for auditors, an old key set is there after a rotation, and a webhook is signed.
    const hidden = ['/evidence', '/policy', '/events', '/v1/keys/:seq', 'POST /github/webhook']
    const others = Object.entries(answers).filter(([route]) => !hidden.some((end) => route.endsWith(end)))
    expect(others.filter(([, status]) => status !== 200)).toEqual([])
    expect(Object.values(answers).filter((status) => status >= 500)).toEqual([])
    expect(Object.keys(answers).length).toBeGreaterThan(15)
    expect(invoke.asked).toEqual([])
    expect(stage.github.world.requests.length).toBe(askedOfGitHub)
    const read = secrets.asked.filter(({caller}) => caller === 'web').map(({name}) => name)
    expect([...new Set(read)]).toEqual(['Webhook'])
    expect(web.output).not.toContain('a request failed')
  })

  test('what it passes on is answered by the receipts function as it stands', async () => {
    stage.cloud.invoke.asked.length = 0
    const status = await stage.get(`/v1/receipts/${receipt.id}/status`)
    expect(status.headers.get('cache-control')).toBe('no-store')
    expect(verify.status(await status.text(), {keys: pin, receipt: receipt.id})).toMatchObject({status: 'active'})
    expect(await (await stage.get(`/v1/receipts/${receipt.id}.intoto.json`)).json()).toHaveProperty('signatures')
    expect(await (await stage.get('/.well-known/countersign-keys.json')).json()).toMatchObject({publicKey: pin})
    const told = await fetch(`${stage.cloud.url}/v1/receipts/${receipt.id}/redemptions`, {method: 'POST'})
    expect([told.status, await told.json()]).toMatchObject([401, {error: {code: 'caller_unknown'}}])
    expect(await (await stage.get('/healthz')).json()).toMatchObject({status: 'ok'})
    const badge = await stage.get(`/badge/${repository}/production.json`)
    expect(await badge.json()).toMatchObject({message: expect.stringContaining('authorized by') as unknown})
    const head = await fetch(`${stage.cloud.url}/v1/receipts/${receipt.id}/status`, {method: 'HEAD'})
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(stage.cloud.invoke.asked).toEqual(Array(7).fill('receipts'))
  })

  test('the receipts function answers nothing but what is its own', async () => {
    const http = {method: 'GET', path: '/ledger'}
    const event = {version: '2.0', rawPath: '/ledger', rawQueryString: '', headers: {}, requestContext: {http}}
    expect(await stage.cloud.receipts.call(event)).toMatchObject({statusCode: 404})
  })

  const unavailable: readonly (readonly [string, InvokeFault, number])[] = [
    ['has too much to do', {status: 429, type: 'TooManyRequestsException'}, 503],
    ['may not be asked', {status: 403, type: 'AccessDeniedException'}, 503],
    ['does not answer', 'hang up', 503],
  ]
  test.each(unavailable)(
    'a receipts function that %s is an outage, told once and in words',
    async (_, fault, status) => {
      stage.cloud.invoke.asked.length = 0
      stage.cloud.invoke.faults.push(fault)
      const answer = await fetch(`${stage.cloud.url}/v1/receipts/${receipt.id}/redemptions`, {method: 'POST'})
      expect([answer.status, await answer.json()]).toMatchObject([status, {error: {code: 'internal_error'}}])
      expect(stage.cloud.invoke.asked).toEqual(['receipts'])
      expect(await stage.findStatus(receipt.id, 'active')).toBeDefined()
    },
  )

  const failing: readonly (readonly [string, () => Promise<unknown>, number])[] = [
    ['fails', () => Promise.reject(new Error('Task timed out')), 502],
    ['answers what is no answer', () => Promise.resolve({hello: 'world'}), 503],
    ['answers nothing', () => Promise.resolve(null), 503],
  ]
  test.each(failing)(
    'a receipts function that %s is an outage, and what it said goes nowhere',
    async (_, call, status) => {
      const {functions} = stage.cloud.invoke
      functions.set('receipts', {call})
      const answer = await stage.get(`/v1/receipts/${receipt.id}/status`)
      functions.set('receipts', stage.cloud.receipts)
      expect([answer.status, await answer.json()]).toEqual([
        status,
        {error: {code: 'internal_error', message: 'the issuer met an error; try again'}},
      ])
    },
  )

  test('to the gate such an outage is an issuer that cannot be reached', async () => {
    stage.cloud.invoke.functions.set('receipts', {call: () => Promise.reject(new Error('Task timed out'))})
    const {exitCode, stdout} = await stage.gate(pin)
    stage.cloud.invoke.functions.set('receipts', stage.cloud.receipts)
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('it answered 502')])
  })
}
