/** Whole records in the order of the ledger, each document as it was kept: for whoever takes them out of the database. */
import type {DatabaseSync} from 'node:sqlite'
import {type Entry, type RepositoryId, type RepositoryName, parseRepositoryId} from '#protocol'
import {type Row, entryOf, textOf} from './sqlite/row.ts'

/** What is absent does not apply to this kind of record. */
export interface KeptRecord {
  readonly entry: Entry
  /** Absent of the ledger's own entries. */
  readonly repositoryId: RepositoryId | undefined
  readonly receipt: string | undefined
  readonly token: string | undefined
  readonly evidence: string | undefined
  readonly policy: string | undefined
  /** Of an event: a revocation, a job's report, a key set. */
  readonly body: string | undefined
}

export interface KeptRecords {
  /** At most `count`, the first of them entry `from`. */
  page(from: number, count: number): readonly KeptRecord[]
  /** Every repository that ever bore this name. */
  named(repository: RepositoryName): readonly RepositoryId[]
}

export function sqliteKeptRecords(db: DatabaseSync): KeptRecords {
  const select = db.prepare(
    `SELECT entry, repository_id, receipt, token, evidence, policy, body FROM records
     WHERE seq >= ? ORDER BY seq LIMIT ?`,
  )
  const named = db.prepare('SELECT DISTINCT repository_id FROM records WHERE repository = ?')
  return {
    page: (from, count) => select.all(from, count).map(keptOf),
    named: (repository) => named.all(repository).flatMap((row) => parseRepositoryId(row['repository_id']) ?? []),
  }
}

const keptOf = (row: Row): KeptRecord => ({
  entry: entryOf(row),
  repositoryId: parseRepositoryId(row['repository_id']),
  receipt: optionalText(row, 'receipt'),
  token: optionalText(row, 'token'),
  evidence: optionalText(row, 'evidence'),
  policy: optionalText(row, 'policy'),
  body: optionalText(row, 'body'),
})

const optionalText = (row: Row, column: string): string | undefined =>
  row[column] === null ? undefined : textOf(row, column)
