/** Files that hold secrets: written whole or not at all, never over another, for their owner alone. */
import {randomBytes} from 'node:crypto'
import {closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Result} from '#protocol'
import type {Loaded} from '../model/key-sets.ts'

/** No key file is near this size; a larger one is something else. */
const maxKeyFileBytes = 65_536

/**
 * Writes a new file with mode 600, durable when this returns. Throws EEXIST when there is one already: the content is
 * linked to its name, which no system does over another file.
 */
export function writeNewFile(path: string, content: string): void {
  const unfinished = unfinishedName(path)
  const file = openSync(unfinished, 'wx', 0o600)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
    linkSync(unfinished, path)
  } finally {
    closeSync(file)
    rmSync(unfinished)
  }
  syncFolder(dirname(path))
}

/** A name for a file in the making. Random: in containers every process has the same id. */
export const unfinishedName = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.new`

/** A name is durable once its folder is. Windows opens no folders and needs none of it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  fsyncSync(opened)
  closeSync(opened)
}

/** Reads a secret's file. Warns when others than its owner may read it. No problem or warning quotes the content. */
export function readKeyFile(path: string): Loaded<string> {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (fault) {
    return {ok: false, fault: `${path} cannot be read (${codeOf(fault)})`}
  }
  try {
    const about = fstatSync(file)
    if (!about.isFile()) return {ok: false, fault: `${path} is not a file`}
    if (about.size > maxKeyFileBytes) return {ok: false, fault: `${path} is too large to be a key`}
    const text = readFileSync(file, 'utf8')
    const isOpen = process.platform !== 'win32' && (about.mode & 0o077) !== 0
    const warning = isOpen ? `${path} can be read by others than its owner: chmod 600 ${path}` : undefined
    return {ok: true, value: text, warning}
  } finally {
    closeSync(file)
  }
}

/** The same, read by `parse` for what it is to hold; the file's path is its name in problems. */
export function readSecretFile<T>(path: string, parse: (text: string, name: string) => Result<T, string>): Loaded<T> {
  const file = readKeyFile(path)
  const parsed = file.ok ? parse(file.value, path) : file
  return file.ok && parsed.ok ? {...parsed, warning: file.warning} : parsed
}

/** The system's code of a file fault (ENOENT, EACCES, …): enough to act on, and without content. */
export function codeOf(fault: unknown): string {
  const hasCode = typeof fault === 'object' && fault !== null && 'code' in fault
  return hasCode && typeof fault.code === 'string' ? fault.code : 'unknown fault'
}
