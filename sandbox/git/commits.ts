/** Commits: reading and writing them, and which of them come before which. */

import {printEpoch} from '../clock.ts'
import type {GitObject, ObjectStore} from './objects.ts'

/** Who a commit says it is from: free text, as git takes it. */
export interface Signature {
  readonly name: string
  readonly email: string
  /** Any time that a Date understands; forged ones are welcome. */
  readonly date: string
}

export interface CommitInfo {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
  readonly seal: Seal | undefined
}

/** What `git commit -S` adds: the signature, and the commit without it, which is what was signed. */
export interface Seal {
  readonly signature: string
  readonly payload: string
}

const parsed = new WeakMap<GitObject, CommitInfo>()

/** Undefined for what is no commit. */
export function readCommit(objects: ObjectStore, name: string): CommitInfo | undefined {
  const sha = objects.peel(name, 'commit')
  const object = sha === undefined ? undefined : objects.read(sha)
  if (sha === undefined || !object) return undefined
  const commit = parsed.get(object) ?? parseCommit(sha, object.body.toString())
  parsed.set(object, commit)
  return commit
}

function parseCommit(sha: string, text: string): CommitInfo {
  const end = text.indexOf('\n\n')
  const head = text.slice(0, end).split('\n')
  const values = (name: string): readonly string[] =>
    head.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0]),
    committer: parseSignature(values('committer')[0]),
    message: text.slice(end + 2).replace(/\n+$/, ''),
    seal: parseSeal(head, text.slice(end)),
  }
}

/** A header of several lines: each that follows the first begins with a space. */
function parseSeal(head: readonly string[], rest: string): Seal | undefined {
  const start = head.findIndex((line) => line.startsWith(sealHeader))
  if (start < 0) return undefined
  const length = head.slice(start + 1).findIndex((line) => !line.startsWith(' '))
  const end = length < 0 ? head.length : start + 1 + length
  const signature = head.slice(start, end).map((line, index) => line.slice(index === 0 ? sealHeader.length : 1))
  return {signature: signature.join('\n'), payload: [...head.slice(0, start), ...head.slice(end)].join('\n') + rest}
}

const sealHeader = 'gpgsig '

function parseSignature(line = ''): Signature {
  const [, name = '', email = '', seconds = '0'] = /^([^<]*?)[ \t]*<([^>]*)>(?: (\d+) )?/.exec(line) ?? []
  return {name, email, date: printEpoch(Number(seconds))}
}

export type CommitParts = Pick<CommitInfo, 'tree' | 'parents' | 'author' | 'committer' | 'message'> & {
  readonly sign?: Sign | undefined
}

/** Makes the signature of a commit's bytes. */
export type Sign = (payload: string) => string

export function writeCommit(objects: ObjectStore, commit: CommitParts): string {
  const head = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${printSignature(commit.author)}`,
    `committer ${printSignature(commit.committer)}`,
  ]
  const print = (lines: readonly string[]): string => `${lines.join('\n')}\n\n${commit.message}`
  // The signature stands among the headers, so the SHA covers it.
  const seal = commit.sign === undefined ? [] : [sealHeader + commit.sign(print(head)).replaceAll('\n', '\n ')]
  return objects.write('commit', Buffer.from(print([...head, ...seal])))
}

/** git itself drops these characters from names; left in, they would end the line. */
const printName = (text: string): string => text.replaceAll(/[<>\n\0]/g, '')

function printSignature({name, email, date}: Signature): string {
  const seconds = Math.floor(new Date(date).getTime() / 1000)
  if (Number.isNaN(seconds)) throw new Error(`${JSON.stringify(date)} is no time for a commit`)
  return `${printName(name)} <${printName(email)}> ${seconds} +0000`
}

/** A commit and all that came before it. */
function pastOf(objects: ObjectStore, head: string): ReadonlySet<string> {
  const past = new Set<string>()
  const open = [head]
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    if (past.has(sha)) continue
    past.add(sha)
    open.push(...(readCommit(objects, sha)?.parents ?? []))
  }
  return past
}

export const isAncestor = (objects: ObjectStore, older: string, newer: string): boolean =>
  pastOf(objects, newer).has(older)

export interface Ends {
  readonly base: string
  readonly head: string
}

export function countApart(objects: ObjectStore, ends: Ends): {readonly ahead: number; readonly behind: number} {
  const ahead = without(pastOf(objects, ends.head), pastOf(objects, ends.base)).size
  const behind = without(pastOf(objects, ends.base), pastOf(objects, ends.head)).size
  return {ahead, behind}
}

const without = (all: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...all].filter((sha) => !others.has(sha)))

/** The newest commits that both have; more than one where merges went crosswise. */
export function commonAncestors(objects: ObjectStore, {base, head}: Ends): readonly string[] {
  const past = pastOf(objects, head)
  const common = [...pastOf(objects, base)].filter((sha) => past.has(sha))
  const below = new Set(common.flatMap((sha) => readCommit(objects, sha)?.parents ?? []))
  return common.filter((sha) => !below.has(sha))
}

/** The commits of `head` that `base` does not have, in the order of `git log --topo-order`: each before its parents. */
export function commitsBetween(objects: ObjectStore, {base, head}: Ends): readonly CommitInfo[] {
  const wanted = without(pastOf(objects, head), pastOf(objects, base))
  const parentsOf = (sha: string): readonly string[] =>
    readCommit(objects, sha)?.parents.filter((parent) => wanted.has(parent)) ?? []
  const children = new Map<string, number>()
  for (const parent of [...wanted].flatMap(parentsOf)) children.set(parent, (children.get(parent) ?? 0) + 1)
  const ordered: CommitInfo[] = []
  const ready = wanted.has(head) ? [head] : []
  for (let sha = ready.pop(); sha !== undefined; sha = ready.pop()) {
    const commit = readCommit(objects, sha)
    if (commit) ordered.push(commit)
    for (const parent of parentsOf(sha)) {
      const left = (children.get(parent) ?? 0) - 1
      children.set(parent, left)
      if (left === 0) ready.push(parent)
    }
  }
  return ordered
}
