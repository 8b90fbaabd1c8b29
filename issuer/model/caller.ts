/** Who asks, and what each of them may read (formats §8, "Routes"; threats A31, A49). */
import type {CommitSha, RepositoryId, RepositoryName} from '#protocol'
import type {Run} from './state.ts'
import type {Auditor} from './callers.ts'
import {type Belonging, type Viewer, publicViewer, sees, viewerOfRepository} from './viewer.ts'

export type Caller =
  | {readonly kind: 'anyone'}
  | Job
  | (Pick<Auditor, 'name' | 'owners'> & {readonly kind: 'auditor'})
  | {readonly kind: 'link'; readonly repositoryId: RepositoryId}

/** A workflow's job, as its OIDC token says. */
export interface Job {
  readonly kind: 'job'
  readonly repositoryId: RepositoryId
  readonly repository: RepositoryName
  /** The commit that the run was started for. */
  readonly sha: CommitSha
  readonly run: Run
  /** The job's environment as it is written on GitHub; absent of a job without one, whose environment is not attested. */
  readonly environment: string | undefined
  /** The branch that the run's and the job's workflow files stand on; undefined unless both are this repository's. */
  readonly workflowBranch: string | undefined
  readonly token: {
    /** Its `jti`. */
    readonly id: string
    /** When nobody takes it any more; milliseconds. */
    readonly until: number
  }
}

export const anyone: Caller = {kind: 'anyone'}

/** What this caller may read. */
export function viewerOf(caller: Caller): Viewer {
  switch (caller.kind) {
    case 'anyone':
      return publicViewer
    case 'job':
    case 'link':
      return viewerOfRepository(caller.repositoryId)
    case 'auditor':
      return {repositories: [], owners: caller.owners}
    default:
      return caller satisfies never
  }
}

export const mayRead = (caller: Caller, belonging: Belonging): boolean => sees(viewerOf(caller), belonging)

/** Evidence holds what was said and read, of public repositories too: it is for auditors of the owner alone. */
export const mayReadEvidence = (caller: Caller, {ownerId}: Pick<Belonging, 'ownerId'>): boolean =>
  caller.kind === 'auditor' && ownerId !== undefined && caller.owners.includes(ownerId)
