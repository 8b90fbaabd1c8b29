/** What GitHub itself knows of deployments: held against the receipts, it shows those that went out without one. */
import type {CommitSha, Environment, RepositoryId, RepositoryName, SecondsTime} from '#protocol'

export interface Deployment {
  readonly id: number
  readonly sha: CommitSha
  /** When it was made: before its job began, or waited for its receipt. */
  readonly at: SecondsTime
  readonly url: string
}

export interface DeploymentQuestion {
  readonly repository: {readonly id: RepositoryId; readonly name: RepositoryName}
  readonly environment: Environment
  /** Only what was made at that time or before. */
  readonly at: SecondsTime
}

export interface DeploymentSource {
  /** Newest first, at most 20; null when GitHub cannot be asked, or its list does not reach back that far. */
  deployments(asked: DeploymentQuestion): Promise<readonly Deployment[] | null>
}
