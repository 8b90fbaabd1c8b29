/** One bare git repository: writing commits and refs. Everything is real, so every SHA is what git computes. */

import {mkdir, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {isAncestor, type Sign, type Signature, writeCommit} from './commits.ts'
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
  readonly sign?: Sign | undefined
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
    const {clean, tree} = await this.attemptMerge(ours, theirs)
    return clean ? tree : undefined
  }

  /** The tree that git leaves behind, conflict markers included, and the files that they stand in. */
  async attemptMerge(ours: string, theirs: string): Promise<AttemptedMerge> {
    // Where one side did nothing, the merge is the other.
    const done = this.isAncestor(ours, theirs) ? theirs : this.isAncestor(theirs, ours) ? ours : undefined
    if (done !== undefined) return {clean: true, tree: this.objects.peel(done, 'tree') ?? '', conflicts: []}
    return mergeInGit(this.folder, ours, theirs)
  }

  /** What the step from one tree to another makes of a third, or undefined when it conflicts there. */
  async replayTree(step: {readonly from: string | undefined; readonly to: string}, onto: string) {
    const from = step.from ?? changeTree(this.objects, undefined, {})
    if (onto === from) return step.to
    if (onto === step.to || step.to === from) return onto
    // Two commits that part at the one the step begins with: to git this is a merge like any other.
    const start = this.#aside(from, [])
    const {clean, tree} = await mergeInGit(this.folder, this.#aside(onto, [start]), this.#aside(step.to, [start]))
    return clean ? tree : undefined
  }

  #aside(tree: string, parents: readonly string[]): string {
    const nobody = {name: 'nobody', email: '', date: '1970-01-01T00:00:00Z'}
    return writeCommit(this.objects, {tree, parents, author: nobody, committer: nobody, message: 'Replay'})
  }
}

export interface AttemptedMerge {
  readonly clean: boolean
  readonly tree: string
  readonly conflicts: readonly string[]
}

async function mergeInGit(folder: string, ours: string, theirs: string): Promise<AttemptedMerge> {
  const forms = ['--write-tree', '--no-messages', '--name-only', '-z']
  const answer = await runGit(folder, ['merge-tree', ...forms, ours, theirs])
  if (answer.code !== 0 && answer.code !== 1)
    throw new Error(`git merge-tree ended with ${answer.code}: ${answer.stderr.trim()}`)
  const [tree = '', ...conflicts] = answer.stdout.toString().split('\0')
  return {clean: answer.code === 0, tree, conflicts: conflicts.filter((path) => path !== '')}
}
