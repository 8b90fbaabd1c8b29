/** DynamoDB in trouble: throttled, failing, silent, or done and yet answered with an error. */
import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import {expect, jest, test} from '@jest/globals'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {clientSettings} from '../../issuer/store/dynamodb-table.ts'
import {at, decides, firstEntry, proposal, scopeOf, statementOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {checkedLedger} from '../stores/suite.ts'
import {type Fault, credentials, refusal, region} from './emulator.ts'
import {receiptId, revokes} from './events.ts'
import {type TableStage, describeOnTables} from './table-stage.ts'

jest.setTimeout(300_000)

const canceled = (...codes: readonly string[]): Fault =>
  refusal(400, 'TransactionCanceledException', {CancellationReasons: codes.map((Code) => ({Code}))})

function testOutages(the: () => TableStage): void {
  const passing: readonly (readonly [string, readonly Fault[]])[] = [
    ['throttled', [refusal(400, 'ProvisionedThroughputExceededException'), refusal(400, 'ThrottlingException')]],
    ['that meets another transaction', [canceled('None', 'TransactionConflict'), canceled('TransactionConflict')]],
    ['that meets a throttled item', [canceled('ThrottlingError', 'ProvisionedThroughputExceeded')]],
    ['that is still under way', [refusal(400, 'TransactionInProgressException')]],
    ['answered with an internal error', [refusal(500, 'InternalServerError'), refusal(503, 'ServiceUnavailable')]],
    ['that was never received', ['drop', 'drop']],
    ['that was done and whose answer was lost', ['cut', 'cut']],
  ]
  test.each(passing)('a commit %s is sent again under its token, and written once', async (_, faults) => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    const seen = the().failFirst('TransactWriteItems', faults)
    expect(await the().durable.store.commit(change)).toBe('committed')
    expect(seen).toHaveLength(faults.length + 1)
    expect(new Set(seen.map((body) => /"ClientRequestToken":"[^"]+"/.exec(body)?.[0])).size).toBe(1)
    expect(await checkedLedger(the().durable)).toHaveLength(2)
    expect((await the().durable.idempotency.begin(statementOf(1), proposal(1))).outcome).toEqual(
      change.completes.outcome,
    )
  })

  test('an event whose answer was lost is written once, without a claim to ask', async () => {
    const appends = revokes(await the().durable.store.read(scopeOf()), 1)
    the().failFirst('TransactWriteItems', ['cut'])
    expect(await the().durable.store.commit({appends, at})).toBe('committed')
    expect(await the().durable.records.events(receiptId(1))).toHaveLength(1)
    expect(await checkedLedger(the().durable)).toHaveLength(2)
  })

  test('a commit that was done and never answered throws, and is found by its claim', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    the().failFirst('TransactWriteItems', Array<Fault>(20).fill('cut'))
    await expect(the().durable.store.commit(change)).rejects.toThrow()
    the().emulator.failWith(undefined)
    expect((await the().durable.idempotency.begin(statementOf(1), proposal(9))).outcome).toEqual(
      change.completes.outcome,
    )
    expect(await the().durable.store.commit(change)).toBe('committed')
    expect(await checkedLedger(the().durable)).toHaveLength(2)
  })

  test('a commit that was never received throws, and its statement can be decided again', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    the().failFirst('TransactWriteItems', Array<Fault>(20).fill('drop'))
    await expect(the().durable.store.commit(change)).rejects.toThrow()
    the().emulator.failWith(undefined)
    expect(await checkedLedger(the().durable)).toHaveLength(1)
    expect(await decideStatement(the().durable, {n: 1})).toBe(0)
  })

  test('a request that is never answered is given up and sent again', async () => {
    const table = await the().tables.make()
    const {requestHandler} = clientSettings
    const settings = {...clientSettings, requestHandler: {...requestHandler, requestTimeout: 500}}
    const impatient = openDynamodb(
      table,
      new DynamoDBClient({...settings, endpoint: the().emulator.dynamoUrl, region, credentials}),
    )
    const seen = the().failFirst('TransactWriteItems', ['hang'])
    await impatient.createLedger(firstEntry)
    expect(seen).toHaveLength(2)
    impatient.close()
  })

  test('a commit whose bodies cannot be kept writes no record', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    the().failFirst('PutItem', Array<Fault>(50).fill(refusal(500, 'InternalServerError')))
    await expect(the().durable.store.commit(change)).rejects.toThrow()
    the().emulator.failWith(undefined)
    expect(await checkedLedger(the().durable)).toHaveLength(1)
  })

  test('reads that DynamoDB left unanswered are asked again', async () => {
    await decideStatement(the().durable, {n: 1})
    const before = await the().durable.store.read(scopeOf())
    let left = 0
    the().emulator.failWith(({operation, body}) => {
      if (operation !== 'BatchGetItem' || ++left > 2) return undefined
      const {RequestItems} = JSON.parse(body) as {RequestItems: object}
      return {status: 200, body: {Responses: {}, UnprocessedKeys: RequestItems}}
    })
    expect(await the().durable.store.read(scopeOf())).toEqual(before)
    expect(left).toBe(3)
  })
}

describeOnTables({'a table in trouble': testOutages})
