/** The store on DynamoDB: the common suite, and what is special to a table that is asked over a network. */
import {afterAll, beforeAll, describe, expect, jest, test} from '@jest/globals'
import {publicViewer} from '../../issuer/model/viewer.ts'
import {dynamodbTable} from '../../issuer/store/dynamodb-table.ts'
import {type Emulator, emulatorAbsent, startEmulator} from '../aws/emulator.ts'
import {Tables, dynamoClient} from '../aws/tables.ts'
import {firstEntry, scopeOf} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {describeTable} from './suite-table.ts'
import {describeStore} from './suite.ts'

jest.setTimeout(300_000)

if (emulatorAbsent !== undefined) {
  test.skip(`dynamodb (${emulatorAbsent})`, () => undefined)
} else {
  let emulator: Emulator
  let tables: Tables
  beforeAll(async () => {
    emulator = await startEmulator()
    tables = new Tables(emulator.dynamoUrl)
  })
  afterAll(() => emulator.close())

  describeStore('dynamodb', () => tables.openEmpty())

  describe('dynamodb: the table', () =>
    describeTable(async () => dynamodbTable({name: await tables.make(), client: dynamoClient(emulator.dynamoUrl)})))

  test('a look-up for everybody asks the same of a table with private receipts as of one without', async () => {
    const asked = async (isPrivate: boolean): Promise<readonly string[]> => {
      const durable = await tables.openEmpty()
      await durable.createLedger(firstEntry)
      for (let n = 1; isPrivate && n <= 3; n++) await decideStatement(durable, {n, public: false})
      const requests: string[] = []
      emulator.failWith(({operation, body}) => {
        // What a name leads to, and what none leads to, differ by the number that is asked for.
        requests.push(
          `${operation} ${body
            .replaceAll('name#/', 'name#')
            .replaceAll(/countersign-\d+/g, 'table')
            .replaceAll(/(?<=["/])0*(1296269|0)\b/g, 'id')}`,
        )
        return undefined
      })
      const {repositoryId: id, environment} = scopeOf()
      for (const repository of [id, 'octo-org/api-service']) {
        await durable.store.find({by: 'scope', repository, environment, viewer: publicViewer})
        await durable.store.find({by: 'repository', repository, viewer: publicViewer})
      }
      await durable.store.find({by: 'approver', login: 'octocat', viewer: publicViewer})
      emulator.failWith(undefined)
      durable.close()
      return requests
    }
    const requests = await asked(true)
    expect(requests).toHaveLength(13)
    expect(requests).toEqual(await asked(false))
  })
}
