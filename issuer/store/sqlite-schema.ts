/** The embedded database's tables, and how an older file gets them: migrations in order, each in one transaction. */
import type {DatabaseSync} from 'node:sqlite'
import {inTransaction} from './sqlite-transaction.ts'

/** SQL, or what SQL cannot do; it runs inside the migration's transaction. */
export type Migration = string | ((db: DatabaseSync) => void)

/**
 * Applied in order; `user_version` counts those that are. A migration that was released is never changed: a new shape
 * is a new migration at the end.
 */
export const migrations: readonly Migration[] = [
  `-- layout.ts says what is in it. An index holds the rows that have its attribute.
   CREATE TABLE items (
     pk TEXT NOT NULL,
     sk TEXT NOT NULL,
     "receiptId" TEXT,
     "seq" INTEGER,
     "scope" TEXT,
     "issued" TEXT,
     "commit" TEXT,
     "tree" TEXT,
     "outbox" TEXT,
     "completedAt" INTEGER,
     "entry" TEXT,
     "receipt" TEXT,
     "state" TEXT,
     "body" TEXT,
     more TEXT NOT NULL,
     PRIMARY KEY (pk, sk)
   ) STRICT;
   CREATE INDEX items_receipts ON items ("receiptId", "seq") WHERE "receiptId" IS NOT NULL;
   CREATE INDEX items_scopes ON items ("scope", "issued") WHERE "scope" IS NOT NULL;
   CREATE INDEX items_commits ON items ("commit", "issued") WHERE "commit" IS NOT NULL;
   CREATE INDEX items_trees ON items ("tree", "issued") WHERE "tree" IS NOT NULL;
   CREATE INDEX items_outbox ON items ("outbox", "completedAt") WHERE "outbox" IS NOT NULL;

   CREATE TABLE deliveries (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     lane INTEGER NOT NULL,
     notice TEXT,
     received_at INTEGER NOT NULL,
     attempt INTEGER NOT NULL DEFAULT 0,
     due_at INTEGER NOT NULL,
     leased_until INTEGER,
     done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1))
   ) STRICT;
   CREATE INDEX deliveries_waiting ON deliveries (place) WHERE done = 0;
   CREATE INDEX deliveries_leased ON deliveries (lane, leased_until) WHERE done = 0 AND leased_until IS NOT NULL;`,
]

/** Applies the migrations that the database lacks. Refuses a schema newer than the list, and a database of another. */
export function migrate(db: DatabaseSync, steps: readonly Migration[]): void {
  const {version, tables} = readSchema(db)
  if (version > steps.length) {
    throw new Error(
      `the database has schema ${version}, newer than the ${steps.length} that this version knows: ` +
        'start the newer version of Countersign again, or restore the copy made before the upgrade',
    )
  }
  if (version === 0 && tables > 0) {
    throw new Error('the file is a database of another program: give COUNTERSIGN_STORE a path of its own')
  }
  steps.forEach((step, i) => {
    if (i < version) return
    inTransaction(db, () => {
      if (readSchema(db).version !== i) return // Another process was first.
      if (typeof step === 'string') db.exec(step)
      else step(db)
      db.exec(`PRAGMA user_version = ${i + 1}`)
    })
  })
}

/** One statement, so one snapshot: another process may be migrating. */
function readSchema(db: DatabaseSync): {readonly version: number; readonly tables: number} {
  const row = db
    .prepare('SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_user_version')
    .get()
  return {version: Number(row?.['version']), tables: Number(row?.['tables'])}
}
