/** The embedded store: all durable state of an issuer in one SQLite file. Several processes may share it. */
import type {DatabaseSync} from 'node:sqlite'
import type {Durable} from '../model/durable.ts'
import {sqliteAuditors} from './sqlite/auditors.ts'
import {sqliteClaims, sqliteOutbox} from './sqlite/claims.ts'
import {sqliteCheckpoints, sqliteLedgerReader} from './sqlite/checkpoints.ts'
import {openDatabase} from './sqlite-connection.ts'
import {sqliteInbox} from './sqlite-inbox.ts'
import {sqliteTokenIds} from './sqlite/jtis.ts'
import {type KeptRecords, sqliteKeptRecords} from './kept-records.ts'
import {sqliteKeySets} from './sqlite/key-sets.ts'
import {createLedger, sqliteEntries, sqliteStore} from './sqlite/ledger.ts'
import {sqliteLinks} from './sqlite/links.ts'
import {sqliteRecords, sqliteScopes} from './sqlite/lookups.ts'
import {sqlitePanelNotes} from './sqlite/panel-notes.ts'
import {sqlitePushLog} from './sqlite/pushes.ts'

/** The embedded store is exported from. */
export interface Embedded extends Durable {
  readonly kept: KeptRecords
}

/** Opens or makes the database file. Throws, with what to do, when it is not ours, too new or cannot be durable. */
export const openSqlite = (path: string): Embedded => durableOver(openDatabase(path))

/** The ports over an open connection, which `close` ends. */
export function durableOver(db: DatabaseSync): Embedded {
  return {
    store: sqliteStore(db),
    records: sqliteRecords(db),
    scopes: sqliteScopes(db),
    claims: sqliteClaims(db),
    outbox: sqliteOutbox(db),
    inbox: sqliteInbox(db),
    pushLog: sqlitePushLog(db),
    panelNotes: sqlitePanelNotes(db),
    entries: sqliteEntries(db),
    ledger: sqliteLedgerReader(db),
    checkpoints: sqliteCheckpoints(db),
    auditors: sqliteAuditors(db),
    links: sqliteLinks(db),
    tokenIds: sqliteTokenIds(db),
    keySets: sqliteKeySets(db),
    kept: sqliteKeptRecords(db),
    createLedger: async (first) => {
      createLedger(db, first)
      return Promise.resolve()
    },
    close: () => db.close(),
  }
}
