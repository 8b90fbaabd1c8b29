/** The ledger's reading side in DynamoDB, and the newest signed checkpoint. */
import {type NodePlace, parseRepositoryId} from '#protocol'
import type {Checkpoints, LedgerReader, LedgerRow} from '../model/readers.ts'
import {type Item, type Key, entryOf, integerOf, optionalInteger, textOf} from './dynamodb-item.ts'
import {readHead} from './layout.ts'
import {recordKey} from './records.ts'
import type {Table} from './dynamodb-table.ts'

export const dynamoLedgerReader = (table: Table): LedgerReader => ({
  head: () => readHead(table),
  rows: async (from, count) => (await readRecords(table, from, count)).map(parseRow),
  nodes: async (places) => {
    const items = await table.getAll(places.map(completing))
    return places.map((place, i) => parseNode(items[i], place))
  },
})

/** In order, and only as far as none is missing: a transaction's items may be seen one after the other. */
export async function readRecords(table: Table, from: number, count: number): Promise<readonly Item[]> {
  if (!(count > 0)) return []
  const {pk, sk} = recordKey(from)
  const found = await table.query({hash: pk, range: {says: '#range >= :from', values: {from: sk}}, atMost: count})
  const gap = found.findIndex((item, i) => integerOf(item, 'seq') !== from + i)
  return gap < 0 ? found : found.slice(0, gap)
}

function parseRow(item: Item): LedgerRow {
  return {
    entry: entryOf(item),
    public: item['public'] === 1,
    repositoryId: parseRepositoryId(item['repositoryId']),
    ownerId: optionalInteger(item, 'ownerId'),
  }
}

/** A subtree's root stands in the record of its last leaf. */
const completing = ({level, index}: NodePlace): Key => recordKey((index + 1) * 2 ** level - 1)

function parseNode(item: Item | undefined, {level, index}: NodePlace): string {
  if (item === undefined) throw new Error(`the ledger's tree has no node ${index} of level ${level}`)
  const node = level === 0 ? textOf(item, 'hash') : textOf(item, 'nodes').split(' ')[level - 1]
  if (node === undefined) throw new Error(`the record that completed node ${index} of level ${level} lacks it`)
  return node
}

const checkpointKey: Key = {pk: 'checkpoint', sk: '-'}

export const dynamoCheckpoints = (table: Table): Checkpoints => ({
  newest: async () => {
    const item = await table.get(checkpointKey)
    return item && {size: integerOf(item, 'size'), root: textOf(item, 'root'), note: textOf(item, 'note')}
  },
  keep: async ({size, root, note}) => {
    const when = {says: 'attribute_not_exists(#pk) OR #size < :size', values: {size}}
    const kept = await table.write([{put: {...checkpointKey, size, root, note}, when}])
    return kept === 'written' ? 'kept' : 'not newer'
  },
})
