/** Who asks, and the one rule of who may read what (formats §8, "Routes"; threats A31, A49). */
import type {CommitSha, RepositoryId, RepositoryName} from '#protocol'
import type {Run} from '../store/store.ts'
import type {Auditor} from './ports.ts'

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

/** Whose something is, and whether its repository was public when it was made. What is unknown is nobody's. */
export interface Belonging {
  readonly public: boolean
  readonly repositoryId?: RepositoryId | undefined
  readonly ownerId?: number | undefined
}

/** The single rule of visibility, on every route, page and badge. By ids alone: names change hands. */
export function mayRead(caller: Caller, {public: isPublic, repositoryId, ownerId}: Belonging): boolean {
  if (isPublic) return true
  switch (caller.kind) {
    case 'anyone':
      return false
    case 'job':
    case 'link':
      return caller.repositoryId === repositoryId
    case 'auditor':
      return ownsIt(caller, ownerId)
    default:
      return caller satisfies never
  }
}

/** Evidence holds what was said and read, of public repositories too: it is for auditors of the owner alone. */
export const mayReadEvidence = (caller: Caller, {ownerId}: Pick<Belonging, 'ownerId'>): boolean =>
  caller.kind === 'auditor' && ownsIt(caller, ownerId)

const ownsIt = ({owners}: Pick<Auditor, 'owners'>, ownerId: number | undefined): boolean =>
  ownerId !== undefined && owners.includes(ownerId)
