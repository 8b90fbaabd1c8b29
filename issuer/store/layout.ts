/**
 * What stands in the table under which key, and its indexes for look-ups that may lag.
 *
 *   pk                            sk                        holds
 *   head                          -                         the ledger's end: its last entry and the frontier
 *   ledger                        <seq, 16 digits>          a record: its entry, its receipt or event, the nodes it completed;
 *                                                           on AWS the first one has the id of the table that it belongs to
 *   body#<digest>                 -                         an evidence bundle, a token, a policy
 *   once#<name>                   -                         what was written once
 *   decision#<id>                 -                         a decision id that is taken, and the record it became
 *   name#<owner/name>             <repository, 16 digits>   which record saw a repository under a name last
 *   index#<partition>#<term>      <seq, 16 digits>          that a receipt is found by a term
 *   repository#<id>               scope#<environment>       a scope's state and its version
 *   idempotency#<repository>#<subject>  -                       an idempotency record, with its outcome once there is one
 *   stranger#<repository>/<account>/<pull request>  <time>  a reply to somebody without standing
 *   checkpoint                    -                         the newest signed checkpoint
 *   keys                          -                         which record holds the newest set of keys
 *   pushes#<repository>#<ref>     <before>/<after>/<actor>  a push
 *   pushed#<repository>#<sha>     <ref>/<before>/<actor>    the same push, by where it led
 *   panel#<repository>            <pull request>            a panel: when time changes its text, and which checks do
 *   awaiting#<repository>#<sha>   <pull request>            that a panel waited for checks of a commit
 *   auditors, links               <name>, <repository>      who may ask, and
 *   auditor#, link#<digest>       -                         whom a token's digest leads to
 *   jti#<id>                      -                         a job token that was used
 *   look#<list>                   -                         how far a list of GitHub's was read
 *   visibility                    <repository, 16 digits>   a repository as it was last seen: its name, and whether it is public
 *
 * `expires` (seconds since 1970) says from when on an engine may forget an item.
 */
import type {ScopeKey} from '../model/state.ts'
import type {Key} from './table.ts'

export const indexes = {
  receipts: {hash: 'receiptId', range: 'seq'},
  scopes: {hash: 'scope', range: 'issued'},
  commits: {hash: 'commit', range: 'issued'},
  trees: {hash: 'tree', range: 'issued'},
  outbox: {hash: 'outbox', range: 'dueAt'},
} as const

export type IndexName = keyof typeof indexes

/** Numbers sort as texts where all have as many digits. */
const padded = (number: number): string => String(number).padStart(16, '0')

export const headKey: Key = {pk: 'head', sk: '-'}
export const recordKey = (seq: number): Key => ({pk: 'ledger', sk: padded(seq)})
export const bodyKey = (digest: string): Key => ({pk: `body#${digest}`, sk: '-'})
export const onceKey = (name: string): Key => ({pk: `once#${name}`, sk: '-'})
export const decisionKey = (decision: string): Key => ({pk: `decision#${decision}`, sk: '-'})

/** Whatever its case. */
export const namePartition = (name: string): string => `name#${name.toLowerCase()}`
export const nameKey = (name: string, repositoryId: number): Key => ({
  pk: namePartition(name),
  sk: padded(repositoryId),
})

/** No repository can have either; the first is there. What is looked for by name finds as much where there is no such name. */
export const nobodysName = ''
export const noName = '/'

export const indexPartition = (partition: string, term: string): string => `index#${partition}#${term}`

export const repositoryPartition = (repositoryId: number): string => `repository#${repositoryId}`
export const scopePrefix = 'scope#'
export const scopeKey = ({repositoryId, environment}: ScopeKey): Key => ({
  pk: repositoryPartition(repositoryId),
  sk: `${scopePrefix}${environment}`,
})

export const checkpointKey: Key = {pk: 'checkpoint', sk: '-'}
export const newestKeysKey: Key = {pk: 'keys', sk: '-'}

export const auditorKey = (name: string): Key => ({pk: 'auditors', sk: name})
export const auditorTokenKey = (token: string): Key => ({pk: `auditor#${token}`, sk: '-'})
export const linkKey = (repositoryId: number): Key => ({pk: 'links', sk: padded(repositoryId)})
export const linkTokenKey = (token: string): Key => ({pk: `link#${token}`, sk: '-'})
export const visibilityPartition = 'visibility'
export const visibilityKey = (repositoryId: number): Key => ({pk: visibilityPartition, sk: padded(repositoryId)})
export const tokenIdPrefix = 'jti#'
export const tokenIdKey = (id: string): Key => ({pk: `${tokenIdPrefix}${id}`, sk: '-'})
export const lookKey = (list: string): Key => ({pk: `look#${list}`, sk: '-'})
