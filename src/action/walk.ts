/** Everything that lies in a folder, without following a link. */
import {type Dirent, readdirSync} from 'node:fs'
import {bytesOf} from './paths.ts'

export interface FoundFile {
  /** Below the folder, one character a byte; of a repository the path of the folder that it lies in. */
  readonly path: string
  readonly kind: 'file' | 'link' | 'repository' | 'other' | 'unreadable'
}

/** `without`: folders that are left out. What lies in a `.git` is git's, and no tree can hold that name. */
export function* walk(root: string, without: ReadonlySet<string> = new Set()): Generator<FoundFile> {
  const open = ['']
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = list(root, folder)
    if (entries === undefined) yield {path: folder, kind: 'unreadable'}
    for (const entry of entries ?? []) {
      const name = entry.name.toString('latin1')
      const path = folder === '' ? name : `${folder}/${name}`
      if (name.toLowerCase() === '.git') yield {path: folder, kind: 'repository'}
      else if (!entry.isDirectory()) yield {path, kind: kindOf(entry)}
      else if (!without.has(path)) open.push(path)
    }
  }
}

const kindOf = (entry: Dirent<Buffer>): FoundFile['kind'] =>
  entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other'

/** Undefined where the folder may not be read, or is gone since it was listed. */
function list(root: string, folder: string): readonly Dirent<Buffer>[] | undefined {
  try {
    return readdirSync(bytesOf(root, folder), {withFileTypes: true, encoding: 'buffer'})
  } catch {
    return undefined
  }
}
