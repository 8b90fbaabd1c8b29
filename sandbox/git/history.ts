/** Reading a git repository: commits, differences, trees and files, as GitHub's answers need them. */

import {printEpoch} from '../clock.ts'
import type {GitRepository} from './repository.ts'
import {git, runGit} from './run.ts'

export interface CommitInfo {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: PersonStamp
  readonly committer: PersonStamp
  readonly message: string
}

export interface PersonStamp {
  readonly name: string
  readonly email: string
  readonly date: string
}

export interface FileChange {
  readonly path: string
  readonly previousPath: string | undefined
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  readonly sha: string
  readonly additions: number
  readonly deletions: number
  readonly patch: string | undefined
}

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  readonly size: number | undefined
}

const commitFormat = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x00')
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** Commits of a range, newest first as git walks them. */
export async function readCommits(repository: GitRepository, range: readonly string[]): Promise<readonly CommitInfo[]> {
  return parseCommits(await git(repository.folder, [...logCommand, ...range, '--']))
}

/** Undefined for what is no commit. */
export async function readCommit(repository: GitRepository, sha: string): Promise<CommitInfo | undefined> {
  const answer = await runGit(repository.folder, [...logCommand, '-1', `${sha}^{commit}`, '--'])
  return answer.code === 0 ? parseCommits(answer.stdout)[0] : undefined
}

const logCommand = ['log', '-z', '--topo-order', `--format=tformat:${commitFormat}`]

function parseCommits(out: Buffer): readonly CommitInfo[] {
  const fields = out.toString().split('\0')
  const commits: CommitInfo[] = []
  for (let at = 0; at + 9 < fields.length; at += 10) commits.push(parseCommit(fields.slice(at, at + 10)))
  return commits
}

function parseCommit(fields: readonly string[]): CommitInfo {
  const [sha = '', tree = '', parents = '', an = '', ae = '', at = '', cn = '', ce = '', ct = '', message = ''] = fields
  return {
    sha,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: {name: an, email: ae, date: printEpoch(Number(at))},
    committer: {name: cn, email: ce, date: printEpoch(Number(ct))},
    message: message.replace(/\n+$/, ''),
  }
}

export async function mergeBase(repository: GitRepository, one: string, other: string): Promise<string | undefined> {
  const answer = await runGit(repository.folder, ['merge-base', one, other])
  return answer.code === 0 ? answer.stdout.toString().trim() : undefined
}

export async function countApart(repository: GitRepository, base: string, head: string) {
  const out = await git(repository.folder, ['rev-list', '--left-right', '--count', `${base}...${head}`])
  const [behind = '0', ahead = '0'] = out.toString().trim().split('\t')
  return {ahead: Number(ahead), behind: Number(behind)}
}

/** What changes between two commits; from undefined it is everything, as for a root commit. */
export async function readChanges(repository: GitRepository, from: string | undefined, to: string) {
  const range = ['-M', '--no-ext-diff', '--full-index', from ?? emptyTree, to, '--']
  const [summary, patches] = await Promise.all([
    git(repository.folder, ['diff-tree', '-r', '-z', '--raw', '--numstat', ...range]),
    git(repository.folder, ['-c', 'core.quotePath=false', 'diff-tree', '-r', '-p', ...range]),
  ])
  return joinChanges(summary.toString().split('\0'), splitPatches(patches.toString()))
}

const statusWords: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
}

type RawChange = Pick<FileChange, 'path' | 'previousPath' | 'status' | 'sha'>

/** git prints all `:raw` records first, then the counts in the same order; a rename has two paths in both. */
function joinChanges(fields: readonly string[], patches: readonly (string | undefined)[]): readonly FileChange[] {
  const raws: RawChange[] = []
  const counts: {readonly additions: number; readonly deletions: number}[] = []
  for (let at = 0; at < fields.length;) {
    const field = fields[at] ?? ''
    if (field.startsWith(':')) {
      const [, , before = '', after = '', letter = ''] = field.split(' ')
      const status = statusWords[letter.slice(0, 1)] ?? 'changed'
      const renamed = status === 'renamed' || status === 'copied'
      const path = fields[at + (renamed ? 2 : 1)] ?? ''
      const sha = status === 'removed' ? before : after
      raws.push({path, previousPath: renamed ? fields[at + 1] : undefined, status, sha})
      at += renamed ? 3 : 2
    } else if (field === '') at += 1
    else {
      const [additions = '', deletions = '', path = ''] = field.split('\t')
      counts.push({additions: Number(additions) || 0, deletions: Number(deletions) || 0})
      at += path === '' ? 3 : 1
    }
  }
  return raws.map((raw, index) => ({
    ...raw,
    additions: counts[index]?.additions ?? 0,
    deletions: counts[index]?.deletions ?? 0,
    patch: patches[index],
  }))
}

function splitPatches(text: string): readonly (string | undefined)[] {
  return text
    .split(/^diff --git /m)
    .slice(1)
    .map((part) => {
      const start = part.search(/^@@ /m)
      return start < 0 ? undefined : part.slice(start).replace(/\n$/, '')
    })
}

export async function readTree(repository: GitRepository, tree: string, recursive: boolean) {
  const flags = recursive ? ['-r', '-t'] : []
  const answer = await runGit(repository.folder, ['ls-tree', '-z', '-l', ...flags, tree])
  if (answer.code !== 0) return undefined
  return answer.stdout.toString().split('\0').filter(Boolean).map(parseTreeEntry)
}

function parseTreeEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = ''] = line.slice(0, tab).split(/ +/)
  const kind = type === 'tree' || type === 'commit' ? type : 'blob'
  return {path: line.slice(tab + 1), mode, type: kind, sha, size: size === '-' ? undefined : Number(size)}
}

export async function readBlob(repository: GitRepository, sha: string): Promise<Buffer> {
  return git(repository.folder, ['cat-file', 'blob', sha])
}

/** The tree that a tree's or a commit's SHA, or a branch, stands for. */
export async function resolveTree(repository: GitRepository, name: string): Promise<string | undefined> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/.test(name) || name.includes('..')) return undefined
  const answer = await runGit(repository.folder, ['rev-parse', '--verify', '--quiet', `${name}^{tree}`])
  return answer.code === 0 ? answer.stdout.toString().trim() : undefined
}
