/** Auditors in SQLite: a name, owners, an end, and the digest of the token. */
import type {DatabaseSync} from 'node:sqlite'
import type {Auditor, AuditorRegister, AuditorTokens} from '../../model/callers.ts'
import {type Row, integerOf, textOf} from './row.ts'

export function sqliteAuditors(db: DatabaseSync): AuditorTokens & AuditorRegister {
  return {
    auditor: async (token) => {
      const row = db.prepare('SELECT * FROM auditors WHERE token = ?').get(token)
      return Promise.resolve(row === undefined ? undefined : parseAuditor(row))
    },
    add: async ({name, owners, createdAt, expiresAt}, token) => {
      const {changes} = db
        .prepare(
          `INSERT INTO auditors (name, token, owners, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name) DO NOTHING`,
        )
        .run(name, token, JSON.stringify(owners), createdAt, expiresAt)
      return Promise.resolve(changes === 1 ? 'added' : 'known')
    },
    list: async () => Promise.resolve(db.prepare('SELECT * FROM auditors ORDER BY name').all().map(parseAuditor)),
    remove: async (name) => {
      const {changes} = db.prepare('DELETE FROM auditors WHERE name = ?').run(name)
      return Promise.resolve(changes === 1 ? 'removed' : 'unknown')
    },
  }
}

const parseAuditor = (row: Row): Auditor => ({
  name: textOf(row, 'name'),
  owners: JSON.parse(textOf(row, 'owners')) as number[], // Our own writing.
  createdAt: integerOf(row, 'created_at'),
  expiresAt: integerOf(row, 'expires_at'),
})
