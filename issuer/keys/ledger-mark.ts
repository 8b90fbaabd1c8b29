/**
 * The ledger's mark: one entry that the store has held, noted in a file beside the receipt key.
 *
 *   <origin> SP <seq> SP <hash> LF
 *
 * A store that does not hold the marked entry was emptied, restored from an older copy or swapped: issuing on would
 * forget refusals and what was done once (formats §8, "First start"). It is seen only as far back as the mark lags, and not when
 * mark and store were restored together.
 */
import {closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Entry} from '#protocol'
import type {EntryReader} from '../model/readers.ts'
import {codeOf, syncFolder, unfinishedName} from './key-file.ts'

type Mark = Pick<Entry, 'ledger' | 'seq' | 'hash'>

/** Notes an entry that is durable in the store. Call it at start, now and then, and at the end; throws on file faults. */
export function markLedger(path: string, {ledger, seq, hash}: Entry): void {
  const unfinished = unfinishedName(path)
  const file = openSync(unfinished, 'wx', 0o600)
  try {
    writeFileSync(file, `${ledger} ${seq} ${hash}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
  syncFolder(dirname(path))
}

/** Whether the store holds what the mark says, or why the issuer must not start on it. No mark: nothing to hold. */
export async function checkMark(path: string, entries: EntryReader): Promise<string | undefined> {
  const mark = readMark(path)
  if (mark === undefined) return undefined
  if (typeof mark === 'string') return mark
  const [entry] = await entries.entries(mark.seq, 1)
  if (entry?.hash === mark.hash && entry.ledger === mark.ledger) return undefined
  const found = entry === undefined ? 'ends before it' : 'has another entry in its place'
  return (
    `the store is older than, or not, the one that was used with these keys: ${path} says that the ledger ` +
    `${mark.ledger} had entry ${mark.seq}, and the store ${found}. Put the newest copy of the database back. ` +
    'Going on without it forgets refusals and what was done once, so it is refused until "countersign-issuer ledger resume" says that it is meant'
  )
}

const markPattern = /^(\S{1,300}) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})\n$/

function readMark(path: string): Mark | string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (fault) {
    return codeOf(fault) === 'ENOENT' ? undefined : `the ledger's mark ${path} cannot be read (${codeOf(fault)})`
  }
  const [, ledger, seq, hash] = markPattern.exec(text) ?? []
  if (ledger === undefined || hash === undefined) {
    return `the ledger's mark ${path} is damaged: check that the store is the newest copy, then delete the mark`
  }
  return {ledger, seq: Number(seq), hash}
}
