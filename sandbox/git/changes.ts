/** What changed between two commits, file by file, with git's own patches. */

import type {GitRepository} from './repository.ts'
import {git} from './run.ts'

export interface FileChange {
  readonly path: string
  readonly previousPath: string | undefined
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  readonly sha: string
  readonly additions: number
  readonly deletions: number
  readonly patch: string | undefined
}

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** Two trees differ in the same way wherever they stand. */
const remembered = new Map<string, Promise<readonly FileChange[]>>()

/** What changes between two commits; from undefined it is everything, as for a root commit. */
export async function readChanges(repository: GitRepository, from: string | undefined, to: string) {
  const [before, after] = [from === undefined ? emptyTree : treeOf(repository, from), treeOf(repository, to)]
  const key = `${before} ${after}`
  const changes = remembered.get(key) ?? compareTrees(repository.folder, before, after)
  remembered.set(key, changes)
  return await changes.catch((failure: unknown) => {
    remembered.delete(key)
    throw failure
  })
}

function treeOf({objects}: GitRepository, sha: string): string {
  const tree = objects.peel(sha, 'tree')
  if (tree === undefined) throw new Error(`there is no commit ${sha}`)
  return tree
}

/** git prints a record for each file, then the counts in the same order, then, after an empty field, the patches. */
async function compareTrees(folder: string, before: string, after: string): Promise<readonly FileChange[]> {
  if (before === after) return []
  const forms = ['--raw', '--numstat', '-p', '-z', '--full-index']
  const out = await git(folder, ['diff-tree', '-r', '-M', '--no-ext-diff', ...forms, before, after, '--'])
  const fields = out.toString().split('\0')
  const end = fields.indexOf('')
  return joinChanges(fields.slice(0, end), splitPatches(fields.slice(end + 1).join('\0')))
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
