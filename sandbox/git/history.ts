/** Questions to a repository, as GitHub's answers need them. All but the rarest are answered from its files. */

import * as commits from './commits.ts'
import {fullSha} from './objects.ts'
import type {GitRepository} from './repository.ts'
import {git, isPlainName, revParse} from './run.ts'
import {listTree, type TreeEntry} from './trees.ts'

type Holder = Pick<GitRepository, 'objects'>

/** Undefined for what is no commit. */
export const readCommit = ({objects}: Holder, sha: string): commits.CommitInfo | undefined =>
  commits.readCommit(objects, sha)

/** The commits of `head` that `base` does not have, each before its parents. */
export const readCommits = ({objects}: Holder, ends: commits.Ends): readonly commits.CommitInfo[] =>
  commits.commitsBetween(objects, ends)

export const countApart = ({objects}: Holder, ends: commits.Ends) => commits.countApart(objects, ends)

export async function mergeBase({objects}: Holder, ends: commits.Ends): Promise<string | undefined> {
  const found = commits.commonAncestors(objects, ends)
  // Git has a way to choose, and this is not the place to have another.
  if (found.length > 1) return (await git(objects.folder, ['merge-base', ends.base, ends.head])).toString().trim()
  return found[0]
}

/** What is in the tree of a tree's or a commit's SHA. */
export function readTree({objects}: Holder, sha: string, recursive: boolean): readonly TreeEntry[] | undefined {
  const tree = objects.peel(sha, 'tree')
  return tree === undefined ? undefined : listTree(objects, tree, recursive)
}

export function readBlob({objects}: Holder, sha: string): Buffer {
  const found = objects.read(sha)
  if (found?.type !== 'blob') throw new Error(`there is no blob ${sha}`)
  return found.body
}

/** The tree that a tree's or a commit's SHA, or a branch, stands for. */
export async function resolveTree({folder, objects}: GitRepository, name: string): Promise<string | undefined> {
  if (!isPlainName(name)) return undefined
  return fullSha.test(name) ? objects.peel(name, 'tree') : await revParse(folder, `${name}^{tree}`)
}
