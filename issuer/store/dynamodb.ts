/** The store on AWS: all durable state of an issuer in one DynamoDB table. Any number of processes may share it. */
import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import type {Durable} from '../model/durable.ts'
import {clientSettings, dynamodbTable, readTableId} from './dynamodb-table.ts'
import {overTable} from './over-table.ts'
import {recordKey} from './layout.ts'
import type {Table} from './table.ts'

/** Beside the ports: whether the ledger is in the table that it began in. Deliveries wait in a queue of their own. */
export interface OnTable extends Durable {
  readonly home: LedgerHome
}

/** The table is there (infra/template.yaml makes it); region and credentials are the surroundings'. */
export function openDynamodb(name: string, client = new DynamoDBClient(clientSettings)): OnTable {
  const table = dynamodbTable({name, client})
  const id = (): Promise<string> => readTableId({name, client})
  return {...overTable(table, {home: id, close: () => client.destroy()}), home: ledgerHome(table, id)}
}

export interface LedgerHome {
  /** `here`: it began in this table, or a person said so since. `elsewhere`: this is a copy. Throws on an outage. */
  find(): Promise<'here' | 'elsewhere'>
  /** From here this table is its home. */
  move(): Promise<void>
}

const ledgerHome = (table: Table, id: () => Promise<string>): LedgerHome => ({
  find: async () => {
    const [first, here] = await Promise.all([table.get(recordKey(0)), id()])
    return first?.['home'] === here ? 'here' : 'elsewhere'
  },
  move: async () => {
    const moved = await table.write([{update: recordKey(0), set: {home: await id()}, when: {present: true}}])
    if (moved === 'refused') throw new Error('the table holds no ledger')
  },
})
