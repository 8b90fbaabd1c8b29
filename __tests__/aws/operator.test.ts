/** `countersign-issuer auditor` and `links` over the table of an issuer on AWS. */
import {afterEach, beforeEach, expect, jest, test} from '@jest/globals'
import {digestOf} from '#protocol'
import type {Durable} from '../../issuer/model/durable.ts'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {runProgram} from '../acceptance/operator.ts'
import {firstEntry, repositoryId} from '../stores/builders.ts'
import {credentials, region} from './emulator.ts'
import {type TableStage, describeOnTables} from './table-stage.ts'
import {dynamoClient} from './tables.ts'

jest.setTimeout(300_000)

function testOperator(the: () => TableStage): void {
  const run = (name: string, words: string): Promise<string> =>
    runProgram(words.split(' '), {
      COUNTERSIGN_STORE: `dynamodb:${name}`,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: the().emulator.dynamoUrl,
    })
  let table: string
  let durable: Durable
  beforeEach(async () => {
    table = await the().tables.make()
    durable = openDynamodb(table, dynamoClient(the().emulator.dynamoUrl))
    await durable.createLedger(firstEntry)
  })
  afterEach(() => durable.close())

  test('an auditor is added, listed and removed; the token is printed once', async () => {
    const token = await run(table, 'auditor add acme --owner 9919')
    expect(token).toMatch(/^csat_/)
    expect(await durable.auditors.auditor(digestOf(token))).toMatchObject({name: 'acme', owners: [9919]})
    expect(await run(table, 'auditor list')).toMatch(/^acme: owners 9919, until /)
    await run(table, 'auditor remove acme')
    expect(await durable.auditors.auditor(digestOf(token))).toBeUndefined()
  })

  test('a link is rotated', async () => {
    const token = await run(table, 'links rotate 70')
    expect(await durable.links.linked(digestOf(token))).toBe(repositoryId(70))
  })

  test('a table that is not there, and one without a ledger, are refused by name', async () => {
    await expect(run('elsewhere', 'auditor list')).rejects.toThrow(
      /ended with 2: .*elsewhere cannot be asked \(ResourceNot/,
    )
    const empty = await the().tables.make()
    await expect(run(empty, 'auditor add acme --owner 9919')).rejects.toThrow(/ended with 2: .*has no entry yet/)
  })
}

describeOnTables({"an operator's registers on AWS": testOperator})
