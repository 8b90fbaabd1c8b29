/** Repository links in SQLite: one a repository, as the digest of its token. */
import type {DatabaseSync} from 'node:sqlite'
import {type RepositoryId, parseRepositoryId} from '#protocol'
import type {LinkRegister, LinkTokens} from '../../model/callers.ts'
import {type Row, integerOf} from './row.ts'

export function sqliteLinks(db: DatabaseSync): LinkTokens & LinkRegister {
  return {
    linked: async (token) => {
      const row = db.prepare('SELECT repository_id FROM links WHERE token = ?').get(token)
      return Promise.resolve(row === undefined ? undefined : repositoryOf(row))
    },
    rotate: async ({repositoryId, rotatedAt}, token) => {
      db.prepare(
        `INSERT INTO links (repository_id, token, rotated_at) VALUES (?, ?, ?)
         ON CONFLICT (repository_id) DO UPDATE SET token = excluded.token, rotated_at = excluded.rotated_at`,
      ).run(repositoryId, token, rotatedAt)
      return Promise.resolve()
    },
    list: async () =>
      Promise.resolve(
        db
          .prepare('SELECT repository_id, rotated_at FROM links ORDER BY repository_id')
          .all()
          .map((row) => ({repositoryId: repositoryOf(row), rotatedAt: integerOf(row, 'rotated_at')})),
      ),
  }
}

function repositoryOf(row: Row): RepositoryId {
  const repositoryId = parseRepositoryId(row['repository_id'])
  if (repositoryId === undefined) throw new TypeError('the database holds no repository id in a link')
  return repositoryId
}
