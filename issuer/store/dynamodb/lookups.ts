/** What can be looked up in DynamoDB: receipts by id and scope, decisions, and what happened to a receipt. */
import {type Environment, parseDecisionId, parseEnvironment, parseReceipt, parseRepositoryId} from '#protocol'
import type {FoundDecision, FoundReceipt, Lookup, RecordReader, ScopeKey, Scopes} from '../store.ts'
import {type Item, entryOf, optionalInteger, textOf} from './item.ts'
import {decisionKey, nameKey, repositoryKey, scopePrefix} from './keys.ts'
import {printScope, readBody, recordKey} from './records.ts'
import type {IndexName} from './schema.ts'
import type {Table} from './table.ts'

const mostFound = 20
const mostEvents = 100

export async function find(table: Table, lookup: Lookup): Promise<readonly FoundReceipt[]> {
  switch (lookup.by) {
    case 'receipt': {
      // A receipt's first record is the one that issued it.
      const found = await table.query({index: 'receipts', hash: lookup.id, atMost: 1})
      return found.filter((item) => item['receipt'] !== undefined).map(parseFound)
    }
    case 'scope':
      return await findInScope(table, lookup)
  }
}

/** A commit and a tree are alternatives: a squashed commit has the tree of the one that was authorised. */
async function findInScope(table: Table, lookup: Extract<Lookup, {by: 'scope'}>): Promise<readonly FoundReceipt[]> {
  const {environment, sha, tree, issuedBefore} = lookup
  const repositoryId =
    typeof lookup.repository === 'number' ? lookup.repository : await lastSeen(table, lookup.repository)
  if (repositoryId === undefined) return []
  const scope = printScope({repositoryId, environment})
  const questions: readonly (readonly [IndexName, string])[] =
    sha === undefined && tree === undefined
      ? [['scopes', scope]]
      : [
          ...(sha === undefined ? [] : [['commits', `${scope}#${sha}`] as const]),
          ...(tree === undefined ? [] : [['trees', `${scope}#${tree}`] as const]),
        ]
  // '~' sorts behind every digit: all that was issued in that very second is before.
  const range = issuedBefore && {says: '#range <= :latest', values: {latest: `${issuedBefore}#~`}}
  const found = await Promise.all(
    questions.map(([index, hash]) => table.query({index, hash, range, newestFirst: true, atMost: mostFound})),
  )
  const distinct = new Map(found.flat().map((item) => [textOf(item, 'issued'), item]))
  const newestFirst = [...distinct].sort(([a], [b]) => (a < b ? 1 : -1))
  return newestFirst.slice(0, mostFound).map(([, item]) => parseFound(item))
}

async function lastSeen(table: Table, name: string): Promise<ScopeKey['repositoryId'] | undefined> {
  return parseRepositoryId((await table.get(nameKey(name)))?.['repositoryId'])
}

export const dynamoRecords = (table: Table): RecordReader => ({
  decision: async (id) => {
    const seq = (await table.get(decisionKey(id)))?.['seq']
    const item = typeof seq === 'number' ? await table.get(recordKey(seq)) : undefined
    return item && (await readDecision(table, item))
  },
  events: async (receipt) => {
    // One more, since the first is the receipt's own record.
    const found = await table.query({index: 'receipts', hash: receipt, atMost: mostEvents + 1})
    return found
      .filter((item) => item['body'] !== undefined)
      .slice(0, mostEvents)
      .map((item) => ({entry: entryOf(item), body: textOf(item, 'body')}))
  },
  repositoryNamed: async (name) => lastSeen(table, name),
})

export const dynamoScopes = (table: Table): Scopes => ({
  environments: async (repositoryId) => {
    const range = {says: 'begins_with(#range, :prefix)', values: {prefix: scopePrefix}}
    const found = await table.query({hash: repositoryKey(repositoryId), range})
    return found.map((item) => parseEnvironmentName(textOf(item, 'sk').slice(scopePrefix.length)))
  },
})

async function readDecision(table: Table, item: Item): Promise<FoundDecision> {
  const decision = parseDecisionId(item['decision'])
  const repositoryId = parseRepositoryId(item['repositoryId'])
  if (decision === undefined || repositoryId === undefined) throw new TypeError('the table holds a damaged decision')
  const [evidence, token] = await Promise.all(['evidence', 'token'].map((body) => readBody(table, textOf(item, body))))
  if (evidence === undefined) throw new TypeError('the table holds a decision without evidence')
  return {
    entry: entryOf(item),
    decision,
    scope: {repositoryId, environment: parseEnvironmentName(item['environment'])},
    public: item['public'] === 1,
    ownerId: optionalInteger(item, 'ownerId'),
    evidence,
    token,
  }
}

function parseEnvironmentName(text: unknown): Environment {
  const environment = parseEnvironment(text)
  if (environment === undefined) throw new TypeError('the table holds no environment name')
  return environment
}

function parseFound(item: Item): FoundReceipt {
  const parsed = parseReceipt(JSON.parse(textOf(item, 'receipt')))
  if (!parsed.ok) throw new Error(`a stored receipt is damaged: ${parsed.reason}`)
  return {receipt: parsed.receipt, public: item['public'] === 1, ownerId: optionalInteger(item, 'ownerId')}
}
