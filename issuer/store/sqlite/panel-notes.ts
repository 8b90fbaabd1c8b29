/** What is remembered of panels, in SQLite: one row a pull request. */
import type {DatabaseSync} from 'node:sqlite'
import {parseCommitSha, parseRepositoryId, parseRepositoryName} from '#protocol'
import {type PanelNote, type PanelNotes, noteSkew} from '../../model/panel-notes.ts'
import {type Row, integerOf, optionalInteger, textOf} from './row.ts'

const keepNewer = `
  INSERT INTO panels (repository_id, pull_request, repository, installation, read_at, changes_at, sha, checks)
  VALUES (:repositoryId, :pullRequest, :repository, :installation, :readAt, :changesAt, :sha, :checks)
  ON CONFLICT (repository_id, pull_request) DO UPDATE SET
    repository = excluded.repository, installation = excluded.installation, read_at = excluded.read_at,
    changes_at = excluded.changes_at, sha = excluded.sha, checks = excluded.checks
  WHERE panels.read_at <= excluded.read_at OR panels.read_at > excluded.read_at + ${noteSkew}`

export function sqlitePanelNotes(db: DatabaseSync): PanelNotes {
  return {
    keep: async ({place: {repository, installation, pullRequest}, readAt, changesAt, awaits}) => {
      const {changes} = db.prepare(keepNewer).run({
        repositoryId: repository.id,
        pullRequest,
        repository: repository.name,
        installation: installation ?? null,
        readAt,
        changesAt: changesAt ?? null,
        sha: awaits?.commit ?? null,
        checks: awaits === undefined ? null : JSON.stringify(awaits.checks),
      })
      return Promise.resolve(changes === 1 ? 'kept' : 'older')
    },
    due: async (now, limit) => {
      const select = db.prepare('SELECT * FROM panels WHERE changes_at <= ? ORDER BY changes_at LIMIT ?')
      return Promise.resolve(select.all(now, limit).map(parseNote))
    },
    awaiting: async (repositoryId, commit) => {
      const select = db.prepare('SELECT * FROM panels WHERE repository_id = ? AND sha = ? ORDER BY pull_request')
      return Promise.resolve(select.all(repositoryId, commit).map(parseNote))
    },
  }
}

function parseNote(row: Row): PanelNote {
  const id = parseRepositoryId(row['repository_id'])
  const name = parseRepositoryName(row['repository'])
  if (id === undefined || name === undefined) throw new TypeError('the database holds a panel of no repository')
  const commit = parseCommitSha(row['sha'])
  return {
    place: {
      repository: {id, name},
      installation: optionalInteger(row, 'installation'),
      pullRequest: integerOf(row, 'pull_request'),
    },
    readAt: integerOf(row, 'read_at'),
    changesAt: optionalInteger(row, 'changes_at'),
    // Our own writing: a list of names.
    awaits: commit && {commit, checks: JSON.parse(textOf(row, 'checks')) as string[]},
  }
}
