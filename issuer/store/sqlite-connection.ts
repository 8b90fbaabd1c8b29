/** The embedded database: a connection whose word is durable, its tables, how an older file gets them, and transactions. */
import {closeSync, mkdirSync, openSync} from 'node:fs'
import {dirname} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

/** Milliseconds to wait for another process's transaction. Node's default is 0: an error at once. */
export const busyTimeout = 5000

/** Opens or makes the database, brings its schema up to date, or throws with what is wrong and what to do. */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  // Made by us so that its mode is 600: it holds evidence. SQLite gives its -wal and -shm files the same mode.
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, {timeout: busyTimeout})
  try {
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    if (mode !== 'wal') {
      throw new Error(
        `the database ${path} cannot use write-ahead logging: put it on a local disk, not a network share`,
      )
    }
    db.exec('PRAGMA synchronous = FULL') // WAL's usual NORMAL may lose the last commits in a power cut.
    migrate(db, migrations)
  } catch (fault) {
    db.close()
    throw fault
  }
  return db
}

/**
 * Runs `work` in one transaction: all of it is durable when this returns, none of it when it throws. IMMEDIATE takes
 * the write lock before anything is read, so that what `work` reads still holds when it writes; several processes may
 * share the file. `work` is synchronous, so no other work of this process comes in between.
 */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (fault) {
    // A full disk or an I/O error may have ended the transaction already; another ROLLBACK would hide the cause.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw fault
  }
}

/** What `work` reads is of one moment, whatever others commit meanwhile. */
export function atOneMoment<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN')
  try {
    return work()
  } finally {
    db.exec('COMMIT')
  }
}

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
  `-- What forbids has a lane of its own.
   CREATE TABLE lanes (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     repository INTEGER NOT NULL,
     lane TEXT NOT NULL CHECK (lane IN ('forbids', 'statements', 'panels')),
     said_at INTEGER,
     withdrawal TEXT,
     notice TEXT,
     received_at INTEGER NOT NULL,
     attempt INTEGER NOT NULL DEFAULT 0,
     due_at INTEGER NOT NULL,
     leased_until INTEGER,
     done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1))
   ) STRICT;
   INSERT INTO lanes SELECT place, id, abs(lane), iif(lane < 0, 'panels', 'statements'), NULL, NULL,
     notice, received_at, attempt, due_at, leased_until, done FROM deliveries;
   DROP TABLE deliveries;
   ALTER TABLE lanes RENAME TO deliveries;
   CREATE INDEX deliveries_waiting ON deliveries (place) WHERE done = 0;
   CREATE INDEX deliveries_first ON deliveries (place) WHERE done = 0 AND lane = 'forbids';
   CREATE INDEX deliveries_forbidding ON deliveries (repository, said_at) WHERE done = 0 AND lane = 'forbids';
   CREATE INDEX deliveries_leased ON deliveries (repository, lane, leased_until)
     WHERE done = 0 AND leased_until IS NOT NULL;`,
  `-- What is to be sent stands by when it is next tried, not by when it was completed.
   ALTER TABLE items RENAME COLUMN "completedAt" TO "dueAt";
   UPDATE items SET more = json_set(more, '$.completedAt', "dueAt") WHERE "dueAt" IS NOT NULL AND pk LIKE 'idempotency#%';`,
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
