/** What can be looked up in SQLite: receipts by id and scope, decisions, and what happened to a receipt. */
import type {DatabaseSync} from 'node:sqlite'
import {
  type Environment,
  type RepositoryId,
  parseDecisionId,
  parseEnvironment,
  parseReceipt,
  parseRepositoryId,
} from '#protocol'
import type {FoundDecision, FoundEvent, FoundReceipt, Lookup, RecordReader, ScopeKey, Scopes} from '../store.ts'
import {type Row, entryOf, integerOf, textOf} from './row.ts'

const mostFound = 20
const mostEvents = 100

export function find(db: DatabaseSync, lookup: Lookup): readonly FoundReceipt[] {
  switch (lookup.by) {
    case 'receipt':
      return db
        .prepare(`SELECT receipt, public, owner_id FROM records WHERE receipt_id = ? AND receipt IS NOT NULL`)
        .all(lookup.id)
        .map(parseFound)
    case 'scope':
      return findInScope(db, lookup)
  }
}

/** A commit and a tree are alternatives: a squashed commit has the tree of the one that was authorised. */
function findInScope(db: DatabaseSync, lookup: Extract<Lookup, {by: 'scope'}>): readonly FoundReceipt[] {
  const {environment, sha = null, tree = null, issuedBefore = null} = lookup
  const repositoryId = typeof lookup.repository === 'number' ? lookup.repository : lastSeen(db, lookup.repository)
  if (repositoryId === undefined) return []
  return db
    .prepare(
      `SELECT receipt, public, owner_id FROM records
       WHERE repository_id = :repositoryId AND environment = :environment AND receipt IS NOT NULL
         AND ((:sha IS NULL AND :tree IS NULL) OR sha = :sha OR tree = :tree)
         AND (:issuedBefore IS NULL OR receipt ->> '$.issuedAt' <= :issuedBefore)
       ORDER BY seq DESC LIMIT ${mostFound}`,
    )
    .all({repositoryId, environment, sha, tree, issuedBefore})
    .map(parseFound)
}

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
            `SELECT entry, body FROM records WHERE receipt_id = ? AND body IS NOT NULL ORDER BY seq LIMIT ${mostEvents}`,
          )
          .all(receipt)
          .map((row): FoundEvent => ({entry: entryOf(row), body: textOf(row, 'body')})),
      ),
    repositoryNamed: async (name) => Promise.resolve(lastSeen(db, name)),
  }
}

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
  return {receipt: parsed.receipt, public: row['public'] === 1, ownerId: optionalInteger(row, 'owner_id')}
}
