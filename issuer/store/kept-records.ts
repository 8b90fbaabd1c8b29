/** Whole records in the order of the ledger, each document as it was kept: for whoever takes them out of the store. */
import {parseRepositoryId} from '#protocol'
import type {KeptRecord, KeptRecords} from '../model/readers.ts'
import {entryOf, optionalText, repositoryIdOf, textOf} from './item.ts'
import {bodyKey, namePartition} from './layout.ts'
import {readRecords} from './records.ts'
import type {Item, Table} from './table.ts'

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
