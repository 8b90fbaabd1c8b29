/** Trees: listing what is in them, and making them from files. A name in git is bytes; here it has a character for each. */

import type {ObjectStore} from './objects.ts'

/** Text, or null to remove the file; `link` makes a symbolic link, `executable` sets the bit. */
export type FileContent =
  string | null | {readonly link: string} | {readonly executable: string} | {readonly base64: string}

export type Files = Readonly<Record<string, FileContent>>

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  readonly size: number | undefined
}

interface Leaf {
  readonly mode: string
  readonly sha: string
}

const folderMode = '40000'

/** Everything below a tree in git's order, each folder before what is in it; without `recursive` the top alone. */
export function listTree(objects: ObjectStore, tree: string, recursive: boolean): readonly TreeEntry[] {
  const list = (folder: string, prefix: string): readonly TreeEntry[] =>
    [...readFolder(objects, folder)].flatMap(([name, {mode, sha}]) => {
      const path = prefix + Buffer.from(name, 'latin1').toString()
      const type = mode === folderMode ? 'tree' : mode === '160000' ? 'commit' : 'blob'
      const size = type === 'blob' ? objects.read(sha)?.body.length : undefined
      const entry = {path, mode: mode.padStart(6, '0'), type, sha, size} as const
      return type === 'tree' && recursive ? [entry, ...list(sha, `${path}/`)] : [entry]
    })
  return list(tree, '')
}

/** `<mode> <name>\0<20 bytes of SHA>`, over and over. */
function readFolder(objects: ObjectStore, tree: string): Map<string, Leaf> {
  const body = objects.read(tree)?.body ?? Buffer.alloc(0)
  const entries = new Map<string, Leaf>()
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(' ', at)
    const end = body.indexOf(0, space)
    const mode = body.toString('latin1', at, space)
    entries.set(body.toString('latin1', space + 1, end), {mode, sha: body.toString('hex', end + 1, end + 21)})
    at = end + 21
  }
  return entries
}

function writeFolder(objects: ObjectStore, entries: ReadonlyMap<string, Leaf>): string {
  // Git sorts a folder as if its name ended with a slash.
  const keyed = [...entries].map(([name, leaf]) => ({name, leaf, key: leaf.mode === folderMode ? `${name}/` : name}))
  keyed.sort((one, other) => (one.key < other.key ? -1 : 1))
  const parts = keyed.map(({name, leaf: {mode, sha}}) => [
    Buffer.from(`${mode} ${name}\0`, 'latin1'),
    Buffer.from(sha, 'hex'),
  ])
  return objects.write('tree', Buffer.concat(parts.flat()))
}

/** The tree that `base` becomes with these files put in or taken out. */
export function changeTree(objects: ObjectStore, base: string | undefined, files: Files): string {
  const changes = new Map<string, Leaf | undefined>()
  for (const [path, content] of Object.entries(files)) {
    if (path.includes('\0') || path.split('/').includes(''))
      throw new Error(`git takes no file ${JSON.stringify(path)}`)
    changes.set(Buffer.from(path).toString('latin1'), writeFile(objects, content))
  }
  return changeFolder(objects, base, changes) ?? writeFolder(objects, new Map())
}

type Changes = ReadonlyMap<string, Leaf | undefined>

/** Undefined when nothing is left: git keeps no empty folder. */
function changeFolder(objects: ObjectStore, base: string | undefined, changes: Changes): string | undefined {
  const entries = base === undefined ? new Map<string, Leaf>() : readFolder(objects, base)
  const below = new Map<string, Map<string, Leaf | undefined>>()
  for (const [path, leaf] of changes) {
    const slash = path.indexOf('/')
    const name = slash < 0 ? path : path.slice(0, slash)
    if (slash >= 0)
      below.set(name, (below.get(name) ?? new Map<string, Leaf | undefined>()).set(path.slice(slash + 1), leaf))
    else {
      // Whatever this takes the place of goes with all that is below it.
      below.delete(name)
      if (leaf) entries.set(name, leaf)
      else entries.delete(name)
    }
  }
  for (const [name, inner] of below) {
    const before = entries.get(name)
    const isFolder = before?.mode === folderMode
    const sha = changeFolder(objects, isFolder ? before.sha : undefined, inner)
    if (sha !== undefined) entries.set(name, {mode: folderMode, sha})
    else if (isFolder) entries.delete(name)
  }
  return entries.size === 0 ? undefined : writeFolder(objects, entries)
}

function writeFile(objects: ObjectStore, content: FileContent): Leaf | undefined {
  if (content === null) return undefined
  const blob = (mode: string, data: string | Buffer): Leaf => ({mode, sha: objects.write('blob', Buffer.from(data))})
  if (typeof content === 'string') return blob('100644', content)
  if ('link' in content) return blob('120000', content.link)
  if ('executable' in content) return blob('100755', content.executable)
  return blob('100644', Buffer.from(content.base64, 'base64'))
}
