/** What `actions/checkout` leaves behind: one commit without its past, and its files. */

import {appendFile, mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {readCommit} from './commits.ts'
import {ObjectStore} from './objects.ts'
import type {GitRepository} from './repository.ts'
import {git} from './run.ts'
import {listTree} from './trees.ts'

export interface Checkout {
  readonly folder: string
  readonly sha: string
  /** The branch that is made of it; without one HEAD is detached. */
  readonly branch: string | undefined
}

/** The objects are carried over here; index and files are git's own work, in one process. */
export async function checkOut(origin: GitRepository, {folder, sha, branch}: Checkout): Promise<void> {
  const inside = join(folder, '.git')
  await beginRepository(inside)
  await copyCommit(origin.objects, new ObjectStore(inside), sha)
  const place = branch === undefined ? ['--detach'] : ['-B', branch]
  await git(folder, ['checkout', '--quiet', '--force', ...place, sha])
}

const configuration =
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n'

async function beginRepository(inside: string): Promise<void> {
  for (const folder of ['objects', join('refs', 'heads')]) await mkdir(join(inside, folder), {recursive: true})
  await writeFile(join(inside, 'HEAD'), 'ref: refs/heads/main\n')
  await writeFile(join(inside, 'config'), configuration)
}

async function copyCommit(from: ObjectStore, to: ObjectStore, sha: string): Promise<void> {
  const commit = readCommit(from, sha)
  if (!commit) throw new Error(`there is no commit ${sha} to check out`)
  const entries = listTree(from, commit.tree, true).filter(({type}) => type !== 'commit')
  for (const one of [sha, commit.tree, ...entries.map((entry) => entry.sha)]) {
    const object = from.read(one)
    if (object) to.write(object.type, object.body)
  }
  // Git does not ask for parents that are cut off here.
  if (commit.parents.length > 0) await appendFile(join(to.folder, 'shallow'), `${sha}\n`)
}
