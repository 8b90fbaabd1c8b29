/** What git would name a tree: the hash of `tree <size>\0` and, sorted, `<mode> <name>\0<raw name of the object>` for each entry. */
import {createHash} from 'node:crypto'
import type {ObjectHash} from './blob.ts'

/** What lies somewhere below a folder. A path is bytes: here it is text with one character a byte, so that no name is lost. */
export interface TreeEntry {
  readonly path: string
  /** As git prints it: `100644`, or `040000` for a folder, which must be listed only if nothing lies in it. */
  readonly mode: string
  readonly object: string
}

/** The root's path is the empty text. */
export type TreeNames = ReadonlyMap<string, string>

const folderMode = '40000'

/** Bottom-up, and not by recursion: a tree may be deeper than the stack. */
export function nameTrees(entries: Iterable<TreeEntry>, hash: ObjectHash): TreeNames {
  const folders = new Folders()
  for (const {path, mode, object} of entries) {
    if (isFolder(mode)) folders.open(path)
    else folders.open(parentOf(path)).push({name: nameOf(path), mode, object})
  }
  const names = new Map<string, string>()
  for (const [path, children] of folders.deepestFirst()) {
    const object = nameTree(children, hash)
    names.set(path, object)
    if (path !== '') folders.open(parentOf(path)).push({name: nameOf(path), mode: folderMode, object})
  }
  return names
}

export const isFolder = (mode: string): boolean => withoutZero(mode) === folderMode

interface Child {
  readonly name: string
  readonly mode: string
  readonly object: string
}

class Folders {
  readonly #children = new Map<string, Child[]>([['', []]])

  /** With every folder above it. */
  open(path: string): Child[] {
    const known = this.#children.get(path)
    if (known !== undefined) return known
    const children: Child[] = []
    for (let at = path; !this.#children.has(at); at = parentOf(at)) this.#children.set(at, at === path ? children : [])
    return children
  }

  /** What lies in a folder has a longer path than the folder. */
  deepestFirst(): readonly (readonly [string, readonly Child[]])[] {
    return [...this.#children].sort(([a], [b]) => b.length - a.length)
  }
}

function nameTree(children: readonly Child[], hash: ObjectHash): string {
  const sorted = children.map((child) => ({...child, key: sortKey(child)})).sort((a, b) => compare(a.key, b.key))
  const lines = sorted.map(({mode, name, object}) => `${withoutZero(mode)} ${name}\0${rawName(object)}`)
  const content = Buffer.from(lines.join(''), 'latin1')
  return createHash(hash).update(`tree ${content.length}\0`).update(content).digest('hex')
}

/** Git sorts a folder as if its name ended with a slash. */
const sortKey = ({name, mode}: Child): string => (isFolder(mode) ? `${name}/` : name)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const withoutZero = (mode: string): string => mode.replace(/^0+/, '')
const rawName = (object: string): string => Buffer.from(object, 'hex').toString('latin1')

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
