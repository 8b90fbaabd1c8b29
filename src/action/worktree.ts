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
  const tally: Tally = {differences: [], leftOut: 0, crlf: 0}
  await new Comparison(repository, tally, '').compare(commit)
  const unseen = [
    ...(tally.leftOut > 0 ? [`${tally.leftOut} tracked files are left out of this checkout (sparse checkout)`] : []),
    ...(tally.crlf > 0 ? [`${tally.crlf} text files have CRLF line endings where the commit has LF`] : []),
  ]
  return {differences: tally.differences, unseen}
}

interface Tally {
  readonly differences: Difference[]
  leftOut: number
  crlf: number
}

/** Windows has neither an executable bit nor, mostly, symbolic links. */
const posix = process.platform !== 'win32'

/** One repository: the checkout itself, or a submodule in it, whose paths begin with `prefix`. */
class Comparison {
  readonly #repository: GitRepository
  readonly #tally: Tally
  readonly #prefix: string
  readonly #folders: RealFolders

  constructor(repository: GitRepository, tally: Tally, prefix: string) {
    this.#repository = repository
    this.#tally = tally
    this.#prefix = prefix
    this.#folders = new RealFolders(repository.root)
  }

  async compare(commit: string): Promise<void> {
    const [entries, index] = await Promise.all([this.#repository.readTree(commit), this.#repository.readIndex()])
    for (const entry of entries) {
      if (entry.mode === '160000') await this.#compareSubmodule(entry)
      else this.#compareEntry(entry, index.get(entry.path))
    }
    const committed = new Set(entries.map(({path}) => path))
    for (const path of index.keys()) if (!committed.has(path)) this.#differs(path, 'is staged and not in the commit')
  }

  /** Not fetched: there is nothing of it to deploy. Fetched: its HEAD is the commit that the tree names, and so on down. */
  async #compareSubmodule({path, object}: TreeEntry): Promise<void> {
    if (lstat(this.#at(`${path}/.git`)) === undefined) return
    const submodule = this.#repository.below(printable(path))
    const head = await submodule.readHead()
    if (head === object) await new Comparison(submodule, this.#tally, `${this.#prefix}${path}/`).compare(object)
    else this.#differs(path, `is the submodule at ${head}`)
  }

  #compareEntry(entry: TreeEntry, indexed: IndexEntry | undefined): void {
    const stat = this.#folders.has(entry.path) ? lstat(this.#at(entry.path)) : undefined
    const how = stat === undefined ? 'is missing' : this.#compareContent(entry, stat)
    if (stat === undefined && indexed?.skipWorktree === true) this.#tally.leftOut += 1
    else if (how !== undefined) this.#differs(entry.path, how)
  }

  #compareContent({path, mode, object}: TreeEntry, stat: Stats): string | undefined {
    if (stat.isSymbolicLink()) {
      const same = mode === '120000' && nameBlob(readlinkSync(this.#at(path), 'buffer'), hashOfName(object)) === object
      return same ? undefined : 'is another symbolic link'
    }
    if (!stat.isFile() || (mode === '120000' && posix)) return 'is another kind of file'
    const verdict = compareFile({path: this.#at(path), size: stat.size}, object)
    if (verdict === 'other') return 'has other content'
    if (verdict === 'unreadable') return 'cannot be read'
    if (verdict === 'converted to CRLF') this.#tally.crlf += 1
    return posix && ((stat.mode & 0o100) !== 0) !== (mode === '100755') ? 'has another mode' : undefined
  }

  #at(path: string): Buffer {
    return bytesOf(this.#repository.root, path)
  }

  #differs(path: string, how: string): void {
    this.#tally.differences.push({path: printable(this.#prefix + path), how})
  }
}

/** A path in git is bytes; here it is text with one character a byte, so that no name is lost. */
const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
const printable = (path: string): string => Buffer.from(path, 'latin1').toString('utf8')

const lstat = (path: Buffer): Stats | undefined => lstatSync(path, {throwIfNoEntry: false})

/** A folder that was replaced by a symbolic link holds somebody else's files: git calls those below it deleted. */
class RealFolders {
  readonly #root: string
  readonly #known = new Map<string, boolean>([['.', true]])

  constructor(root: string) {
    this.#root = root
  }

  /** Whether every folder above `path` is one. */
  has(path: string): boolean {
    const folder = dirname(path)
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const real = this.has(folder) && lstat(bytesOf(this.#root, folder))?.isDirectory() === true
    this.#known.set(folder, real)
    return real
  }
}
