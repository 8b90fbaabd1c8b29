/** The catalogue of receipts in SQLite: a row a card. */
import type {DatabaseSync} from 'node:sqlite'
import {type Receipt, parseRepositoryId} from '#protocol'
import type {Belonging} from '../../model/viewer.ts'
import {type CardQuestion, cardsOf, newestOf, shelvesInSight} from '../catalogue.ts'
import {integerOf, textOf} from './row.ts'

type Carded = Parameters<typeof cardsOf>[0]

/** Part of a commit's transaction. `seq` is the number of the receipt's entry. */
export function insertCards(db: DatabaseSync, receipt: Carded, {seq, ...belonging}: Belonging & {seq: number}): void {
  const insert = db.prepare('INSERT INTO catalogue (word, shelf, seq) VALUES (?, ?, ?)')
  for (const {word, shelf} of cardsOf(receipt, belonging)) insert.run(word, shelf, seq)
}

/** For a database whose records are older than its catalogue. */
export function fillCatalogue(db: DatabaseSync): void {
  const rows = db.prepare('SELECT seq, receipt, public, repository_id, owner_id FROM records WHERE receipt IS NOT NULL')
  for (const row of rows.iterate()) {
    insertCards(db, JSON.parse(textOf(row, 'receipt')) as Receipt, {
      seq: integerOf(row, 'seq'),
      public: row['public'] === 1,
      repositoryId: parseRepositoryId(row['repository_id']),
      ownerId: row['owner_id'] === null ? undefined : integerOf(row, 'owner_id'),
    })
  }
}

/** The numbers of the entries, newest first. */
export function readCards(
  db: DatabaseSync,
  {word, before = Number.MAX_SAFE_INTEGER, sight, atMost}: CardQuestion,
): readonly number[] {
  const select = db.prepare(
    'SELECT seq FROM catalogue WHERE word = ? AND shelf = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  )
  const shelves = shelvesInSight(sight).map((shelf) => select.all(word, shelf, before, atMost))
  return newestOf(
    shelves.map((rows) => rows.map((row) => integerOf(row, 'seq'))),
    atMost,
  )
}
