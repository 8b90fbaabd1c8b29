/** Decisions in SQLite: read at one moment, committed in one transaction, looked up by receipt or scope. */
import type {DatabaseSync} from 'node:sqlite'
import {type Entry, type Frontier, appendLeaf, canonicalJson, checkSuccession, emptyFrontier} from '#protocol'
import {type Completed, checkChange, decisionOf, isSameChange, isUnmoved} from '../append.ts'
import type {EntryReader} from '../../model/readers.ts'
import type {LedgerHead} from '../../model/record.ts'
import type {ScopeKey, ScopeState} from '../../model/state.ts'
import type {Change, ScopeReading, Store} from '../../model/store.ts'
import {completeClaim, findClaim} from './claims.ts'
import {find} from './lookups.ts'
import {insertNodes} from './nodes.ts'
import {insertRecord} from './records.ts'
import {type Row, entryOf, integerOf, textOf} from './row.ts'
import {inTransaction} from './transaction.ts'

const noEntryYet = 'the ledger has no entry yet: it is created when the issuer first starts'

export function sqliteStore(db: DatabaseSync): Store {
  return {
    read: async (scope) => Promise.resolve(readScope(db, scope)),
    commit: async (change) => {
      checkChange(change)
      return Promise.resolve(inTransaction(db, () => commit(db, change)))
    },
    find: async (lookup) => Promise.resolve(find(db, lookup)),
  }
}

export function sqliteEntries(db: DatabaseSync): EntryReader {
  const select = db.prepare('SELECT entry FROM records WHERE seq >= ? ORDER BY seq LIMIT ?')
  const newest = db.prepare('SELECT entry FROM records ORDER BY seq DESC LIMIT 1')
  const announced = db.prepare("SELECT body FROM records WHERE seq = ? AND event = 'key.rotated'")
  return {
    entries: async (from, count) => Promise.resolve(select.all(from, count).map(entryOf)),
    last: async () => {
      const row = newest.get()
      if (row === undefined) throw new Error(noEntryYet)
      return Promise.resolve(entryOf(row))
    },
    keySet: async (seq) => {
      const row = announced.get(seq)
      return Promise.resolve(row === undefined ? undefined : textOf(row, 'body'))
    },
  }
}

/** Writes entry 0 of a new ledger. Throws when there is an entry already: one database holds one ledger. */
export function createLedger(db: DatabaseSync, first: Entry): void {
  const fault = checkSuccession(undefined, first)
  if (fault !== undefined) throw new Error(`the ledger cannot begin so: ${fault}`)
  inTransaction(db, () => {
    if (db.prepare('SELECT 1 FROM records LIMIT 1').get() !== undefined) {
      throw new Error('this database holds a ledger already: a new one needs a database of its own')
    }
    db.prepare('INSERT INTO records (seq, hash, entry, frontier, event) VALUES (0, ?, ?, ?, ?)').run(
      first.hash,
      canonicalJson(first),
      canonicalJson(appendLeaf(emptyFrontier, first.hash)),
      first.event,
    )
    insertNodes(db, emptyFrontier, first.hash)
  })
}

/** The end of what is committed. */
export function readHead(db: DatabaseSync): LedgerHead {
  const row = db.prepare('SELECT entry, frontier FROM records ORDER BY seq DESC LIMIT 1').get()
  if (row === undefined) throw new Error(noEntryYet)
  return parseHead(row)
}

/** One statement, so one snapshot: the scope's state is that of the very head beside it. */
function readScope(db: DatabaseSync, {repositoryId, environment}: ScopeKey): ScopeReading {
  const row = db
    .prepare(
      `SELECT entry, frontier, version, state FROM records
       LEFT JOIN scopes ON scopes.repository_id = ? AND scopes.environment = ? ORDER BY seq DESC LIMIT 1`,
    )
    .get(repositoryId, environment)
  if (row === undefined) throw new Error(noEntryYet)
  if (row['version'] === null) return {head: parseHead(row), state: {receipts: []}, version: 0}
  return {head: parseHead(row), state: parseState(row), version: integerOf(row, 'version')}
}

function commit(db: DatabaseSync, {completes, appends, at}: Change): 'committed' | 'lost' {
  const records = appends?.records ?? []
  const claim = completes && findClaim(db, completes.claim)
  if (completes !== undefined && claim === undefined) throw new Error('what a change completes is claimed before')
  if (completes !== undefined && claim?.outcome !== undefined) {
    const stored: Completed = {outcome: claim.outcome, entryHash: findEntryHash(db, claim.decision)}
    return isSameChange(stored, {outcome: completes.outcome, records}) ? 'committed' : 'lost'
  }
  const decision = decisionOf(records)
  if (decision?.decision !== undefined && decision.decision !== claim?.decision) {
    throw new Error("a decision's id is the one that its claim holds")
  }
  if (appends !== undefined) {
    const {scope, state, read} = appends
    if (!isUnmoved(readScope(db, scope), read) || records.some(({once}) => isWritten(db, once))) return 'lost'
    let {frontier} = read.head
    for (const record of records) {
      insertRecord(db, record)
      insertNodes(db, frontier, record.entry.hash)
      frontier = record.frontier
    }
    writeState(db, {scope, state, version: read.version + 1})
  }
  if (completes !== undefined) completeClaim(db, completes, at)
  return 'committed'
}

const isWritten = (db: DatabaseSync, once: string): boolean =>
  db.prepare('SELECT 1 FROM records WHERE once = ?').get(once) !== undefined

function findEntryHash(db: DatabaseSync, decision: string): string | undefined {
  const row = db.prepare('SELECT hash FROM records WHERE decision = ?').get(decision)
  return row === undefined ? undefined : textOf(row, 'hash')
}

function writeState(
  db: DatabaseSync,
  {scope, state, version}: {readonly scope: ScopeKey; readonly state: ScopeState; readonly version: number},
): void {
  db.prepare(
    `INSERT INTO scopes (repository_id, environment, version, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (repository_id, environment) DO UPDATE SET version = excluded.version, state = excluded.state`,
  ).run(scope.repositoryId, scope.environment, version, JSON.stringify(state))
}

/** This program's own writing: the JSON's shape is trusted. */
const parseState = (row: Row): ScopeState => JSON.parse(textOf(row, 'state')) as ScopeState

function parseHead(row: Row): LedgerHead {
  const last = entryOf(row)
  return {origin: last.ledger, last, frontier: JSON.parse(textOf(row, 'frontier')) as Frontier}
}
