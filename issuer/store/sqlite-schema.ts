/** The embedded database's tables, and how an older file gets them: migrations in order, each in one transaction. */
import type {DatabaseSync} from 'node:sqlite'
import {fillCatalogue} from './sqlite/catalogue.ts'
import {fillNodes} from './sqlite/nodes.ts'
import {inTransaction} from './sqlite/transaction.ts'

/** SQL, or what SQL cannot do; it runs inside the migration's transaction. */
export type Migration = string | ((db: DatabaseSync) => void)

/**
 * Applied in order; `user_version` counts those that are. A migration that was released is never changed: a new shape
 * is a new migration at the end.
 */
export const migrations: readonly Migration[] = [
  `CREATE TABLE claims (
     repository_id INTEGER NOT NULL,
     comment_id INTEGER NOT NULL,
     decision TEXT NOT NULL UNIQUE,
     nonce TEXT NOT NULL,
     kind TEXT CHECK (kind IN ('allow', 'deny', 'answered')),
     publication TEXT,
     courtesy_account INTEGER,
     courtesy_pull_request INTEGER,
     completed_at INTEGER,
     published_at INTEGER,
     PRIMARY KEY (repository_id, comment_id),
     CHECK ((kind IS NULL) = (completed_at IS NULL) AND (kind IS NULL) = (publication IS NULL))
   ) STRICT;
   CREATE INDEX claims_unpublished ON claims (completed_at) WHERE completed_at IS NOT NULL AND published_at IS NULL;
   CREATE INDEX claims_courtesy ON claims (repository_id, courtesy_account, courtesy_pull_request, completed_at)
     WHERE courtesy_account IS NOT NULL;

   -- One row an entry. The columns after frontier are those of a decision, absent for the ledger's own entries.
   CREATE TABLE records (
     seq INTEGER PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     entry TEXT NOT NULL,
     frontier TEXT NOT NULL,
     decision TEXT UNIQUE REFERENCES claims (decision),
     repository_id INTEGER,
     environment TEXT,
     repository TEXT COLLATE NOCASE,
     public INTEGER CHECK (public IN (0, 1)),
     receipt_id TEXT UNIQUE,
     sha TEXT,
     tree TEXT,
     receipt TEXT,
     evidence TEXT,
     policy TEXT,
     token TEXT
   ) STRICT;
   CREATE INDEX records_scope ON records (repository_id, environment, seq) WHERE receipt_id IS NOT NULL;
   CREATE INDEX records_name ON records (repository, seq) WHERE repository IS NOT NULL;

   CREATE TABLE scopes (
     repository_id INTEGER NOT NULL,
     environment TEXT NOT NULL,
     version INTEGER NOT NULL CHECK (version > 0),
     state TEXT NOT NULL,
     PRIMARY KEY (repository_id, environment)
   ) STRICT;

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
   CREATE INDEX deliveries_leased ON deliveries (lane, leased_until) WHERE done = 0 AND leased_until IS NOT NULL;

   CREATE TABLE pushes (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     repository_id INTEGER NOT NULL,
     ref TEXT NOT NULL,
     before TEXT NOT NULL,
     after TEXT NOT NULL,
     actor_id INTEGER NOT NULL,
     actor_login TEXT NOT NULL,
     UNIQUE (repository_id, ref, before, after, actor_id)
   ) STRICT;`,
  addTree,
  // Claims of other things than comments; records of what happens to a receipt later, each of them once.
  `CREATE TABLE claims_of_events (
     repository_id INTEGER NOT NULL,
     subject TEXT NOT NULL,
     decision TEXT NOT NULL UNIQUE,
     nonce TEXT NOT NULL,
     kind TEXT CHECK (kind IN ('allow', 'deny', 'escalate', 'closed', 'answered')),
     publication TEXT,
     courtesy_account INTEGER,
     courtesy_pull_request INTEGER,
     completed_at INTEGER,
     published_at INTEGER,
     PRIMARY KEY (repository_id, subject),
     CHECK ((kind IS NULL) = (completed_at IS NULL) AND (kind IS NULL) = (publication IS NULL))
   ) STRICT;
   INSERT INTO claims_of_events SELECT repository_id, 'comment/' || comment_id, decision, nonce, kind, publication,
     courtesy_account, courtesy_pull_request, completed_at, published_at FROM claims;

   CREATE TABLE records_of_events (
     seq INTEGER PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     entry TEXT NOT NULL,
     frontier TEXT NOT NULL,
     event TEXT NOT NULL,
     once TEXT UNIQUE,
     decision TEXT UNIQUE,
     repository_id INTEGER,
     owner_id INTEGER,
     environment TEXT,
     repository TEXT COLLATE NOCASE,
     public INTEGER CHECK (public IN (0, 1)),
     receipt_id TEXT,
     sha TEXT,
     tree TEXT,
     receipt TEXT,
     evidence TEXT,
     policy TEXT,
     token TEXT,
     body TEXT
   ) STRICT;
   INSERT INTO records_of_events SELECT seq, hash, entry, frontier, entry ->> '$.event', 'decision/' || decision, decision,
     repository_id, NULL, environment, repository, public, receipt_id, sha, tree, receipt, evidence, policy, token, NULL
     FROM records;

   DROP TABLE records;
   DROP TABLE claims;
   ALTER TABLE claims_of_events RENAME TO claims;
   ALTER TABLE records_of_events RENAME TO records;
   CREATE INDEX claims_unpublished ON claims (completed_at) WHERE completed_at IS NOT NULL AND published_at IS NULL;
   CREATE INDEX claims_courtesy ON claims (repository_id, courtesy_account, courtesy_pull_request, completed_at)
     WHERE courtesy_account IS NOT NULL;
   CREATE INDEX records_scope ON records (repository_id, environment, seq) WHERE receipt IS NOT NULL;
   CREATE INDEX records_receipt ON records (receipt_id, seq) WHERE receipt_id IS NOT NULL;
   CREATE INDEX records_name ON records (repository, seq) WHERE repository IS NOT NULL;`,
  // Who may ask: tokens as their digests, and the ids of job tokens that were used.
  `CREATE TABLE auditors (
     name TEXT PRIMARY KEY,
     token TEXT NOT NULL UNIQUE,
     owners TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE links (
     repository_id INTEGER PRIMARY KEY,
     token TEXT NOT NULL UNIQUE,
     rotated_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE jtis (
     jti TEXT PRIMARY KEY,
     until INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX jtis_until ON jtis (until);`,
  // Every reading looks for the newest key set, which is the body of its entry.
  `CREATE INDEX records_keys ON records (seq) WHERE event = 'key.rotated';`,
  addCatalogue,
  // Of each panel: when time alone changes its text, and the checks that do.
  `CREATE TABLE panels (
     repository_id INTEGER NOT NULL,
     pull_request INTEGER NOT NULL,
     repository TEXT NOT NULL,
     installation INTEGER,
     read_at INTEGER NOT NULL,
     changes_at INTEGER,
     sha TEXT,
     checks TEXT,
     PRIMARY KEY (repository_id, pull_request),
     CHECK ((sha IS NULL) = (checks IS NULL))
   ) STRICT;
   CREATE INDEX panels_dated ON panels (changes_at) WHERE changes_at IS NOT NULL;
   CREATE INDEX panels_awaiting ON panels (repository_id, sha) WHERE sha IS NOT NULL;`,
]

/** The ledger's tree, filled from the entries that are there, and its newest checkpoint. */
function addTree(db: DatabaseSync): void {
  db.exec(`-- The roots of full subtrees above the leaves, which are the records' own hashes.
  CREATE TABLE nodes (
    level INTEGER NOT NULL CHECK (level > 0),
    place INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, place)
  ) STRICT, WITHOUT ROWID;

  -- One row: the newest signed checkpoint.
  CREATE TABLE checkpoints (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    size INTEGER NOT NULL CHECK (size > 0),
    root TEXT NOT NULL,
    note TEXT NOT NULL
  ) STRICT;`)
  fillNodes(db)
}

/** The catalogue of receipts, filled from those that are there; and what everybody may find of a scope. */
function addCatalogue(db: DatabaseSync): void {
  db.exec(`CREATE TABLE catalogue (
    word TEXT NOT NULL,
    shelf TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records (seq),
    PRIMARY KEY (word, shelf, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_public ON records (repository_id, environment, seq) WHERE receipt IS NOT NULL AND public = 1;`)
  fillCatalogue(db)
}

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
