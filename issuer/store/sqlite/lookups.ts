/** What can be looked up in SQLite: receipts by id, scope and word, decisions, and what happened to a receipt. */
import type {DatabaseSync} from 'node:sqlite'
import {
  type Environment,
  type RepositoryId,
  parseDecisionId,
  parseEnvironment,
  parseReceipt,
  parseRepositoryId,
} from '#protocol'
import type {Sight} from '../../model/viewer.ts'
import {type CardQuestion, approverWord, nobody, repositoryWord} from '../catalogue.ts'
import type {FoundDecision, FoundEvent, FoundReceipt, Lookup, RecordReader, Scopes} from '../../model/lookups.ts'
import type {ScopeKey} from '../../model/state.ts'
import {readCards} from './catalogue.ts'
import {type Row, entryOf, integerOf, textOf} from './row.ts'

const mostFound = 20
const mostEvents = 100
const foundColumns = 'seq, receipt, public, owner_id'

export function find(db: DatabaseSync, lookup: Lookup): readonly FoundReceipt[] {
  switch (lookup.by) {
    case 'receipt':
      return db
        .prepare(`SELECT ${foundColumns} FROM records WHERE receipt_id = ? AND receipt IS NOT NULL`)
        .all(lookup.id)
        .map(parseFound)
    case 'approver':
      return findByWord(db, approverWord(lookup.login), lookup)
    case 'repository':
      return findByWord(db, repositoryWord(repositoryOf(db, lookup)), lookup)
    case 'scope':
      return findInScope(db, lookup)
  }
}

function findByWord(
  db: DatabaseSync,
  word: string,
  {before, sight}: Pick<CardQuestion, 'before' | 'sight'>,
): readonly FoundReceipt[] {
  const select = db.prepare(`SELECT ${foundColumns} FROM records WHERE seq = ? AND receipt IS NOT NULL`)
  return readCards(db, {word, before, sight, atMost: mostFound})
    .map((seq) => select.get(seq))
    .filter((row) => row !== undefined)
    .map(parseFound)
}

/** A commit and a tree are alternatives: a squashed commit has the tree of the one that was authorized. */
function findInScope(db: DatabaseSync, lookup: Extract<Lookup, {by: 'scope'}>): readonly FoundReceipt[] {
  const {environment, sha = null, tree = null, issuedBefore = null, sight} = lookup
  const repositoryId = repositoryOf(db, lookup)
  const {says, values} = conditionOf(sight)
  return db
    .prepare(
      `SELECT ${foundColumns} FROM records
       WHERE repository_id = :repositoryId AND environment = :environment AND receipt IS NOT NULL AND ${says}
         AND ((:sha IS NULL AND :tree IS NULL) OR sha = :sha OR tree = :tree)
         AND (:issuedBefore IS NULL OR receipt ->> '$.issuedAt' <= :issuedBefore)
       ORDER BY seq DESC LIMIT ${mostFound}`,
    )
    .all({repositoryId, environment, sha, tree, issuedBefore, ...values})
    .map(parseFound)
}

/** For everybody there is an index of what is public: what is not is not even passed over. */
function conditionOf({repositories, owners}: Sight): {
  readonly says: string
  readonly values: Readonly<Record<string, string>>
} {
  if (repositories.length === 0 && owners.length === 0) return {says: 'public = 1', values: {}}
  return {
    says: `(public = 1 OR repository_id IN (SELECT value FROM json_each(:repositories))
           OR owner_id IN (SELECT value FROM json_each(:owners)))`,
    values: {repositories: JSON.stringify(repositories), owners: JSON.stringify(owners)},
  }
}

const repositoryOf = (db: DatabaseSync, {repository}: {readonly repository: RepositoryId | string}): number =>
  typeof repository === 'number' ? repository : (lastSeen(db, repository) ?? nobody)

/** The id that the newest decision saw under this name: names change hands, ids do not. */
function lastSeen(db: DatabaseSync, name: string): RepositoryId | undefined {
  const row = db.prepare('SELECT repository_id FROM records WHERE repository = ? ORDER BY seq DESC LIMIT 1').get(name)
  return row === undefined ? undefined : parseRepositoryId(row['repository_id'])
}

export function sqliteRecords(db: DatabaseSync): RecordReader {
  return {
    decision: async (id) => {
      const row = db.prepare('SELECT * FROM records WHERE decision = ?').get(id)
      return Promise.resolve(row === undefined ? undefined : parseDecision(row))
    },
    events: async (receipt) =>
      Promise.resolve(
        db
          .prepare(
            `SELECT entry, body, owner_id FROM records
             WHERE receipt_id = ? AND body IS NOT NULL ORDER BY seq LIMIT ${mostEvents}`,
          )
          .all(receipt)
          .map(parseEvent),
      ),
    eventOnce: async (name) => {
      const row = db.prepare('SELECT entry, body, owner_id FROM records WHERE once = ? AND body IS NOT NULL').get(name)
      return Promise.resolve(row === undefined ? undefined : parseEvent(row))
    },
    repositoryNamed: async (name) => Promise.resolve(lastSeen(db, name)),
  }
}

const parseEvent = (row: Row): FoundEvent => ({
  entry: entryOf(row),
  body: textOf(row, 'body'),
  ownerId: optionalInteger(row, 'owner_id'),
})

export function sqliteScopes(db: DatabaseSync): Scopes {
  return {
    environments: async (repositoryId) =>
      Promise.resolve(
        db
          .prepare('SELECT environment FROM scopes WHERE repository_id = ? ORDER BY environment')
          .all(repositoryId)
          .map(environmentOf),
      ),
  }
}

function parseDecision(row: Row): FoundDecision {
  const decision = parseDecisionId(row['decision'])
  if (decision === undefined) throw new TypeError('the database holds no decision id in a record')
  return {
    entry: entryOf(row),
    decision,
    scope: scopeOf(row),
    public: row['public'] === 1,
    ownerId: optionalInteger(row, 'owner_id'),
    evidence: textOf(row, 'evidence'),
    policy: textOf(row, 'policy'),
    token: row['token'] === null ? undefined : textOf(row, 'token'),
  }
}

function scopeOf(row: Row): ScopeKey {
  const repositoryId = parseRepositoryId(row['repository_id'])
  if (repositoryId === undefined) throw new TypeError('the database holds no repository id in a record')
  return {repositoryId, environment: environmentOf(row)}
}

function environmentOf(row: Row): Environment {
  const environment = parseEnvironment(row['environment'])
  if (environment === undefined) throw new TypeError('the database holds no environment name')
  return environment
}

const optionalInteger = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : integerOf(row, column)

function parseFound(row: Row): FoundReceipt {
  const parsed = parseReceipt(JSON.parse(textOf(row, 'receipt')))
  if (!parsed.ok) throw new Error(`a stored receipt is damaged: ${parsed.reason}`)
  return {
    receipt: parsed.receipt,
    seq: integerOf(row, 'seq'),
    public: row['public'] === 1,
    ownerId: optionalInteger(row, 'owner_id'),
  }
}
