/** Keys that more than one port uses; schema.ts lists them all. */
import {type Frontier, canonicalJson} from '#protocol'
import type {LedgerHead} from '../model/record.ts'
import type {ScopeKey} from '../model/state.ts'
import {type Item, type Key, entryOf, textOf} from './dynamodb-item.ts'
import type {Table} from './dynamodb-table.ts'

export const decisionKey = (decision: string): Key => ({pk: `decision#${decision}`, sk: '-'})

/** What was written once under a name, and where. */
export const onceKey = (name: string): Key => ({pk: `once#${name}`, sk: '-'})

/** Which repository was last seen under a name, whatever its case. */
export const nameKey = (name: string): Key => ({pk: `name#${name.toLowerCase()}`, sk: '-'})

export const repositoryKey = (repositoryId: number): string => `repository#${repositoryId}`
export const scopePrefix = 'scope#'
export const scopeKey = ({repositoryId, environment}: ScopeKey): Key => ({
  pk: repositoryKey(repositoryId),
  sk: `${scopePrefix}${environment}`,
})

export const headKey: Key = {pk: 'head', sk: '-'}

export const headItem = ({last, frontier}: Pick<LedgerHead, 'last' | 'frontier'>): Key & Item => ({
  ...headKey,
  hash: last.hash,
  entry: canonicalJson(last),
  frontier: JSON.stringify(frontier),
})

/** Consistent; throws while there is no ledger. */
export const readHead = async (table: Table): Promise<LedgerHead> => parseHead(await table.get(headKey))

export function parseHead(item: Item | undefined): LedgerHead {
  if (item === undefined) throw new Error('the ledger has no entry yet: it is created when the issuer first starts')
  const last = entryOf(item)
  return {origin: last.ledger, last, frontier: JSON.parse(textOf(item, 'frontier')) as Frontier}
}
