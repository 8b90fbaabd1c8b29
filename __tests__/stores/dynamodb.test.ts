/** The store on DynamoDB: the common suite, and what is special to a table that is asked over a network. */
import {afterAll, beforeAll, jest, test} from '@jest/globals'
import {type Emulator, emulatorAbsent, startEmulator} from '../aws/emulator.ts'
import {Tables} from '../aws/tables.ts'
import {describeStore} from './suite.ts'

jest.setTimeout(240_000)

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
}
