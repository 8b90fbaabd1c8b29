/** Announced key sets: each is the body of its entry's record, and an item says which is the newest. */
import {type KeySet, appendLeaf, canonicalJson, checkSuccession, parseKeySet} from '#protocol'
import type {KeyChange, KeySets} from '../model/key-sets.ts'
import {integerOf, textOf} from './item.ts'
import {newestKeysKey, recordKey} from './layout.ts'
import {moveHead, entryItem} from './records.ts'
import type {Item, Table, Write} from './table.ts'

export function keySetsOver(table: Table): KeySets {
  let known: {readonly seq: number; readonly keySet: KeySet} | undefined
  return {
    newest: async () => {
      const newest = await table.get(newestKeysKey)
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
  const record = {...entryItem(entry, frontier), public: 1, body: canonicalJson(keySet)}
  return [
    moveHead({last: entry, frontier: appendLeaf(frontier, entry.hash)}, last),
    {put: record, when: {absent: true}},
    {put: {...newestKeysKey, seq: entry.seq}},
  ]
}

function parseBody(item: Item | undefined): KeySet {
  if (item === undefined) throw new Error('the store holds no record of its newest key set')
  const parsed = parseKeySet(JSON.parse(textOf(item, 'body')))
  if (!parsed.ok) throw new Error(`a stored key set is damaged: ${parsed.fault}`)
  return parsed.value
}
