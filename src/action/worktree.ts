/** Compares the files of a checkout with a commit's tree by hashing them here: git's index may lie, and its filters run. */
import {type Stats, lstatSync, readlinkSync} from 'node:fs'
import {dirname} from 'node:path/posix'
import {compareFile, hashOfName, nameBlob} from './blob.ts'
import type {GitRepository, IndexEntry, TreeEntry} from './git.ts'

export interface TreeDifference {
  readonly differences: readonly Difference[]
  /** What was not compared, or not byte by byte, in sentences for the summary. */
  readonly unseen: readonly string[]
}

export interface Difference {
  readonly path: string
  readonly how: string
}

export async function compareTree(repository: GitRepository, commit: string): Promise<TreeDifference> {
  const comparison = new Comparison(process.platform !== 'win32')
  await comparison.compare(repository, commit)
  return comparison.result()
}

class Comparison {
  /** Windows has neither an executable bit nor, mostly, symbolic links. */
  readonly #posix: boolean
  readonly #differences: Difference[] = []
  #leftOut = 0
  #crlf = 0

  constructor(posix: boolean) {
    this.#posix = posix
  }

  result(): TreeDifference {
    const unseen = [
      ...(this.#leftOut > 0 ? [`${this.#leftOut} tracked files are left out of this checkout (sparse checkout)`] : []),
      ...(this.#crlf > 0 ? [`${this.#crlf} text files have CRLF line endings where the commit has LF`] : []),
    ]
    return {differences: this.#differences, unseen}
  }

  async compare(repository: GitRepository, commit: string): Promise<void> {
    const [entries, index] = await Promise.all([repository.readTree(commit), repository.readIndex()])
    const folders = new RealFolders(repository.root)
    for (const entry of entries) {
      if (entry.mode === '160000') await this.#compareSubmodule(repository, entry)
      else this.#compareEntry(folders, entry, index.get(entry.path))
    }
    const committed = new Set(entries.map(({path}) => path))
    for (const path of index.keys()) if (!committed.has(path)) this.#differs(path, 'is staged and not in the commit')
  }

  /** Not fetched: there is nothing of it to deploy. Fetched: its HEAD is the commit that the tree names, and so on down. */
  async #compareSubmodule(repository: GitRepository, {path, object}: TreeEntry): Promise<void> {
    if (lstat(bytesOf(repository.root, `${path}/.git`)) === undefined) return
    const submodule = repository.below(printable(path))
    const head = await submodule.readHead()
    if (head === object) await this.compare(submodule, object)
    else this.#differs(path, `is the submodule at ${head}`)
  }

  #compareEntry(folders: RealFolders, entry: TreeEntry, indexed: IndexEntry | undefined): void {
    const stat = folders.has(entry.path) ? lstat(bytesOf(folders.root, entry.path)) : undefined
    if (stat !== undefined) {
      this.#comparePresent(folders.root, entry, stat)
      return
    }
    if (indexed?.skipWorktree === true) this.#leftOut += 1
    else this.#differs(entry.path, 'is missing')
  }

  #comparePresent(root: string, {path, mode, object}: TreeEntry, stat: Stats): void {
    const at = bytesOf(root, path)
    if (stat.isSymbolicLink()) {
      const same = mode === '120000' && nameBlob(readlinkSync(at, 'buffer'), hashOfName(object)) === object
      if (!same) this.#differs(path, 'is another symbolic link')
      return
    }
    if (!stat.isFile() || (mode === '120000' && this.#posix)) {
      this.#differs(path, 'is another kind of file')
      return
    }
    const verdict = compareFile({path: at, size: stat.size}, object)
    if (verdict === 'other') {
      this.#differs(path, 'has other content')
      return
    }
    if (verdict === 'converted to CRLF') this.#crlf += 1
    if (this.#posix && ((stat.mode & 0o100) !== 0) !== (mode === '100755')) this.#differs(path, 'has another mode')
  }

  #differs(path: string, how: string): void {
    this.#differences.push({path: printable(path), how})
  }
}

/** A path in git is bytes; here it is text with one character a byte, so that no name is lost. */
const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
const printable = (path: string): string => Buffer.from(path, 'latin1').toString('utf8')

const lstat = (path: Buffer): Stats | undefined => lstatSync(path, {throwIfNoEntry: false})

/** A folder that was replaced by a symbolic link holds somebody else's files: git calls those below it deleted. */
class RealFolders {
  readonly root: string
  readonly #known = new Map<string, boolean>([['.', true]])

  constructor(root: string) {
    this.root = root
  }

  /** Whether every folder above `path` is one. */
  has(path: string): boolean {
    const folder = dirname(path)
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const real = this.has(folder) && lstat(bytesOf(this.root, folder))?.isDirectory() === true
    this.#known.set(folder, real)
    return real
  }
}
