/** The ledger's reading side in SQLite, and the newest signed checkpoint. */
import type {DatabaseSync} from 'node:sqlite'
import {parseRepositoryId} from '#protocol'
import type {Checkpoints, KeptCheckpoint, LedgerReader, LedgerRow} from '../../model/readers.ts'
import {readHead} from './ledger.ts'
import {readNodes} from './nodes.ts'
import {type Row, entryOf, integerOf, textOf} from './row.ts'

export function sqliteLedgerReader(db: DatabaseSync): LedgerReader {
  const select = db.prepare(
    'SELECT entry, public, repository_id, owner_id FROM records WHERE seq >= ? ORDER BY seq LIMIT ?',
  )
  return {
    head: async () => Promise.resolve(readHead(db)),
    rows: async (from, count) => Promise.resolve(select.all(from, count).map(parseRow)),
    nodes: async (places) => Promise.resolve(readNodes(db, places)),
  }
}

/** What belongs to no repository and is not the ledger's own is shown to nobody: unknown is private. */
function parseRow(row: Row): LedgerRow {
  const entry = entryOf(row)
  const isLedgers = entry.event === 'ledger.created' || entry.event === 'key.rotated'
  return {
    entry,
    public: row['public'] === 1 || (isLedgers && row['repository_id'] === null),
    repositoryId: parseRepositoryId(row['repository_id']),
    ownerId: row['owner_id'] === null ? undefined : integerOf(row, 'owner_id'),
  }
}

export function sqliteCheckpoints(db: DatabaseSync): Checkpoints {
  return {
    newest: async () => {
      const row = db.prepare('SELECT size, root, note FROM checkpoints').get()
      return Promise.resolve(row === undefined ? undefined : parseCheckpoint(row))
    },
    keep: async ({size, root, note}) => {
      // One statement, so one transaction: of several processes the one that is ahead wins.
      const {changes} = db
        .prepare(
          `INSERT INTO checkpoints (only_row, size, root, note) VALUES (1, ?, ?, ?)
           ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note
           WHERE excluded.size > checkpoints.size`,
        )
        .run(size, root, note)
      return Promise.resolve(changes === 1 ? 'kept' : 'not newer')
    },
  }
}

const parseCheckpoint = (row: Row): KeptCheckpoint => ({
  size: integerOf(row, 'size'),
  root: textOf(row, 'root'),
  note: textOf(row, 'note'),
})
