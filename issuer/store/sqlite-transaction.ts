/** One transaction of the embedded database: all of it or nothing. */
import type {DatabaseSync} from 'node:sqlite'

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
