/** Whether a job may say what became of a receipt (formats §6, "OIDC"; threats A45): cheap questions first, one answer each. */
import type {Receipt} from '#protocol'
import type {Job} from '../model/caller.ts'
import type {TokenIds} from '../model/callers.ts'
import type {PresentRepository, RepositorySource} from '../github/repository.ts'
import type {Refusal} from '../decide/job-report.ts'

export interface AdmitTools {
  readonly repositories: RepositorySource
  readonly tokenIds: TokenIds
  /** Milliseconds. */
  readonly now: () => number
}

type Admission =
  | {readonly kind: 'admitted'; readonly repository: PresentRepository}
  | {readonly kind: 'refused'; readonly refusal: Refusal}

/** Throws GitHubUnavailable. What a token is refused for leaves it unused: it is kept only when all else holds. */
export async function admitJob(
  {job, receipt: {scope}}: {readonly job: Job; readonly receipt: Receipt},
  {repositories, tokenIds, now}: AdmitTools,
): Promise<Admission> {
  if (job.repositoryId !== scope.repositoryId) {
    return refuse({code: 'repository_mismatch', authorized: scope.repository, shown: job.repository})
  }
  // A commit other than the receipt's could only be the trigger of a workflow that the policy names; it can name none.
  if (job.sha !== scope.sha) return refuse({code: 'commit_mismatch', authorized: scope.sha, shown: job.sha})
  if (job.environment !== undefined && job.environment !== scope.environment) {
    return refuse({code: 'environment_mismatch', authorized: scope.environment})
  }
  const repository = await repositories.fetchRepository({id: job.repositoryId, name: job.repository})
  if (job.workflowBranch !== repository.defaultBranch) {
    return refuse({code: 'workflow_refused', branch: repository.defaultBranch})
  }
  // Reading needs no such thing: shown again within its minutes, a token reads what its job could read.
  if ((await tokenIds.use({...job.token, now: now()})) === 'again') return refuse({code: 'caller_unknown'})
  return {kind: 'admitted', repository}
}

const refuse = (refusal: Refusal): Admission => ({kind: 'refused', refusal})
