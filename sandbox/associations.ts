/** Which pull requests GitHub names for a commit. Pure. */
import type {CommitInfo} from './git/commits.ts'
import {readCommits} from './git/history.ts'
import type {PullRequest, Repository} from './state.ts'

/** The commits of the head that the base, as it was at the last push or merge, does not have; oldest first. */
export const commitsOf = (pull: PullRequest): readonly CommitInfo[] =>
  readCommits(pull.repository.git, {base: pull.base.sha, head: pull.head.sha}).toReversed()

/** The merged ones that brought it; of a commit that is not in the default branch the open ones too. */
export function pullsOfCommit(repository: Repository, sha: string): readonly PullRequest[] {
  const {git, defaultBranch, pulls} = repository
  const found = pulls.filter(
    (pull) => pull.merged?.sha === sha || commitsOf(pull).some((candidate) => candidate.sha === sha),
  )
  const tip = git.branch(defaultBranch)
  return tip !== undefined && git.isAncestor(sha, tip) ? found.filter(({merged}) => merged) : found
}
