/** One bare git repository: writing commits and refs. Everything is real, so every SHA is what git computes. */

import {mkdir, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {isAncestor, type Signature, writeCommit} from './commits.ts'
import {fullSha, ObjectStore} from './objects.ts'
import {readRef, writeRef} from './refs.ts'
import {git, isPlainName, revParse, runGit} from './run.ts'
import {changeTree, type Files} from './trees.ts'

export type {FileContent} from './trees.ts'

export interface NewCommit {
  /** Pointed at it, where one is given. */
  readonly ref: string | undefined
  /** Whatever names a commit; `:n` is the n-th of the same writing. */
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Signature
  readonly committer: Signature
  /** The tree to record instead of the first parent's with `files` put on top. */
  readonly tree?: string
  readonly files: Files
}

/** As on GitHub, any commit can be fetched by its SHA. */
const configuration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[uploadpack]\n\tallowAnySHA1InWant = true\n'

export class GitRepository {
  readonly folder: string
  readonly objects: ObjectStore

  private constructor(folder: string, objects: ObjectStore) {
    this.folder = folder
    this.objects = objects
  }

  /** A fork shares its parent's objects, as on GitHub: the parent's API shows a fork's commit by its SHA. */
  static async create(folder: string, parent?: GitRepository): Promise<GitRepository> {
    await mkdir(join(folder, 'refs', 'heads'), {recursive: true})
    if (parent) await symlink(join(parent.folder, 'objects'), join(folder, 'objects'))
    else await mkdir(join(folder, 'objects'), {recursive: true})
    await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n')
    await writeFile(join(folder, 'config'), configuration)
    return new GitRepository(folder, parent?.objects ?? new ObjectStore(folder))
  }

  /** One that is there already. */
  static at(folder: string): GitRepository {
    return new GitRepository(folder, new ObjectStore(folder))
  }

  /** Writes commits, the oldest first. */
  async write(commits: readonly NewCommit[]): Promise<readonly string[]> {
    const written: string[] = []
    for (const {parents: named, files, ...commit} of commits) {
      const parents = await Promise.all(named.map((name) => this.#parent(name, written)))
      const base = parents[0] === undefined ? undefined : this.objects.peel(parents[0], 'tree')
      const tree = changeTree(this.objects, commit.tree ?? base, files)
      written.push(writeCommit(this.objects, {...commit, parents, tree}))
    }
    // Who sees the ref finds all that is behind it.
    for (const [index, {ref}] of commits.entries())
      if (ref !== undefined) await this.pointRef(ref, written[index] ?? '')
    return written
  }

  async #parent(name: string, written: readonly string[]): Promise<string> {
    const sha = name.startsWith(':') ? written[Number(name.slice(1)) - 1] : await this.resolve(name)
    if (sha === undefined) throw new Error(`there is no commit ${name} to build on`)
    return sha
  }

  /** The commit that a branch name, tag, full ref or (abbreviated) SHA stands for. */
  async resolve(name: string): Promise<string | undefined> {
    if (!isPlainName(name)) return undefined
    const held = this.ref(`refs/heads/${name}`) ?? this.ref(`refs/tags/${name}`) ?? name
    return fullSha.test(held) ? this.objects.peel(held, 'commit') : await revParse(this.folder, `${name}^{commit}`)
  }

  branch(name: string): string | undefined {
    return this.ref(`refs/heads/${name}`)
  }

  ref(name: string): string | undefined {
    const held = readRef(this.folder, name)
    return held && this.objects.peel(held)
  }

  async pointRef(ref: string, sha: string): Promise<void> {
    if (this.objects.peel(sha, 'commit') === undefined) throw new Error(`${ref} cannot point at ${sha}: no such commit`)
    await writeRef(this.folder, {name: ref, sha})
  }

  async deleteRef(ref: string): Promise<void> {
    await git(this.folder, ['update-ref', '-d', ref])
  }

  isAncestor(older: string, newer: string): boolean {
    return isAncestor(this.objects, older, newer)
  }

  /** The tree that a clean merge gives, or undefined when it conflicts. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    // Where one side did nothing, the merge is the other.
    if (this.isAncestor(ours, theirs)) return this.objects.peel(theirs, 'tree')
    if (this.isAncestor(theirs, ours)) return this.objects.peel(ours, 'tree')
    const answer = await runGit(this.folder, ['merge-tree', '--write-tree', '--no-messages', ours, theirs])
    if (answer.code === 0) return answer.stdout.toString().trim()
    if (answer.code === 1) return undefined
    throw new Error(`git merge-tree ended with ${answer.code}: ${answer.stderr.trim()}`)
  }
}
