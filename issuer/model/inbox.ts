/** The port of the durable inbox: a delivery is kept before GitHub gets its answer, and until it is done. */
import type {CommitSha, RepositoryId} from '#protocol'
import type {ReadingForUs} from './command.ts'
import type {CloseNotice, DeletionNotice, PullNotice, PullPlace, Push, Statement} from './facts.ts'

/** A statement and what its text says: a comment is parsed once, when it comes. */
export interface Heard {
  readonly statement: Statement
  readonly reading: ReadingForUs
}

/** A verified webhook, narrowed to what the worker needs. */
export type Notice =
  | ({readonly kind: 'statement'} & Heard)
  | {readonly kind: 'push'; readonly push: Push}
  /** A pull request was opened or changed, or its head moved: by this push, where it is a branch of the same repository. */
  | {readonly kind: 'proposed'; readonly pull: PullNotice; readonly push?: Push | undefined}
  | {readonly kind: 'merged'; readonly pull: PullNotice}
  | {readonly kind: 'closed'; readonly pull: CloseNotice}
  | {readonly kind: 'deleted'; readonly deletion: DeletionNotice}
  | {readonly kind: 'checked'; readonly checked: Checked}
  /** No webhook: a panel's time has come. */
  | {readonly kind: 'dated'; readonly place: PullPlace}

/** A check run of that name came to its end on that commit; how, is read of GitHub. */
export interface Checked extends Omit<PullPlace, 'pullRequest'> {
  readonly commit: CommitSha
  readonly check: string
}

/** Panels have a lane of their own: a statement does not wait behind those of pull requests that were all rebased. */
export const panelLane = (repositoryId: RepositoryId): number => 0 - repositoryId

export interface Delivery {
  /**
   * X-GitHub-Delivery, letters, digits and hyphens. Not under the HMAC: it makes a redelivery cheap, the statement's
   * idempotency key makes it once.
   */
  readonly id: string
  /** Deliveries of one lane (a repository's statements, or its panels) are taken one at a time, in order; lanes do not wait for each other. */
  readonly lane: number
  readonly notice: Notice
  /** Milliseconds. */
  readonly receivedAt: number
}

export interface Taken extends Delivery {
  /** 1 for the first try. */
  readonly attempt: number
}

export interface Inbox {
  /** Durable when it returns. `known`: this delivery is here already, done or not. */
  put(delivery: Delivery): Promise<'new' | 'known'>
  /**
   * The oldest delivery that is due in a lane that nothing is taken from, leased for 60 seconds; undefined when none
   * is. One that waits for a retry holds up no other of its lane.
   */
  take(now: number): Promise<Taken | undefined>
  /** Ends the lease: done for good, or due again at `retryAt` (milliseconds). */
  done(id: string, retryAt?: number): Promise<void>
}
