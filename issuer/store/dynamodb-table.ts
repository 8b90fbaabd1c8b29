/** A table in DynamoDB: consistent reads, look-ups in its indexes, and writes that are done whole or not at all. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DescribeTableCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import {Placeholders, printRange, readItem, writeItem} from './dynamodb-expression.ts'
import {type Place, mostWrites, transact, waitBefore} from './dynamodb-transaction.ts'
import {indexes} from './layout.ts'
import type {Item, Key, Query, Table, Write} from './table.ts'

/**
 * Throttled and unanswered requests are sent again by the client, a transaction under its own token. A request without
 * an answer is given up in seconds: behind it a delivery waits, and a Lambda function is paid.
 */
export const clientSettings = {
  maxAttempts: 5,
  requestHandler: {connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true},
}

export const dynamodbTable = (place: Place): Table => ({
  get: async (key) => (await getAll(place, [key]))[0],
  getAll: (keys) => getAll(place, keys),
  query: (question) => query(place, question),
  write: (writes, bodies = []) => write(place, writes, bodies),
})

/** The id that AWS gave the table: a restored copy has another, under whatever name. */
export async function readTableId({name, client}: Place): Promise<string> {
  const {Table: described} = await client.send(new DescribeTableCommand({TableName: name}))
  if (described?.TableId === undefined) throw new Error('DynamoDB does not tell the id of the table')
  return described.TableId
}

/** What DynamoDB takes as one item, less room for its key. */
const mostBodyBytes = 400 * 1024 - 1024

/** Bodies go first and by themselves: within the transaction each would cost twice, and it is at most 4 MB. */
async function write(
  place: Place,
  writes: readonly Write[],
  bodies: readonly (Key & Item)[],
): Promise<'written' | 'refused'> {
  if (writes.length > mostWrites) {
    throw new Error(`a change of ${writes.length} items: DynamoDB writes at most ${mostWrites} at once`)
  }
  await Promise.all(bodies.map((body) => put(place, body)))
  return await transact(place, writes)
}

async function put({name, client}: Place, item: Key & Item): Promise<void> {
  const bytes = Object.values(item).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
  if (bytes > mostBodyBytes) throw new Error(`a body of ${bytes} bytes is more than DynamoDB keeps in one item`)
  await client.send(new PutItemCommand({TableName: name, Item: writeItem(item)}))
}

const maxTries = 12

/** What DynamoDB had no room to answer is asked again. */
async function getAll({name, client}: Place, keys: readonly Key[]): Promise<readonly (Item | undefined)[]> {
  if (keys.length === 0) return []
  const found = new Map<string, Item>()
  let asked: BatchGetItemCommandInput['RequestItems'] = {
    [name]: {Keys: [...new Map(keys.map((key) => [placeOf(key), writeItem({...key})])).values()], ConsistentRead: true},
  }
  for (let tried = 1; ; tried++) {
    const answer: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({RequestItems: asked}))
    for (const item of answer.Responses?.[name]?.map(readItem) ?? []) found.set(placeOf(item), item)
    if (answer.UnprocessedKeys?.[name] === undefined) return keys.map((key) => found.get(placeOf(key)))
    if (tried >= maxTries) throw new Error('DynamoDB has too much to do: it left reads unanswered')
    asked = answer.UnprocessedKeys
    await waitBefore(tried)
  }
}

const placeOf = ({pk, sk}: Key | Item): string => JSON.stringify([pk, sk])

async function query(place: Place, question: Query): Promise<readonly Item[]> {
  const {atMost = Infinity, takes = () => true} = question
  const asked = printQuestion(place.name, question)
  const found: Item[] = []
  for (let from: QueryCommandOutput['LastEvaluatedKey']; ;) {
    const limit = Number.isFinite(atMost) ? atMost - found.length : undefined
    const page: QueryCommandOutput = await place.client.send(
      new QueryCommand({...asked, Limit: limit, ExclusiveStartKey: from}),
    )
    found.push(...(page.Items ?? []).map(readItem).filter(takes))
    from = page.LastEvaluatedKey
    if (from === undefined || found.length >= atMost) return found
  }
}

function printQuestion(name: string, {index, hash, range, newestFirst = false}: Query) {
  const keys = index === undefined ? {hash: 'pk', range: 'sk'} : indexes[index]
  const given = new Placeholders()
  const says = [`${given.name(keys.hash)} = ${given.value(hash)}`]
  if (range !== undefined) says.push(printRange(range, keys.range, given))
  return {
    TableName: name,
    IndexName: index,
    KeyConditionExpression: says.join(' AND '),
    ...given.print(),
    ConsistentRead: index === undefined,
    ScanIndexForward: !newestFirst,
  }
}
