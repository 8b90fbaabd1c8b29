/** Announced key sets in SQLite: each is the body of its entry, so that set and entry are one row. */
import type {DatabaseSync} from 'node:sqlite'
import {type KeySet, appendLeaf, canonicalJson, checkSuccession, parseKeySet} from '#protocol'
import type {KeyChange, KeySets} from '../../model/key-sets.ts'
import {readHead} from './ledger.ts'
import {insertNodes} from './nodes.ts'
import {type Row, textOf} from './row.ts'
import {inTransaction} from './transaction.ts'

export function sqliteKeySets(db: DatabaseSync): KeySets {
  const select = db.prepare("SELECT body FROM records WHERE event = 'key.rotated' ORDER BY seq DESC LIMIT 1")
  return {
    newest: async () => {
      const row = select.get()
      return Promise.resolve(row === undefined ? undefined : keySetOf(row))
    },
    announce: async (change) => Promise.resolve(inTransaction(db, () => announce(db, change))),
  }
}

/** The same optimism as a decision's: of two that followed one head, the second is lost. */
function announce(db: DatabaseSync, {head: read, entry, keySet}: KeyChange): 'committed' | 'lost' {
  const head = readHead(db)
  if (head.last.hash !== read.last.hash) return 'lost'
  const fault = checkSuccession(head.last, entry)
  if (fault !== undefined) throw new Error(`the ledger would break: ${fault}`)
  db.prepare('INSERT INTO records (seq, hash, entry, frontier, event, body) VALUES (?, ?, ?, ?, ?, ?)').run(
    entry.seq,
    entry.hash,
    canonicalJson(entry),
    canonicalJson(appendLeaf(head.frontier, entry.hash)),
    entry.event,
    canonicalJson(keySet),
  )
  insertNodes(db, head.frontier, entry.hash)
  return 'committed'
}

function keySetOf(row: Row): KeySet {
  const parsed = parseKeySet(JSON.parse(textOf(row, 'body')))
  if (!parsed.ok) throw new Error(`a stored key set is damaged: ${parsed.reason}`)
  return parsed.value
}
