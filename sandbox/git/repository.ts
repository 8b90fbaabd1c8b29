/** One bare git repository: writing commits and refs. Everything is real, so every SHA is what git computes. */

import {mkdir, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {git, runGit} from './run.ts'

/** Who a commit says it is from: free text, as git takes it. */
export interface Signature {
  readonly name: string
  readonly email: string
  /** Any time that a Date understands; forged ones are welcome. */
  readonly date: string
}

/** Text, or null to remove the file; `link` makes a symbolic link, `executable` sets the bit. */
export type FileContent =
  string | null | {readonly link: string} | {readonly executable: string} | {readonly base64: string}

export interface NewCommit {
  readonly ref: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Signature
  readonly committer: Signature
  /** The tree to record instead of the first parent's with `files` put on top. */
  readonly tree?: string
  readonly files: Readonly<Record<string, FileContent>>
}

/** As on GitHub, any commit can be fetched by its SHA. */
const configuration =
  '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[uploadpack]\n\tallowAnySHA1InWant = true\n'

export class GitRepository {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** A fork shares its parent's objects, as on GitHub: the parent's API shows a fork's commit by its SHA. */
  static async create(folder: string, parent?: GitRepository): Promise<GitRepository> {
    await mkdir(join(folder, 'refs', 'heads'), {recursive: true})
    if (parent) await symlink(join(parent.folder, 'objects'), join(folder, 'objects'))
    else await mkdir(join(folder, 'objects'), {recursive: true})
    await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n')
    await writeFile(join(folder, 'config'), configuration)
    return new GitRepository(folder)
  }

  /** Writes commits in one go; the parent `:n` is the n-th of them. */
  async write(commits: readonly NewCommit[]): Promise<readonly string[]> {
    const stream = commits.map((commit, index) => printCommit(commit, index + 1)).join('')
    const out = await git(
      this.folder,
      ['fast-import', '--quiet', '--force', '--date-format=raw'],
      Buffer.from(stream, 'latin1'),
    )
    return out.toString().trim().split('\n')
  }

  /** The commit that a branch name, tag, full ref or (abbreviated) SHA stands for. */
  async resolve(name: string): Promise<string | undefined> {
    // A name is never an option and never a revision expression.
    if (!/^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/.test(name) || name.includes('..')) return undefined
    for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
      const answer = await runGit(this.folder, ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`])
      if (answer.code === 0) return answer.stdout.toString().trim()
    }
    return undefined
  }

  branch(name: string): Promise<string | undefined> {
    return this.ref(`refs/heads/${name}`)
  }

  async ref(name: string): Promise<string | undefined> {
    const answer = await runGit(this.folder, ['rev-parse', '--verify', '--quiet', `${name}^{}`])
    return answer.code === 0 ? answer.stdout.toString().trim() : undefined
  }

  async pointRef(ref: string, sha: string): Promise<void> {
    await git(this.folder, ['update-ref', ref, sha])
  }

  async deleteRef(ref: string): Promise<void> {
    await git(this.folder, ['update-ref', '-d', ref])
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await runGit(this.folder, ['merge-base', '--is-ancestor', older, newer])).code === 0
  }

  /** The tree that a clean merge gives, or undefined when it conflicts. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    const answer = await runGit(this.folder, ['merge-tree', '--write-tree', '--no-messages', ours, theirs])
    if (answer.code === 0) return answer.stdout.toString().trim()
    if (answer.code === 1) return undefined
    throw new Error(`git merge-tree ended with ${answer.code}: ${answer.stderr.trim()}`)
  }
}

/** The import stream is bytes, held in a string with one character a byte so that text and binary files mix. */
const bytes = (content: string | Buffer): string =>
  (typeof content === 'string' ? Buffer.from(content) : content).toString('latin1')

function printCommit(commit: NewCommit, mark: number): string {
  const [from, ...merges] = commit.parents
  return [
    from === undefined ? `reset ${bytes(commit.ref)}\n` : '',
    `commit ${bytes(commit.ref)}\nmark :${mark}\n`,
    `author ${printSignature(commit.author)}\ncommitter ${printSignature(commit.committer)}\n`,
    printData(commit.message),
    from === undefined ? '' : `from ${from}\n`,
    ...merges.map((parent) => `merge ${parent}\n`),
    commit.tree === undefined ? '' : `M 040000 ${commit.tree} ""\n`,
    ...Object.entries(commit.files).map(([path, content]) => printFile(path, content)),
    `\nget-mark :${mark}\n`,
  ].join('')
}

function printFile(path: string, content: FileContent): string {
  const quoted = `"${bytes(path).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  if (content === null) return `D ${quoted}\n`
  if (typeof content === 'string') return `M 100644 inline ${quoted}\n${printData(content)}`
  if ('link' in content) return `M 120000 inline ${quoted}\n${printData(content.link)}`
  if ('executable' in content) return `M 100755 inline ${quoted}\n${printData(content.executable)}`
  return `M 100644 inline ${quoted}\n${printData(Buffer.from(content.base64, 'base64'))}`
}

function printData(content: string | Buffer): string {
  const data = bytes(content)
  return `data ${data.length}\n${data}\n`
}

/** git itself drops these characters from names; left in, they would end the line. */
const printName = (text: string): string => bytes(text).replaceAll(/[<>\n\0]/g, '')

const printSignature = (who: Signature): string =>
  `${printName(who.name)} <${printName(who.email)}> ${Math.floor(new Date(who.date).getTime() / 1000)} +0000`
