/** One TransactWriteItems: all of it is durable or none, and sending it again under its token writes it once. */
import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {
  type CancellationReason,
  type DynamoDBClient,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import {Placeholders, printChange, printCondition, writeItem} from './dynamodb-expression.ts'
import type {Write} from './table.ts'

/** DynamoDB's own limit. */
export const mostWrites = 100

const maxTries = 12

/** Where the requests go. */
export interface Place {
  readonly name: string
  readonly client: DynamoDBClient
}

/**
 * `refused`: a condition does not hold. Throws when it cannot be told whether it was written, or when DynamoDB would
 * not take it at all.
 */
export async function transact({name, client}: Place, writes: readonly Write[]): Promise<'written' | 'refused'> {
  const command = new TransactWriteItemsCommand({
    ClientRequestToken: randomUUID(),
    TransactItems: writes.map((write) => printWrite(name, write)),
  })
  for (let tried = 1; ; tried++) {
    try {
      await client.send(command)
      return 'written'
    } catch (fault) {
      if (!(fault instanceof TransactionCanceledException)) throw fault
      const codes = codesOf(fault.CancellationReasons)
      if (codes.includes('ConditionalCheckFailed')) return 'refused'
      if (tried >= maxTries || !isForTheMoment(codes)) throw fault
      await waitBefore(tried)
    }
  }
}

/** Longer each time and never the same, so that those who met do not meet again. */
export const waitBefore = (tried: number): Promise<void> => sleep(Math.random() * Math.min(1000, 10 * 2 ** tried))

const codesOf = (reasons: readonly CancellationReason[] | undefined): readonly string[] =>
  (reasons ?? []).flatMap(({Code: code}) => (code === undefined || code === 'None' ? [] : [code]))

/** Another transaction has one of the items in hand, or the table has too much to do. */
const momentary = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])
const isForTheMoment = (codes: readonly string[]): boolean =>
  codes.length > 0 && codes.every((code) => momentary.has(code))

function printWrite(table: string, write: Write): TransactWriteItem {
  const given = new Placeholders()
  const change = 'update' in write ? printChange(write.set, write.remove, given) : ''
  const condition = write.when && {ConditionExpression: printCondition(write.when, given)}
  const more = {TableName: table, ...condition, ...given.print()}
  if ('put' in write) return {Put: {Item: writeItem(write.put), ...more}}
  if ('delete' in write) return {Delete: {Key: writeItem({...write.delete}), ...more}}
  return {Update: {Key: writeItem({...write.update}), UpdateExpression: change, ...more}}
}
