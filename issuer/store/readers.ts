/** The ledger's reading side: its entries in order, its tree, the newest signed checkpoint, and whole records. */
import {type NodePlace, parseRepositoryId} from '#protocol'
import type {Checkpoints, EntryReader, KeptRecord, KeptRecords, LedgerReader, LedgerRow} from '../model/readers.ts'
import {entryOf, integerOf, optionalInteger, optionalText, repositoryIdOf, textOf} from './item.ts'
import {bodyKey, checkpointKey, namePartition, recordKey} from './layout.ts'
import {readHead, readRecords} from './records.ts'
import {isPublicNow, readHidden} from './visibility.ts'
import type {Item, Key, Table} from './table.ts'

export const entriesOver = (table: Table): EntryReader => ({
  entries: async (from, count) => (await readRecords(table, from, count)).map(entryOf),
  last: async () => (await readHead(table)).last,
  keySet: async (seq) => {
    const item = await table.get(recordKey(seq))
    return item !== undefined && entryOf(item).event === 'key.rotated' ? textOf(item, 'body') : undefined
  },
})

export const ledgerReaderOver = (table: Table): LedgerReader => ({
  head: () => readHead(table),
  rows: async (from, count) => {
    const items = await readRecords(table, from, count)
    const hidden = await readHidden(
      table,
      items.map((item) => optionalInteger(item, 'repositoryId')),
    )
    return items.map((item) => parseRow(item, hidden))
  },
  nodes: async (places) => {
    const items = await table.getAll(places.map(completing))
    return places.map((place, i) => parseNode(items[i], place))
  },
})

function parseRow(item: Item, hidden: ReadonlySet<number>): LedgerRow {
  return {
    entry: entryOf(item),
    public: isPublicNow(item, hidden),
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

export const checkpointsOver = (table: Table): Checkpoints => ({
  newest: async () => {
    const item = await table.get(checkpointKey)
    return item && {size: integerOf(item, 'size'), root: textOf(item, 'root'), note: textOf(item, 'note')}
  },
  // One write, so of several processes the one that is ahead wins.
  keep: async ({size, root, note}) => {
    const when = {anyOf: [{absent: true}, {atMost: {size: size - 1}}]} as const
    const kept = await table.write([{put: {...checkpointKey, size, root, note}, when}])
    return kept === 'written' ? 'kept' : 'not newer'
  },
})

export const keptRecordsOver = (table: Table): KeptRecords => ({
  page: async (from, count) => {
    const items = await readRecords(table, from, count)
    const [tokens, evidence, policies] = [
      await readBodies(table, items, 'token'),
      await readBodies(table, items, 'evidence'),
      await readBodies(table, items, 'policy'),
    ]
    return items.map((item, i) => keptOf(item, {token: tokens[i], evidence: evidence[i], policy: policies[i]}))
  },
  named: async (repository) => (await table.query({hash: namePartition(repository)})).map(repositoryIdOf),
})

/** In the order of the records; undefined where one has none, or where it was erased. */
async function readBodies(
  table: Table,
  records: readonly Item[],
  name: 'token' | 'evidence' | 'policy',
): Promise<readonly (string | undefined)[]> {
  const digests = records.map((item) => optionalText(item, name))
  const wanted = [...new Set(digests)].filter((digest) => digest !== undefined)
  const found = await table.getAll(wanted.map(bodyKey))
  const bodies = new Map(wanted.map((digest, i) => [digest, found[i]]))
  return digests.map((digest) => {
    const item = digest === undefined ? undefined : bodies.get(digest)
    return item && textOf(item, 'body')
  })
}

const keptOf = (item: Item, bodies: Pick<KeptRecord, 'token' | 'evidence' | 'policy'>): KeptRecord => ({
  entry: entryOf(item),
  repositoryId: parseRepositoryId(item['repositoryId']),
  receipt: optionalText(item, 'receipt'),
  ...bodies,
  body: optionalText(item, 'body'),
})
