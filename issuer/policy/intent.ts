/** What an authorization is for, in the words of the authority token (formats §3). */
import type {CommitSha, Environment, RepositoryId, RepositoryName, TreeSha} from '#protocol'
import type {Case} from '../model/ruling.ts'

export interface Intent {
  readonly domain: 'software-delivery'
  readonly category: 'deploy'
  readonly action: `deploy:${string}`
  readonly summary: string
  /** The receipt's scope. */
  readonly scope: {
    readonly repository: RepositoryName
    readonly repositoryId: RepositoryId
    readonly sha: CommitSha
    readonly tree: TreeSha
    readonly environment: Environment
    readonly pullRequest: number
  }
}

export function classifyIntent({request: {environment}, change}: Pick<Case, 'request' | 'change'>): Intent {
  const {repository, commit, pullRequest} = change
  return {
    domain: 'software-delivery',
    category: 'deploy',
    action: `deploy:${environment}`,
    summary: `Deploy ${commit.sha} of ${repository.name} (pull request ${pullRequest.number}) to ${environment}`,
    scope: {
      repository: repository.name,
      repositoryId: repository.id,
      sha: commit.sha,
      tree: commit.tree,
      environment,
      pullRequest: pullRequest.number,
    },
  }
}
