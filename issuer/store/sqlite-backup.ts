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
import {entryOf, integerOf, optionalText, textOf} from './item.ts'
import {bodyKey, checkpointKey, headKey, recordKey} from './layout.ts'
import {printNodes} from './records.ts'
import {parseItem} from './sqlite-table.ts'
import {busyTimeout, migrations} from './sqlite-connection.ts'
import type {Item, Key} from './table.ts'

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
  const read = reading(db)
  const signed = read(checkpointKey)
  const {last, frontier} = walkRecords(db, {signed, read}, checking)
  if (last === undefined) throw new Error('it holds no ledger')
  if (signed !== undefined) checkSigned(signed, last, checking)
  if (read(headKey)?.['hash'] !== last.hash) throw new Error(`it ends with entry ${last.seq}, and its end says another`)
  return {newest: last, entries: frontier.size}
}

type Read = (key: Key) => Item | undefined

function reading(db: DatabaseSync): Read {
  const select = db.prepare('SELECT * FROM items WHERE pk = ? AND sk = ?')
  return ({pk, sk}) => {
    const row = select.get(pk, sk)
    return row && parseItem(row)
  }
}

interface Walked {
  readonly last: Entry | undefined
  readonly frontier: Frontier
}

/** Every hash, every link, the tree after each entry, and that the tree which was signed is this one. */
function walkRecords(
  db: DatabaseSync,
  {signed, read}: {readonly signed: Item | undefined; readonly read: Read},
  {onEntry}: Checking,
): Walked {
  let [last, frontier]: [Entry | undefined, Frontier] = [undefined, emptyFrontier]
  for (const row of db.prepare('SELECT * FROM items WHERE pk = ? ORDER BY sk').iterate(recordKey(0).pk)) {
    const item = parseItem(row)
    const entry = entryOf(item)
    const fault = checkSuccession(last, entry) ?? findChange(item, entry, read)
    if (fault !== undefined) throw new Error(fault)
    if (optionalText(item, 'nodes') !== printNodes(frontier, entry.hash)) {
      throw new Error(`entry ${entry.seq}: the tree that is kept with it is another one`)
    }
    last = entry
    frontier = appendLeaf(frontier, entry.hash)
    if (frontier.size === signed?.['size'] && frontierRoot(frontier) !== signed['root']) {
      throw new Error(`its first ${frontier.size} entries are not those that its newest checkpoint covers`)
    }
    onEntry?.(frontier.size)
  }
  return {last, frontier}
}

/** The documents whose digest is that of their text. Evidence has one of another kind, and may have been erased in part. */
const documents = {receipt: ['receipt'], token: ['token'], body: ['revocation', 'run', 'keys']} as const

function findChange(item: Item, entry: Entry, read: Read): string | undefined {
  const isItsOwn = item['sk'] === recordKey(entry.seq).sk && item['seq'] === entry.seq && item['hash'] === entry.hash
  if (!isItsOwn || canonicalJson(entry) !== item['entry']) return `entry ${entry.seq}: its row says something else`
  for (const [name, digests] of Object.entries(documents)) {
    const text = name === 'token' ? readToken(item, read) : optionalText(item, name)
    const digest = digests.map((one) => entry.digests[one]).find((one) => one !== undefined)
    if (text !== undefined && digest !== undefined && digestOf(text) !== digest) {
      return `entry ${entry.seq}: its ${name} is not the one that it names`
    }
  }
  return undefined
}

/** It stands beside the record; undefined where it was erased. */
function readToken(item: Item, read: Read): string | undefined {
  const digest = optionalText(item, 'token')
  const kept = digest === undefined ? undefined : read(bodyKey(digest))
  return kept && textOf(kept, 'body')
}

function checkSigned(signed: Item, {seq, ledger}: Entry, {ledgerKey}: Checking): void {
  const [size, note] = [integerOf(signed, 'size'), textOf(signed, 'note')]
  if (size > seq + 1) throw new Error(`it ends with entry ${seq}, and its newest checkpoint covers ${size} entries`)
  const checked = verify.checkpoint(note, printVerifierKey(ledger, ledgerKey))
  if (!checked.valid) throw new Error(`its newest checkpoint does not verify: ${checked.reason}`)
  if (checked.size !== size || checked.root !== signed['root']) {
    throw new Error('its newest checkpoint is kept with another size or root')
  }
}
