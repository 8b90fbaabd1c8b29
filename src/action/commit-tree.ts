/** The tree that a commit names. The commit's bytes make its name, so nobody need be believed. */
import {createHash} from 'node:crypto'
import {hashOfName} from './blob.ts'
import type {GitRepository} from './git.ts'

/** Undefined where what lies under that name is another object. */
export async function readCommitTree(repository: GitRepository, commit: string): Promise<string | undefined> {
  const content = Buffer.from(await repository.readCommit(commit), 'latin1')
  const name = createHash(hashOfName(commit)).update(`commit ${content.length}\0`).update(content).digest('hex')
  return name === commit ? /^tree ([0-9a-f]+)\n/.exec(content.toString('latin1'))?.[1] : undefined
}
