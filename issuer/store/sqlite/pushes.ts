/** Who moved which branch, in SQLite: in the order in which the webhooks came. */
import type {DatabaseSync} from 'node:sqlite'
import {parseRepositoryId} from '#protocol'
import type {Push} from '../../model/facts.ts'
import type {PushLog} from '../../model/store.ts'
import {type Row, integerOf, textOf} from './row.ts'

export function sqlitePushLog(db: DatabaseSync): PushLog {
  return {
    // The same move by the same account, told twice (a redelivery, a retry), says nothing new.
    keep: async ({repositoryId, ref, before, after, actor}) => {
      db.prepare(
        `INSERT INTO pushes (repository_id, ref, before, after, actor_id, actor_login) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (repository_id, ref, before, after, actor_id) DO NOTHING`,
      ).run(repositoryId, ref, before, after, actor.id, actor.login)
      return Promise.resolve()
    },
    // All of them: a limit would drop a pusher, and a pusher may not authorize.
    pushes: async (repositoryId, ref) => {
      const select = db.prepare('SELECT * FROM pushes WHERE repository_id = ? AND ref = ? ORDER BY place')
      return Promise.resolve(select.all(repositoryId, ref).map(parsePush))
    },
  }
}

function parsePush(row: Row): Push {
  const repositoryId = parseRepositoryId(row['repository_id'])
  if (repositoryId === undefined) throw new TypeError('the database holds no repository id in a push')
  return {
    repositoryId,
    ref: textOf(row, 'ref'),
    before: textOf(row, 'before'),
    after: textOf(row, 'after'),
    actor: {id: integerOf(row, 'actor_id'), login: textOf(row, 'actor_login')},
  }
}
