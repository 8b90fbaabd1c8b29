/** "Rebase and merge": each commit made anew on the base. */

import {readCommit} from './git/commits.ts'
import type {CommitInfo, Signature} from './git/commits.ts'
import type {GitRepository} from './git/repository.ts'
import {ownCommits} from './squash-message.ts'
import type {Account, PullRequest} from './state.ts'
import type {World} from './world.ts'

export interface Rebase {
  readonly onto: string
  readonly by: Account
}

/**
 * The last of the new commits, or undefined when one conflicts. GitHub always makes new ones, even where nothing
 * moved, and signs none of them. Never tried on github.com: that the committer is whoever merged, and that a merge,
 * and a commit that the base has already, are left out as `git rebase` leaves them out.
 */
export async function rebaseCommits(world: World, pull: PullRequest, {onto, by}: Rebase): Promise<string | undefined> {
  const {git} = pull.repository
  const committer = {name: by.login, email: by.email, date: world.clock.stamp()}
  let tip = onto
  for (const commit of ownCommits(pull, onto)) {
    const made = await replay(git, commit, {tip, committer})
    if (made === undefined) return undefined
    tip = made
  }
  return tip
}

interface Place {
  readonly tip: string
  readonly committer: Signature
}

async function replay(git: GitRepository, commit: CommitInfo, {tip, committer}: Place): Promise<string | undefined> {
  const before = commit.parents[0]
  const from = before === undefined ? undefined : readCommit(git.objects, before)?.tree
  const under = readCommit(git.objects, tip)?.tree ?? ''
  const tree = await git.replayTree({from, to: commit.tree}, under)
  // What was empty from the start is kept; what became empty is in the base already.
  if (tree === under && commit.tree !== from) return tip
  if (tree === undefined) return undefined
  const {author, message} = commit
  const [sha] = await git.write([{ref: undefined, parents: [tip], message, author, committer, tree, files: {}}])
  return sha
}
