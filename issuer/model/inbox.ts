/** The port of the durable inbox: a delivery is kept before GitHub gets its answer, and until it is done. */
import type {CommitSha, RepositoryId} from '#protocol'
import {type ReadingForUs, type WithdrawCommand, isWithdrawal} from './command.ts'
import type {CloseNotice, DeletionNotice, PullNotice, PullPlace, Push, Statement} from './facts.ts'

/** A statement and what its text says: a comment is parsed once, when it comes. */
export interface Heard {
  readonly statement: Statement
  readonly reading: ReadingForUs
}

/** A verified webhook, narrowed to what the worker needs. */
export type Notice = Announced & {
  /** The webhook's repository, where it says that this is private. */
  readonly hides?: RepositoryId | undefined
}

type Announced =
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

/** Of a repository: what forbids waits behind nothing else, statements not behind panels of pull requests that were all rebased. */
export type Lane = 'forbids' | 'statements' | 'panels'

export function laneOf(notice: Notice): Lane {
  switch (notice.kind) {
    case 'closed':
    case 'deleted':
      return 'forbids'
    case 'statement':
      return isWithdrawal(notice.reading) ? 'forbids' : 'statements'
    case 'push':
      return 'statements'
    case 'proposed':
    case 'merged':
    case 'checked':
    case 'dated':
      return 'panels'
    default:
      return notice satisfies never
  }
}

/** When it was said, by GitHub's clock where it tells; milliseconds. Undefined for what has no place among what was said. */
export function saidAt({notice, receivedAt}: Pick<Delivery, 'notice' | 'receivedAt'>): number | undefined {
  if (notice.kind === 'statement') return notice.statement.announced.at
  if (notice.kind === 'closed') return notice.pull.at
  return notice.kind === 'deleted' ? receivedAt : undefined
}

/** The same for withdrawals of which the last one says all that those before it said; undefined for everything else. */
export function withdrawalOf(notice: Notice): string | undefined {
  if (notice.kind !== 'statement' || !isWithdrawal(notice.reading)) return undefined
  const {command} = notice.reading
  const {pullRequest, comment, announced} = notice.statement
  return JSON.stringify([command.kind, targetOf(command), pullRequest, comment.authorId, announced.viaApp])
}

function targetOf(command: WithdrawCommand): string {
  if (command.kind === 'deny') return command.environment
  return 'receipt' in command.target ? command.target.receipt : command.target.environment
}

export interface Delivery {
  /**
   * X-GitHub-Delivery, letters, digits and hyphens. Not under the HMAC: it makes a redelivery cheap, the statement's
   * idempotency key makes it once.
   */
  readonly id: string
  readonly repositoryId: RepositoryId
  readonly notice: Notice
  /** Milliseconds. */
  readonly receivedAt: number
}

export interface Taken extends Delivery {
  /** 1 for the first try. */
  readonly attempt: number
}

export interface Inbox {
  /**
   * Durable when it returns. `known`: this delivery is here already, done or not. A withdrawal that repeats one which waits
   * takes its place, so that of each there is one that waits.
   */
  put(delivery: Delivery): Promise<'new' | 'known'>
  /** Those of these ids that were never put. */
  lacks(ids: readonly string[]): Promise<readonly string[]>
  /**
   * The oldest delivery that is due in a lane of which nothing is taken, leased for 60 seconds; undefined when none is. What
   * forbids comes first, and alone where only that is asked for. One that waits for a retry holds up no other of its lane;
   * but what was said later than something that forbids in the same repository waits for that, for 15 minutes at most.
   */
  take(now: number, only?: 'forbids'): Promise<Taken | undefined>
  /** Ends the lease: done for good, or due again at `retryAt` (milliseconds). */
  done(id: string, retryAt?: number): Promise<void>
  /** Ends all leases. Only for who knows that nobody else works on this inbox. */
  takeBack(): Promise<void>
  /** Those of which something was ever put. */
  repositories(): Promise<readonly RepositoryId[]>
  /** What forbids, was said before then (milliseconds) and is not done; oldest first. */
  overdue(before: number): Promise<readonly Overdue[]>
}

export interface Overdue {
  readonly id: string
  readonly kind: Notice['kind']
  /** When the first of it was said; milliseconds. */
  readonly saidAt: number
  readonly attempt: number
}
