/** Compares the files of a checkout with a signed tree by hashing them here: git's index and objects may lie, and its filters run. */
import {type Stats, readFileSync, readdirSync, readlinkSync} from 'node:fs'
import {compareFile, hashOfName, maxTextBytes, nameBlob} from './blob.ts'
import {readCommitTree} from './commit-tree.ts'
import {Tally} from './comparison-tally.ts'
import {type Attributes, convert} from './conversion.ts'
import {withExactModes} from './exact-modes.ts'
import type {GitRepository, IndexEntry} from './git.ts'
import type {Tell, WantedCheckout} from '../gate/ports.ts'
import {RealFolders, bytesOf, lstat, printable} from './paths.ts'
import {type TreeEntry, type TreeNames, isFolder, nameTrees} from './tree-name.ts'
import {walk} from './walk.ts'

export type TreeComparison =
  | {readonly kind: 'compared'; readonly differences: Tally['differences']; readonly unseen: readonly string[]}
  | ListedOtherwise

/** Git lists other files than those that make the tree. `folder`: the object under its name is not that folder. */
export interface ListedOtherwise {
  readonly kind: 'listed otherwise'
  readonly root: string
  readonly folder: string | undefined
}

export async function compareTree(
  repository: GitRepository,
  wanted: WantedCheckout,
  tell: Tell,
): Promise<TreeComparison> {
  const tally = new Tally(tell)
  const lie = await new Comparison(repository, tally, '').compare(wanted)
  return lie ?? {kind: 'compared', differences: tally.differences, unseen: tally.unseen()}
}

/** Windows has neither an executable bit nor, mostly, symbolic links: there mode and kind are git's word. */
const posix = process.platform !== 'win32'

/** One repository: the checkout itself, or a submodule in it, whose paths begin with `prefix`. */
class Comparison {
  readonly #repository: GitRepository
  readonly #tally: Tally
  readonly #prefix: string
  readonly #folders: RealFolders
  /** Files that are not the blob's bytes: perhaps git converts them. */
  readonly #doubtful: TreeEntry[] = []

  constructor(repository: GitRepository, tally: Tally, prefix: string) {
    this.#repository = repository
    this.#tally = tally
    this.#prefix = prefix
    this.#folders = new RealFolders(repository.root)
  }

  async compare({sha, tree}: WantedCheckout): Promise<ListedOtherwise | undefined> {
    const [listed, index] = await Promise.all([this.#repository.readTree(sha), this.#repository.readIndex()])
    const names = await this.#nameTrees(listed, tree)
    const root = names.get('') ?? ''
    // From here on, what git listed is what was signed: another mode, name or blob had made another root.
    if (root !== tree) return {kind: 'listed otherwise', root, folder: findPoisoned(listed, names)}
    const entries = listed.filter(({mode}) => !isFolder(mode))
    for (const entry of entries) {
      if (entry.mode === '160000') await this.#compareSubmodule(entry, index.get(entry.path))
      else this.#compareEntry(entry, index.get(entry.path))
    }
    await this.#compareDoubtful()
    this.#countOthers(entries, index)
    return undefined
  }

  async #nameTrees(listed: readonly TreeEntry[], tree: string): Promise<TreeNames> {
    const hash = hashOfName(tree)
    const names = nameTrees(listed, hash)
    if (names.get('') === tree) return names
    return nameTrees(await withExactModes(this.#repository, listed, {tree, names}), hash)
  }

  /** The submodule's own files at the commit that the tree names, and so on down; or nothing at all, which is said. */
  async #compareSubmodule(entry: TreeEntry, indexed: IndexEntry | undefined): Promise<void> {
    const stat = this.#lstat(entry.path)
    if (stat === undefined) this.#miss(entry, indexed)
    else if (!stat.isDirectory()) this.#differs(entry.path, 'is another kind of file')
    else if (lstat(this.#at(`${entry.path}/.git`)) !== undefined) await this.#compareFetched(entry)
    else if (readdirSync(this.#at(entry.path)).length === 0) this.#tally.pass('not fetched')
    else this.#differs(entry.path, 'is a submodule that was not fetched, and its folder holds files')
  }

  async #compareFetched({path, object}: TreeEntry): Promise<void> {
    const submodule = this.#repository.below(printable(path))
    const head = await submodule.readHead()
    if (head !== object) return this.#differs(path, `is the submodule at ${head}`)
    const tree = await readCommitTree(submodule, object)
    if (tree === undefined) return this.#differs(path, `is a submodule whose object ${object} is another commit`)
    const below = new Comparison(submodule, this.#tally, `${this.#prefix}${path}/`)
    const lie = await below.compare({sha: object, tree})
    if (lie !== undefined)
      this.#differs(path, `is a submodule whose files, as git lists them, make the tree ${lie.root}`)
  }

  #compareEntry(entry: TreeEntry, indexed: IndexEntry | undefined): void {
    const stat = this.#lstat(entry.path)
    if (stat === undefined) return this.#miss(entry, indexed)
    const how = this.#compareContent(entry, stat)
    if (how !== undefined) this.#differs(entry.path, how)
  }

  /** Left out is what is not there. What lies there behind a link that stands for a folder is somebody else's. */
  #miss({path}: TreeEntry, indexed: IndexEntry | undefined): void {
    const behindLink = lstat(this.#at(path)) !== undefined
    if (indexed?.skipWorktree === true && !behindLink) this.#tally.pass('left out')
    else this.#differs(path, behindLink ? 'lies behind a symbolic link' : 'is missing')
  }

  #compareContent(entry: TreeEntry, stat: Stats): string | undefined {
    const {path, mode, object} = entry
    if (stat.isSymbolicLink()) {
      const same = mode === '120000' && nameBlob(readlinkSync(this.#at(path), 'buffer'), hashOfName(object)) === object
      return same ? undefined : 'is another symbolic link'
    }
    if (!stat.isFile() || (mode === '120000' && posix)) return 'is another kind of file'
    if (posix && ((stat.mode & 0o100) !== 0) !== (mode === '100755')) return 'has another mode'
    const verdict = compareFile({path: this.#at(path), size: stat.size}, object)
    this.#tally.compared(stat.size)
    if (verdict === 'other') this.#doubtful.push(entry)
    if (verdict === 'converted to CRLF') this.#tally.pass('with CRLF')
    return verdict === 'unreadable' ? 'cannot be read' : undefined
  }

  /** Which attributes a file has is git's word; what they make of the blob is worked out here. */
  async #compareDoubtful(): Promise<void> {
    if (this.#doubtful.length === 0) return
    const attributes = await this.#repository.readAttributes(this.#doubtful.map(({path}) => path))
    for (const entry of this.#doubtful) {
      const set = attributes.get(entry.path) ?? {ident: false, encoding: undefined}
      const converts = set.ident || set.encoding !== undefined
      if (!converts) this.#differs(entry.path, 'has other content')
      else if (await this.#isConverted(entry, set)) this.#tally.pass('converted')
      else this.#differs(entry.path, 'is not what the attributes ident and working-tree-encoding make of it')
    }
  }

  async #isConverted({path, object}: TreeEntry, attributes: Attributes): Promise<boolean> {
    const blob = await this.#repository.readBlob(object)
    if (blob.length > maxTextBytes || nameBlob(blob, hashOfName(object)) !== object) return false
    const content = readFileSync(this.#at(path))
    return convert(blob, object, attributes).some((bytes) => bytes.equals(content))
  }

  /** What is staged would be in the next commit, not in this one; of the rest it is only said how many there are. */
  #countOthers(entries: readonly TreeEntry[], index: ReadonlyMap<string, IndexEntry>): void {
    const committed = new Set(entries.map(({path}) => path))
    for (const path of index.keys()) if (!committed.has(path)) this.#differs(path, 'is staged and not in the commit')
    for (const {path, kind} of walk(this.#repository.root, committed)) {
      if (kind !== 'repository' && !committed.has(path)) this.#tally.pass('untracked')
    }
  }

  #lstat(path: string): Stats | undefined {
    return this.#folders.has(path) ? lstat(this.#at(path)) : undefined
  }

  #at(path: string): Buffer {
    return bytesOf(this.#repository.root, path)
  }

  #differs(path: string, how: string): void {
    this.#tally.differs(this.#prefix + path, how)
  }
}

/** The lowest folder of which git says one name and lists what makes another: those above it differ because it does. */
function findPoisoned(listed: readonly TreeEntry[], names: TreeNames): string | undefined {
  const poisoned = listed.filter(({path, mode, object}) => isFolder(mode) && names.get(path) !== object)
  const lowest = poisoned.reduce<string | undefined>(
    (best, {path}) => (best !== undefined && best.length >= path.length ? best : path),
    undefined,
  )
  return lowest === undefined ? undefined : printable(lowest)
}
