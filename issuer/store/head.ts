/** The ledger's end as an item: what the next entry follows, and what every append moves on. */
import {type Entry, type Frontier, canonicalJson} from '#protocol'
import type {LedgerHead} from '../model/record.ts'
import {entryOf, textOf} from './item.ts'
import {headKey} from './layout.ts'
import type {Item, Table, Write} from './table.ts'

/** Consistent; throws while there is no ledger. */
export const readHead = async (table: Table): Promise<LedgerHead> => parseHead(await table.get(headKey))

export function parseHead(item: Item | undefined): LedgerHead {
  if (item === undefined) throw new Error('the ledger has no entry yet: it is created when the issuer first starts')
  const last = entryOf(item)
  return {origin: last.ledger, last, frontier: JSON.parse(textOf(item, 'frontier')) as Frontier}
}

/** Refused when another entry than `read` is the last one; absent: when there is any. */
export const moveHead = ({last, frontier}: Pick<LedgerHead, 'last' | 'frontier'>, read?: Entry): Write => ({
  put: {...headKey, hash: last.hash, entry: canonicalJson(last), frontier: JSON.stringify(frontier)},
  when: read === undefined ? {absent: true} : {equals: {hash: read.hash}},
})
