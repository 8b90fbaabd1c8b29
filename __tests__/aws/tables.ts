/** DynamoDB tables for tests, made as infra/template.yaml makes them and deleted when their store is closed. */
import {CreateTableCommand, DeleteTableCommand, DynamoDBClient} from '@aws-sdk/client-dynamodb'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {tableDefinition} from '../../issuer/store/dynamodb-schema.ts'
import {clientSettings} from '../../issuer/store/dynamodb-table.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {credentials, region} from './emulator.ts'

/** As the issuer's own, but for the place, and for as many sockets as a hundred writers in one process want. */
export const dynamoClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    ...clientSettings,
    requestHandler: {...clientSettings.requestHandler, requestTimeout: 60_000, httpAgent: {maxSockets: 500}},
    endpoint,
    region,
    credentials,
  })

export class Tables {
  readonly #endpoint: string
  #made = 0
  #unused: string[] = []

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  /** The name of a new table, which `openEmpty` and `clear` delete again. */
  async make(): Promise<string> {
    const TableName = `countersign-${++this.#made}`
    const client = dynamoClient(this.#endpoint)
    await client.send(new CreateTableCommand({TableName, ...tableDefinition}))
    client.destroy()
    return TableName
  }

  async openEmpty(): Promise<Durable> {
    await this.clear()
    const name = await this.make()
    const durable = openDynamodb(name, dynamoClient(this.#endpoint))
    const close = (): void => {
      durable.close()
      this.#unused.push(name)
    }
    return {...durable, close}
  }

  /** Another process's view of the table that was opened last. */
  openAgain(): Durable {
    return openDynamodb(`countersign-${this.#made}`, dynamoClient(this.#endpoint))
  }

  /** moto copies every table at every transaction, so those that are done with are not kept. */
  async clear(): Promise<void> {
    const client = dynamoClient(this.#endpoint)
    for (const TableName of this.#unused.splice(0)) await client.send(new DeleteTableCommand({TableName}))
    client.destroy()
  }
}
