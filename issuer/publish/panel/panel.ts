/** What a panel says: where a pull request stands with everything that it could be deployed to. */
import type {CommitSha, Environment, Revocation} from '#protocol'
import type {ChangeFacts, PullPlace} from '../../model/facts.ts'
import type {Forecast} from '../../policy/forecast.ts'
import type {EnvironmentPolicy, PolicySource} from '../../model/ruling.ts'
import type {Speaker} from '../../policy/independence.ts'
import type {Denial, LiveReceipt} from '../../model/state.ts'

export type Unreadable = Extract<PolicySource, {kind: 'unreadable'}>

export interface Panel {
  /** By the repository's present name, after its id was compared. */
  readonly place: PullPlace
  readonly pullRequest: ChangeFacts['pullRequest']
  readonly subject: Subject
  /** The policy that the pull request itself would bring, where that cannot be used. */
  readonly proposed?: Unreadable | undefined
}

/**
 * `fork` and `unreadable`: nothing of it can be authorized, so nothing dearer was read. `closed`: without being merged,
 * so nothing is read any more and the environments' states are the last.
 */
export type Subject =
  | {readonly kind: 'fork'}
  | {readonly kind: 'unreadable'; readonly source: Unreadable}
  | {readonly kind: 'closed'; readonly stages: readonly Stage[]}
  | {
      readonly kind: 'change'
      /** The one that can be authorized. */
      readonly commit: CommitSha
      readonly source: Exclude<PolicySource, Unreadable>
      readonly stages: readonly Expected[]
      /** Environments that are only named: a panel has room for so many. */
      readonly more: readonly Environment[]
    }

/** An environment, and where the commit stands there. */
export interface Stage {
  readonly environment: Environment
  readonly state: State
}

/** With what its authorization would let out and asks for. */
export interface Expected extends Stage, Forecast {
  /** What it brings over what was authorized for the environment before. */
  readonly change: ChangeFacts
  readonly rules: EnvironmentPolicy
  /** Denials of the last seven days that stand and meet other work. */
  readonly elsewhere: readonly Denial[]
  /** Another commit of the pull request that is still let out. */
  readonly earlier?: Pick<LiveReceipt, 'sha' | 'expiresAt'> | undefined
}

/** What a job reported of its deployment. */
export interface Deployed {
  readonly run: {readonly id: string; readonly url: string}
  /** Absent while it runs. */
  readonly outcome?: string | undefined
  readonly at: string
}

export interface Waiting {
  readonly kind: 'waiting'
  /** Who gave them. */
  readonly speakers: readonly Speaker[]
  /** Approvals that count no more: somebody else deleted their comments. */
  readonly deleted: readonly {readonly login: string; readonly by: string}[]
  /** When the first of them ends; milliseconds. */
  readonly until: number
}

export type State =
  | {readonly kind: 'needed'}
  | Waiting
  | {
      readonly kind: 'authorized' | 'expired'
      readonly receipt: LiveReceipt
      readonly deployed?: Deployed | undefined
    }
  | {readonly kind: 'revoked'; readonly revocation: Revocation}
  /** Those that meet it. */
  | {readonly kind: 'denied'; readonly denials: readonly Denial[]}
