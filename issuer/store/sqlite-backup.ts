/** Copies of the embedded database: taken of one moment while others write, and read to the last entry before they count. */
import {closeSync, fsyncSync, openSync, statSync} from 'node:fs'
import {DatabaseSync} from 'node:sqlite'
import {
  type Entry,
  type Frontier,
  type PublicKey,
  appendLeaf,
  canonicalJson,
  checkSuccession,
  digestOf,
  emptyFrontier,
  frontierRoot,
  printVerifierKey,
  verify,
} from '#protocol'
import {type Row, entryOf, integerOf, textOf} from './sqlite/row.ts'
import {migrations} from './sqlite-schema.ts'

/** Milliseconds to wait for a lock, as in connection.ts. */
const busyTimeout = 5000

/**
 * Writes a new file of mode 600, durable when this returns. One statement reads all of it, so it is of one moment, and
 * writers go on meanwhile. SQLite's page-by-page backup begins anew whenever another process commits: under a busy
 * issuer it never ends.
 */
export function copyDatabase(from: string, to: string): void {
  closeSync(openSync(to, 'wx', 0o600))
  // Only read: a copy that is made before an upgrade keeps the schema of before it.
  const db = new DatabaseSync(from, {readOnly: true, timeout: busyTimeout})
  try {
    db.prepare('VACUUM INTO ?').run(to)
  } finally {
    db.close()
  }
  const file = openSync(to, 'r+')
  fsyncSync(file)
  closeSync(file)
}

export interface CopyFacts {
  readonly bytes: number
  readonly entries: number
  readonly newest: Entry
}

export interface Checking {
  readonly ledgerKey: PublicKey
  readonly onEntry?: (entries: number) => void
}

/** What the copy holds, or why it is not to be relied on. */
export function checkCopy(path: string, checking: Checking): CopyFacts | string {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, {readOnly: true, timeout: busyTimeout})
    const {newest, entries} = checkTables(db, checking)
    return {bytes: statSync(path).size, entries, newest}
  } catch (fault) {
    return fault instanceof Error ? fault.message : 'it cannot be read'
  } finally {
    db?.close()
  }
}

function checkTables(db: DatabaseSync, checking: Checking): {readonly newest: Entry; readonly entries: number} {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
  if (!(version >= 1 && version <= migrations.length)) {
    throw new Error(`its schema is ${version}, and this version of Countersign knows 1 to ${migrations.length}`)
  }
  const found = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
  if (found !== 'ok') throw new Error(`it is damaged (${String(found)})`)
  const signed = db.prepare('SELECT size, root, note FROM checkpoints').get()
  const {last, frontier} = walkRecords(db, signed, checking)
  if (last === undefined) throw new Error('it holds no ledger')
  if (signed !== undefined) checkSigned(signed, last, checking)
  return {newest: last, entries: frontier.size}
}

interface Walked {
  readonly last: Entry | undefined
  readonly frontier: Frontier
}

/** Every hash, every link, the tree after each entry, and that the tree which was signed is this one. */
function walkRecords(db: DatabaseSync, signed: Row | undefined, {onEntry}: Checking): Walked {
  let [last, frontier]: [Entry | undefined, Frontier] = [undefined, emptyFrontier]
  for (const row of db.prepare('SELECT * FROM records ORDER BY seq').iterate()) {
    const entry = entryOf(row)
    const fault = checkSuccession(last, entry) ?? findChange(row, entry)
    if (fault !== undefined) throw new Error(fault)
    last = entry
    frontier = appendLeaf(frontier, entry.hash)
    if (textOf(row, 'frontier') !== canonicalJson(frontier)) {
      throw new Error(`entry ${entry.seq}: the tree that is kept with it is another one`)
    }
    if (frontier.size === signed?.['size'] && frontierRoot(frontier) !== signed['root']) {
      throw new Error(`its first ${frontier.size} entries are not those that its newest checkpoint covers`)
    }
    onEntry?.(frontier.size)
  }
  return {last, frontier}
}

/** The documents whose digest is that of their text. Evidence has one of another kind, and may have been erased in part. */
const documents = {receipt: ['receipt'], token: ['token'], body: ['revocation', 'run', 'keys']} as const

function findChange(row: Row, entry: Entry): string | undefined {
  if (canonicalJson(entry) !== textOf(row, 'entry') || row['seq'] !== entry.seq || row['hash'] !== entry.hash) {
    return `entry ${entry.seq}: its row says something else`
  }
  for (const [column, names] of Object.entries(documents)) {
    const text = row[column] ?? undefined
    const digest = names.map((name) => entry.digests[name]).find((one) => one !== undefined)
    if (text !== undefined && digest !== undefined && digestOf(textOf(row, column)) !== digest) {
      return `entry ${entry.seq}: its ${column} is not the one that it names`
    }
  }
  return undefined
}

function checkSigned(signed: Row, {seq, ledger}: Entry, {ledgerKey}: Checking): void {
  const [size, note] = [integerOf(signed, 'size'), textOf(signed, 'note')]
  if (size > seq + 1) throw new Error(`it ends with entry ${seq}, and its newest checkpoint covers ${size} entries`)
  const checked = verify.checkpoint(note, printVerifierKey(ledger, ledgerKey))
  if (!checked.valid) throw new Error(`its newest checkpoint does not verify: ${checked.reason}`)
  if (checked.size !== size || checked.root !== signed['root']) {
    throw new Error('its newest checkpoint is kept with another size or root')
  }
}
