/** The one table as DynamoDB makes it. infra/template.yaml makes it in an account. */
import {type IndexName, indexes} from './layout.ts'

/** Attributes that are numbers; all other keys are strings. */
const numbers: ReadonlySet<string> = new Set(['seq', 'dueAt'])

/** What an index carries besides the keys: what the answers of its look-ups are made of. */
const carried: Readonly<Record<IndexName, readonly string[]>> = {
  receipts: ['entry', 'receipt', 'body', 'public', 'ownerId'],
  scopes: ['receipt', 'public', 'ownerId'],
  commits: ['receipt', 'public', 'ownerId'],
  trees: ['receipt', 'public', 'ownerId'],
  outbox: [
    'repositoryId',
    'subject',
    'decision',
    'nonce',
    'kind',
    'publication',
    'completedAt',
    'tries',
    'strangerAccount',
    'strangerPullRequest',
  ],
}

/** Seconds since 1970, after which DynamoDB may delete an item. */
export const expiryAttribute = 'expires'

const keySchema = ({hash, range}: {readonly hash: string; readonly range: string}) => [
  {AttributeName: hash, KeyType: 'HASH' as const},
  {AttributeName: range, KeyType: 'RANGE' as const},
]

const keyAttributes = new Set(['pk', 'sk', ...Object.values(indexes).flatMap(({hash, range}) => [hash, range])])

/** As CreateTable and CloudFormation take it. */
export const tableDefinition = {
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [...keyAttributes].map((name) => ({
    AttributeName: name,
    AttributeType: numbers.has(name) ? ('N' as const) : ('S' as const),
  })),
  KeySchema: keySchema({hash: 'pk', range: 'sk'}),
  GlobalSecondaryIndexes: (Object.keys(indexes) as IndexName[]).map((name) => ({
    IndexName: name,
    KeySchema: keySchema(indexes[name]),
    Projection: {ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...carried[name]]},
  })),
}
