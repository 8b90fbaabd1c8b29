/** What an authorization is for, in the words of the authority token (formats §3). */
import type {Case, Intent} from '../model/ruling.ts'

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
