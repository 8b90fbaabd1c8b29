/** The table as its ports use it: consistent reads, look-ups in its indexes, and writes that are done whole or not at all. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import {type Item, type Key, readItem, writeItem} from './dynamodb-item.ts'
import {type IndexName, indexes} from './dynamodb-schema.ts'
import {type Write, transact, waitBefore} from './dynamodb-transaction.ts'

/** A look-up. Without an index it is consistent; an index may lag. */
export interface Question {
  readonly index?: IndexName
  readonly hash: string
  /** About the range key, which it calls #range. */
  readonly range?: {readonly says: string; readonly values: Item} | undefined
  readonly newestFirst?: boolean
  /** Absent: all of them. */
  readonly atMost?: number
  /** What it does not take is passed over, and counts for nothing. Absent: it takes everything. */
  readonly takes?: (item: Item) => boolean
}

export interface Table {
  /** Consistent, each by itself. */
  get(key: Key): Promise<Item | undefined>
  /** The same of several, in their order; at most 100. */
  getAll(keys: readonly Key[]): Promise<readonly (Item | undefined)[]>
  query(question: Question): Promise<readonly Item[]>
  /** Durable when it returns. Over whatever was there. */
  put(item: Key & Item): Promise<void>
  /** Durable when it returns `written`; `refused`: a condition does not hold, and nothing was written. */
  write(writes: readonly Write[]): Promise<'written' | 'refused'>
  /** The id that AWS gave the table: a restored copy has another, under whatever name. */
  id(): Promise<string>
  close(): void
}

/**
 * Throttled and unanswered requests are sent again by the client, a transaction under its own token. A request without
 * an answer is given up in seconds: behind it a delivery waits, and a Lambda function is paid.
 */
export const clientSettings = {
  maxAttempts: 5,
  requestHandler: {connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true},
}

export const openTable = (name: string, client: DynamoDBClient): Table => ({
  get: async (key) => (await getAll({name, client}, [key]))[0],
  getAll: (keys) => getAll({name, client}, keys),
  query: (question) => query({name, client}, question),
  put: async (item) => {
    await client.send(new PutItemCommand({TableName: name, Item: writeItem(item)}))
  },
  write: (writes) => transact({name, client}, writes),
  id: async () => {
    const {Table: described} = await client.send(new DescribeTableCommand({TableName: name}))
    if (described?.TableId === undefined) throw new Error('DynamoDB does not tell the id of the table')
    return described.TableId
  },
  close: () => client.destroy(),
})

interface Door {
  readonly name: string
  readonly client: DynamoDBClient
}

const maxTries = 12

/** What DynamoDB had no room to answer is asked again. */
async function getAll({name, client}: Door, keys: readonly Key[]): Promise<readonly (Item | undefined)[]> {
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

async function query(
  {name, client}: Door,
  {index, hash, range, newestFirst = false, atMost = Infinity, takes = () => true}: Question,
): Promise<readonly Item[]> {
  const keys = index === undefined ? {hash: 'pk', range: 'sk'} : indexes[index]
  const asked = {
    TableName: name,
    IndexName: index,
    KeyConditionExpression: ['#hash = :hash', ...(range === undefined ? [] : [range.says])].join(' AND '),
    ExpressionAttributeNames: {'#hash': keys.hash, ...(range && {'#range': keys.range})},
    ExpressionAttributeValues: writeItem(namedValues({hash, ...range?.values})),
    ConsistentRead: index === undefined,
    ScanIndexForward: !newestFirst,
  }
  const found: Item[] = []
  for (let from: QueryCommandOutput['LastEvaluatedKey']; ;) {
    const limit = Number.isFinite(atMost) ? atMost - found.length : undefined
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({...asked, Limit: limit, ExclusiveStartKey: from}),
    )
    found.push(...(page.Items ?? []).map(readItem).filter(takes))
    from = page.LastEvaluatedKey
    if (from === undefined || found.length >= atMost) return found
  }
}

const namedValues = (values: Item): Item =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value]))
