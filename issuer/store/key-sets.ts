/** Announced key sets in DynamoDB: each is the body of its entry's record, and an item says which is the newest. */
import {type KeySet, appendLeaf, canonicalJson, checkSuccession, parseKeySet} from '#protocol'
import type {KeyChange, KeySets} from '../model/key-sets.ts'
import {type Item, type Key, integerOf, textOf} from './dynamodb-item.ts'
import {headItem} from './layout.ts'
import {printNodes, recordKey} from './records.ts'
import type {Table} from './dynamodb-table.ts'
import {type Write, isNew} from './dynamodb-transaction.ts'

const newestKey: Key = {pk: 'keys', sk: '-'}

export function dynamoKeySets(table: Table): KeySets {
  let known: {readonly seq: number; readonly keySet: KeySet} | undefined
  return {
    newest: async () => {
      const newest = await table.get(newestKey)
      if (newest === undefined) return undefined
      const seq = integerOf(newest, 'seq')
      // A record never changes, so each set is read once.
      if (known?.seq !== seq) known = {seq, keySet: parseBody(await table.get(recordKey(seq)))}
      return known.keySet
    },
    announce: async (change) => {
      const fault = checkSuccession(change.head.last, change.entry)
      if (fault !== undefined) throw new Error(`the ledger would break: ${fault}`)
      return (await table.write(writesOf(change))) === 'written' ? 'committed' : 'lost'
    },
  }
}

/** The same optimism as a decision's: of two that followed one head, the second is lost. */
function writesOf({head: {last, frontier}, entry, keySet}: KeyChange): readonly Write[] {
  const {seq, hash} = entry
  const record = {seq, hash, entry: canonicalJson(entry), nodes: printNodes(frontier, hash), public: 1}
  return [
    {
      put: headItem({last: entry, frontier: appendLeaf(frontier, hash)}),
      when: {says: '#hash = :read', values: {read: last.hash}},
    },
    {put: {...recordKey(seq), ...record, body: canonicalJson(keySet)}, when: isNew},
    {put: {...newestKey, seq}},
  ]
}

function parseBody(item: Item | undefined): KeySet {
  if (item === undefined) throw new Error('the table holds no record of its newest key set')
  const parsed = parseKeySet(JSON.parse(textOf(item, 'body')))
  if (!parsed.ok) throw new Error(`a stored key set is damaged: ${parsed.reason}`)
  return parsed.value
}
