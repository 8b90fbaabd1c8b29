/** Which process works on a database alone: a lock that its end releases, however it ends. */
import {closeSync, openSync} from 'node:fs'
import {DatabaseSync} from 'node:sqlite'

/** What lets go; undefined while another process holds it. */
export function holdAlone(databasePath: string): (() => void) | undefined {
  // The engine's own lock on a file beside it, since locking the database itself would shut out operators' commands.
  const path = `${databasePath}-worker`
  closeSync(openSync(path, 'a', 0o600))
  const lock = new DatabaseSync(path, {timeout: 0})
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (fault) {
    lock.close()
    if (isBusy(fault)) return undefined
    throw fault
  }
}

const sqliteBusy = 5

const isBusy = (fault: unknown): boolean =>
  typeof fault === 'object' && fault !== null && 'errcode' in fault && fault.errcode === sqliteBusy
