/** The file that keeps the last checkpoint between two runs, byte for byte as the issuer signed it. */
import {closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync} from 'node:fs'
import {faultCode} from '../../action/fault.ts'

/** Undefined before the first run. Throws when the file is there and cannot be read. */
export function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (faultCode(fault) === 'ENOENT') return undefined
    throw fault
  }
}

/** All or nothing: a crash leaves the old note or the new one, never half of one. */
export function replaceNote(path: string, note: string): void {
  const fresh = `${path}.${process.pid}.new`
  writeWhole(fresh, note, 'w')
  renameSync(fresh, path)
}

/** Keeps the first note that contradicted the one in `path`, and names its file. */
export function keepRefused(path: string, note: string): string {
  const refused = `${path}.refused`
  try {
    writeWhole(refused, note, 'wx')
  } catch (fault) {
    // The first piece of evidence stays: a second one must not cover it up.
    if (faultCode(fault) !== 'EEXIST') throw fault
  }
  return refused
}

function writeWhole(path: string, content: string, flags: 'w' | 'wx'): void {
  const file = openSync(path, flags)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
