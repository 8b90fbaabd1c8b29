/** One connection to the embedded database, opened so that what it says is durable is durable. */
import {closeSync, mkdirSync, openSync} from 'node:fs'
import {dirname} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {migrate, migrations} from './sqlite-schema.ts'

/** Milliseconds to wait for another process's transaction. Node's default is 0: an error at once. */
const busyTimeout = 5000

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
