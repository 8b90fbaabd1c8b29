/** Decisions in SQLite: read at one moment, committed in one transaction, looked up by receipt or scope. */
import type {DatabaseSync} from 'node:sqlite'
import {
  type Entry,
  type Frontier,
  appendLeaf,
  canonicalJson,
  checkSuccession,
  emptyFrontier,
  parseReceipt,
} from '#protocol'
import {type Completed, checkChange, isSameChange, isUnmoved} from '../append.ts'
import type {
  Change,
  DecisionRecord,
  EntryReader,
  FoundReceipt,
  LedgerHead,
  Lookup,
  ScopeKey,
  ScopeReading,
  ScopeState,
  Store,
} from '../store.ts'
import {completeClaim, findClaim} from './claims.ts'
import {insertNodes} from './nodes.ts'
import {type Row, integerOf, textOf} from './row.ts'
import {inTransaction} from './transaction.ts'

const mostFound = 20
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
  return {
    entries: async (from, count) => Promise.resolve(select.all(from, count).map(parseEntry)),
    last: async () => {
      const row = newest.get()
      if (row === undefined) throw new Error(noEntryYet)
      return Promise.resolve(parseEntry(row))
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
    db.prepare('INSERT INTO records (seq, hash, entry, frontier) VALUES (0, ?, ?, ?)').run(
      first.hash,
      canonicalJson(first),
      canonicalJson(appendLeaf(emptyFrontier, first.hash)),
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

function commit(db: DatabaseSync, change: Change): 'committed' | 'lost' {
  const claim = findClaim(db, change.statement)
  if (claim === undefined) throw new Error('a statement is claimed before its change is committed')
  if (claim.outcome !== undefined) {
    const stored: Completed = {outcome: claim.outcome, entryHash: findEntryHash(db, claim.decision)}
    return isSameChange(stored, change) ? 'committed' : 'lost'
  }
  if (change.decided !== undefined) {
    const {record, state, read} = change.decided
    if (record.decision !== claim.decision) throw new Error("a decision's id is the one that its claim holds")
    if (!isUnmoved(readScope(db, record.scope), read)) return 'lost'
    insertRecord(db, record)
    insertNodes(db, read.head.frontier, record.entry.hash)
    writeState(db, {scope: record.scope, state, version: read.version + 1})
  }
  completeClaim(db, change)
  return 'committed'
}

function findEntryHash(db: DatabaseSync, decision: string): string | undefined {
  const row = db.prepare('SELECT hash FROM records WHERE decision = ?').get(decision)
  return row === undefined ? undefined : textOf(row, 'hash')
}

function insertRecord(db: DatabaseSync, record: DecisionRecord): void {
  const {entry, receipt, scope} = record
  db.prepare(
    `INSERT INTO records (seq, hash, entry, frontier, decision, repository_id, environment, repository, public,
       receipt_id, sha, tree, receipt, evidence, policy, token)
     VALUES (:seq, :hash, :entry, :frontier, :decision, :repositoryId, :environment, :repository, :public,
       :receiptId, :sha, :tree, :receipt, :evidence, :policy, :token)`,
  ).run({
    seq: entry.seq,
    hash: entry.hash,
    entry: canonicalJson(entry),
    frontier: canonicalJson(record.frontier),
    decision: record.decision,
    repositoryId: scope.repositoryId,
    environment: scope.environment,
    repository: record.repository,
    public: record.public ? 1 : 0,
    receiptId: receipt?.id ?? null,
    sha: receipt?.scope.sha ?? null,
    tree: receipt?.scope.tree ?? null,
    receipt: receipt === undefined ? null : canonicalJson(receipt),
    evidence: record.evidence,
    policy: record.policy,
    token: record.token ?? null,
  })
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

function find(db: DatabaseSync, lookup: Lookup): readonly FoundReceipt[] {
  switch (lookup.by) {
    case 'receipt':
      return db.prepare('SELECT receipt, public FROM records WHERE receipt_id = ?').all(lookup.id).map(parseFound)
    case 'scope':
      return findInScope(db, lookup)
  }
}

/** A commit and a tree are alternatives: a squashed commit has the tree of the one that was authorised. */
function findInScope(db: DatabaseSync, lookup: Extract<Lookup, {by: 'scope'}>): readonly FoundReceipt[] {
  const {environment, sha = null, tree = null} = lookup
  const repositoryId = typeof lookup.repository === 'number' ? lookup.repository : lastSeen(db, lookup.repository)
  if (repositoryId === undefined) return []
  return db
    .prepare(
      `SELECT receipt, public FROM records
       WHERE repository_id = :repositoryId AND environment = :environment AND receipt_id IS NOT NULL
         AND ((:sha IS NULL AND :tree IS NULL) OR sha = :sha OR tree = :tree)
       ORDER BY seq DESC LIMIT ${mostFound}`,
    )
    .all({repositoryId, environment, sha, tree})
    .map(parseFound)
}

/** The id that the newest decision saw under this name: names change hands, ids do not. */
function lastSeen(db: DatabaseSync, name: string): number | undefined {
  const row = db.prepare('SELECT repository_id FROM records WHERE repository = ? ORDER BY seq DESC LIMIT 1').get(name)
  return row === undefined ? undefined : integerOf(row, 'repository_id')
}

// Rows are this program's own writing, so these parsers trust the JSON's shape; the chain's hashes are checked where
// the ledger is verified.

export const parseEntry = (row: Row): Entry => JSON.parse(textOf(row, 'entry')) as Entry

const parseState = (row: Row): ScopeState => JSON.parse(textOf(row, 'state')) as ScopeState

function parseHead(row: Row): LedgerHead {
  const last = parseEntry(row)
  return {origin: last.ledger, last, frontier: JSON.parse(textOf(row, 'frontier')) as Frontier}
}

function parseFound(row: Row): FoundReceipt {
  const parsed = parseReceipt(JSON.parse(textOf(row, 'receipt')))
  if (!parsed.ok) throw new Error(`a stored receipt is damaged: ${parsed.reason}`)
  return {receipt: parsed.receipt, public: row['public'] === 1}
}
