/** The embedded store: all durable state of an issuer in one SQLite file. Several processes may share it. */
import type {DatabaseSync} from 'node:sqlite'
import type {Durable} from '../model/durable.ts'
import type {Inbox} from '../model/inbox.ts'
import {overTable} from './over-table.ts'
import {openDatabase} from './sqlite-connection.ts'
import {sqliteInbox} from './sqlite-inbox.ts'
import {forgetTokenIds, sqliteTable} from './sqlite-table.ts'

/** Deliveries wait in the same file. */
export interface Embedded extends Durable {
  readonly inbox: Inbox
}

/** Opens or makes the database file. Throws, with what to do, when it is not ours, too new or cannot be durable. */
export const openSqlite = (path: string): Embedded => durableOver(openDatabase(path))

/** The ports over an open connection, which `close` ends. */
export function durableOver(db: DatabaseSync): Embedded {
  const durable = overTable(sqliteTable(db), {close: () => db.close()})
  return {
    ...durable,
    inbox: sqliteInbox(db),
    tokenIds: {
      use: async (token) => {
        forgetTokenIds(db, token.now)
        return await durable.tokenIds.use(token)
      },
    },
  }
}
