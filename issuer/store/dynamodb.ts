/** The store on AWS: all durable state of an issuer in one DynamoDB table. Any number of processes may share it. */
import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import type {Durable} from '../model/durable.ts'
import {clientSettings, dynamodbTable, readTableId} from './dynamodb-table.ts'
import {type LedgerHome, ledgerHome} from './home.ts'
import {overTable} from './over-table.ts'

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
