/** Which job tokens were used, in SQLite. A row is needed for as long as its token could be shown again. */
import type {DatabaseSync} from 'node:sqlite'
import type {TokenIds} from '../../model/callers.ts'
import {inTransaction} from './transaction.ts'

export function sqliteTokenIds(db: DatabaseSync): TokenIds {
  return {
    use: async ({id, until, now}) =>
      Promise.resolve(
        inTransaction(db, () => {
          db.prepare('DELETE FROM jtis WHERE until <= ?').run(now)
          const {changes} = db
            .prepare('INSERT INTO jtis (jti, until) VALUES (?, ?) ON CONFLICT (jti) DO NOTHING')
            .run(id, until)
          return changes === 1 ? 'first' : 'again'
        }),
      ),
  }
}
