/** The main job through Lambda: a comment becomes a receipt that the gate accepts, and a denial ends it. */
import {globSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {parseDecisionId, verify} from '#protocol'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {must} from '../issuer/builders.ts'
import {arnOf} from './kms.ts'
import {bundle} from './lambda-process.ts'
import {absent} from './cloud-stage.ts'
import {LambdaStage} from './lambda-stage.ts'
import {dynamoClient} from './tables.ts'

jest.setTimeout(300_000)

let stage: LambdaStage
let pin: string
let receipt: {readonly id: string}

if (absent !== undefined) {
  test.skip(`the issuer on Lambda (${absent})`, () => undefined)
} else {
  beforeAll(async () => {
    stage = await LambdaStage.open()
  })
  afterAll(() => stage.close())

  test('the bundle is small: less than two megabytes are loaded at a cold start', () => {
    const sizes = globSync(join(bundle, '*.js')).map((file) => statSync(file).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000)
  })

  test('it refuses to work on a table without a ledger, and says what to do', async () => {
    await expect(stage.order({})).rejects.toThrow('the table holds no ledger')
    expect((await stage.get('/healthz')).status).toBe(502)
  })

  test('a ledger is begun once, when somebody says so, and the line to pin is told', async () => {
    const told = await stage.order({begin: 'ledger'})
    expect(told.pin).toMatch(/^pp_pk_[0-9a-f]{64}$/)
    await expect(stage.order({begin: 'ledger'})).rejects.toThrow('holds a ledger already')
    pin = told.pin
    expect(await (await stage.get('/healthz')).json()).toMatchObject({status: 'ok'})
    const note = await (await stage.get('/v1/ledger/checkpoint')).text()
    expect(verify.checkpoint(note, told.ledgerKey)).toMatchObject({valid: true, size: 1})
  })

  test('a comment becomes a receipt that the gate accepts', async () => {
    await stage.openPullRequest()
    receipt = await stage.authorize()
    expect(verify.receipt(JSON.stringify(receipt), {keys: pin})).toMatchObject({valid: true})
    expect(await stage.gate(pin)).toMatchObject({exitCode: 0, outputs: {authorized: 'true'}})
  })

  test('a denial ends it, and the status that the receipts function signs says so', async () => {
    const status = await stage.say('/deny production not today', () => stage.findStatus(receipt.id, 'revoked'))
    expect(verify.status(status, {keys: pin, receipt: receipt.id})).toMatchObject({valid: true, status: 'revoked'})
    expect(await stage.gate(pin)).toMatchObject({exitCode: 1, outputs: {authorized: 'false'}})
  })

  test('the ledger that came of it is whole, and signed to its end', async () => {
    const beat = {version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [], detail: {}}
    const {ledgerKey} = await stage.order(beat)
    const checkpoint = await (await stage.get('/v1/ledger/checkpoint')).text()
    const entries = await (await stage.get('/v1/ledger/entries?start=0&count=100')).text()
    const result = verify.chain(entries, {checkpoint, ledgerKey})
    expect(result).toMatchObject({valid: true, entries: 4, anchored: 'checkpoint'})
  })

  test('an operator is told the keys of a period’s evidence, each of one bundle, and of no other period', async () => {
    const {lines = []} = await stage.order({evidenceKeys: {from: '2020-01-01', to: '2100-01-01'}})
    const durable = openDynamodb(stage.cloud.table, dynamoClient(stage.emulator.dynamoUrl))
    const {evidence = ''} =
      (await durable.records.decision(must(parseDecisionId(receipt.id.replace(/^rcpt_.._/, 'dec_'))))) ?? {}
    durable.close()
    const line = lines.find((one) => evidence.includes(`"${one.split(' ')[0] ?? ''}"`)) ?? ''
    expect(lines).toHaveLength(2)
    expect(verify.evidence(evidence, Buffer.from(line.split(' ')[1] ?? '', 'hex'))).toMatchObject({valid: true})
    expect((await stage.order({evidenceKeys: {from: '2020-01-01', to: '2020-01-02'}})).lines).toEqual([])
    await expect(stage.order({evidenceKeys: {from: '2020-01-02', to: '2020-01-02'}})).rejects.toThrow('a later one')
  })

  test('a message that is no delivery is given back alone', async () => {
    const record = {
      messageId: 'broken',
      receiptHandle: 'x',
      body: 'no JSON',
      attributes: {ApproximateReceiveCount: '1'},
    }
    const result = await stage.cloud.worker.call({Records: [record]})
    expect(result).toEqual({batchItemFailures: [{itemIdentifier: 'broken'}]})
  })

  test('a statement that GitHub cannot answer for is tried again, and not lost', async () => {
    stage.github.world.faults.add({match: '^GET /repos/[^/]+/[^/]+/issues/comments/', times: 3, status: 502})
    await stage.authorize('staging')
    expect(stage.cloud.worker.output).toContain('a delivery will be tried again')
  })

  test('a webhook with a wrong signature is refused, and nothing is queued', async () => {
    const answer = await fetch(`${stage.cloud.url}/github/webhook`, {
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
    expect(await stage.cloud.deliver()).toBe(0)
  })

  test('the web function signed nothing, the receipts function with the receipt key, the worker with each', () => {
    const keysOf = (caller: string) =>
      new Set(
        stage.cloud.kms.asked
          .filter((asked) => asked.operation === 'Sign' && asked.caller === caller)
          .map(({body}) => body['KeyId']),
      )
    expect(keysOf('web')).toEqual(new Set())
    expect(keysOf('receipts')).toEqual(new Set([arnOf('receipts')]))
    expect(keysOf('worker')).toEqual(new Set(['receipts', 'tokens', 'ledger'].map(arnOf)))
  })
}
