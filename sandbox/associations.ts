/** Which pull requests GitHub names for a commit. Pure. */
import type {CommitInfo} from './git/commits.ts'
import {readCommits} from './git/history.ts'
import type {PullRequest, Repository} from './state.ts'
import type {World} from './world.ts'

/** The commits of the head that the base, as it was at the last push or merge, does not have; oldest first. */
export const commitsOf = (pull: PullRequest): readonly CommitInfo[] =>
  readCommits(pull.repository.git, {base: pull.base.sha, head: pull.head.sha}).toReversed()

/** The merged ones that brought it; of a commit that is not in the default branch the open ones too. */
export function pullsOfCommit(world: World, repository: Repository, sha: string): readonly PullRequest[] {
  const {git, defaultBranch} = repository
  const pulls = world.lag.seenOf(repository.pulls)
  const found = pulls.filter((pull) => [...commitsOf(pull), ...broughtBy(pull)].some((commit) => commit.sha === sha))
  const tip = git.branch(defaultBranch)
  return tip !== undefined && git.isAncestor(sha, tip) ? found.filter(({merged}) => merged) : found
}

/** What the merge moved the base over: a squash's one commit, or every commit that a rebase made anew. */
const broughtBy = ({merged, repository, base}: PullRequest): readonly CommitInfo[] =>
  merged === undefined ? [] : readCommits(repository.git, {base: base.sha, head: merged.sha})
