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
import {type Item, type Key, writeItem} from './dynamodb-item.ts'

/** In `says`, `#name` is an attribute and `:name` a value. */
export interface Condition {
  readonly says: string
  readonly values?: Item
}

export type Write =
  | {readonly put: Key & Item; readonly when?: Condition}
  | {readonly update: Key; readonly set: Item; readonly remove?: readonly string[]; readonly when?: Condition}
  | {readonly delete: Key; readonly when?: Condition}

/** The item is not there yet. */
export const isNew: Condition = {says: 'attribute_not_exists(#pk)'}
/** The item is there. */
export const isThere: Condition = {says: 'attribute_exists(#pk)'}

/** DynamoDB's own limit. */
export const mostWrites = 100

const maxTries = 12

/**
 * `refused`: a condition does not hold. Throws when it cannot be told whether it was written, or when DynamoDB would
 * not take it at all.
 */
export async function transact(
  {name, client}: {readonly name: string; readonly client: DynamoDBClient},
  writes: readonly Write[],
): Promise<'written' | 'refused'> {
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
  if ('put' in write) return {Put: {TableName: table, Item: writeItem(write.put), ...printCondition(write.when)}}
  if ('delete' in write) {
    return {Delete: {TableName: table, Key: writeItem({...write.delete}), ...printCondition(write.when)}}
  }
  const {update, set, remove = [], when} = write
  const sets = Object.keys(set).filter((name) => set[name] !== undefined)
  const says = [
    ...(sets.length === 0 ? [] : [`SET ${sets.map((name) => `#${name} = :set_${name}`).join(', ')}`]),
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`]),
  ].join(' ')
  const given = Object.fromEntries(sets.map((name) => [`:set_${name}`, set[name]]))
  return {
    Update: {
      TableName: table,
      Key: writeItem({...update}),
      UpdateExpression: says,
      ...printCondition(when, {says, given}),
    },
  }
}

/** The condition, and the names and values of it and of the update beside it. DynamoDB takes no empty ones. */
function printCondition(
  when: Condition | undefined,
  {says, given}: {readonly says: string; readonly given: Item} = {says: '', given: {}},
): Pick<
  NonNullable<TransactWriteItem['Update']>,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const names = `${says} ${when?.says ?? ''}`.match(/#\w+/g) ?? []
  const asked = Object.entries(when?.values ?? {}).map(([name, value]) => [`:${name}`, value] as const)
  const values = writeItem({...given, ...Object.fromEntries(asked)})
  return {
    ...(when && {ConditionExpression: when.says}),
    ...(names.length > 0 && {ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)]))}),
    ...(Object.keys(values).length > 0 && {ExpressionAttributeValues: values}),
  }
}
