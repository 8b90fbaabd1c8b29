/**
 * The one table, and its indexes for look-ups that may lag. infra/template.yaml makes it in an account.
 *
 *   pk                            sk                        holds
 *   head                          -                         the ledger's end: its last entry and the frontier
 *   ledger                        <seq, 16 digits>          a record: its entry, its receipt or event, the nodes it completed;
 *                                                           the first one has the id of the table that it belongs to
 *   body#<digest>                 -                         an evidence bundle, a token, a policy
 *   once#<name>                   -                         what was written once
 *   decision#<id>                 -                         a decision id that is taken, and the record it became
 *   name#<owner/name>             -                         which repository was last seen under a name
 *   card#<shelf>#<word>           <seq, 16 digits>          that a receipt is found under a word
 *   repository#<id>               scope#<environment>       a scope's state and its version
 *   claim#<repository>#<subject>  -                         a claim, and its outcome once there is one
 *   courtesy#<repository>/<account>/<pull request>  <time>  an answer of courtesy
 *   checkpoint                    -                         the newest signed checkpoint
 *   keys                          -                         which record holds the newest set of keys
 *   pushes#<repository>#<ref>     <before>/<after>/<actor>  a push
 *   panel#<repository>            <pull request>            a panel: when time changes its text, and which checks do
 *   awaiting#<repository>#<sha>   <pull request>            that a panel waited for checks of a commit
 *   inbox                         <place>                   a delivery that is not done
 *   delivery#<id>                 -                         that a delivery was kept
 *   lane#<repository>             -                         whose turn it is in a lane
 *   auditors, links               <name>, <repository>      who may ask, and
 *   auditor#, link#<digest>       -                         whom a token's digest leads to
 *   jti#<id>                      -                         a job token that was used
 */
export const indexes = {
  receipts: {hash: 'receiptId', range: 'seq'},
  scopes: {hash: 'scope', range: 'issued'},
  commits: {hash: 'commit', range: 'issued'},
  trees: {hash: 'tree', range: 'issued'},
  outbox: {hash: 'outbox', range: 'completedAt'},
} as const

export type IndexName = keyof typeof indexes

/** Attributes that are numbers; all other keys are strings. */
const numbers: ReadonlySet<string> = new Set(['seq', 'completedAt'])

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
    'courtesyAccount',
    'courtesyPullRequest',
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
