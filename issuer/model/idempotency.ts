/** The ports of what is done once: which statement is which decision, what became of it, and what is still to be published. */
import type {DecisionId, RepositoryId} from '#protocol'
import type {Publication} from './publication.ts'

/** What is done once: `comment/<GitHub's id of the comment>`, or an event of GitHub's. One key, one outcome. */
export interface IdempotencyKey {
  readonly repositoryId: RepositoryId
  readonly subject: string
}

export interface Outcome {
  /**
   * `allow`, `deny`, `escalate`: a decision. `closed`: receipts were revoked because their pull request was closed.
   * `answered`: help, status, a near miss, no standing; nothing in the ledger.
   */
  readonly kind: 'allow' | 'deny' | 'escalate' | 'closed' | 'answered'
  /** What is to be sent to GitHub. */
  readonly publication: Publication
  /** Set when this answer counts against the one reply a person, pull request and hour. */
  readonly strangerReply?: {readonly accountId: number; readonly pullRequest: number} | undefined
}

/** Holds the decision's id, from which the receipt's follows, so that a retry makes the same. */
export interface IdempotencyRecord {
  readonly decision: DecisionId
  /** 128 random bits, hex, never shown: makes what is secret in the evidence unguessable. */
  readonly nonce: string
  /** Set once a change completed it. */
  readonly outcome?: Outcome | undefined
}

export interface Idempotency {
  /** Gives the record of this key; makes it with the proposed ids if it is new. Consistent. */
  begin(
    key: IdempotencyKey,
    proposed: {readonly decision: DecisionId; readonly nonce: string},
  ): Promise<IdempotencyRecord>
  /** When this person last got a stranger's reply on this pull request (milliseconds), if ever. */
  lastStrangerReply(to: {
    repositoryId: RepositoryId
    accountId: number
    pullRequest: number
  }): Promise<number | undefined>
}

/** A completed one whose publication has not been marked as sent. */
export interface Unpublished {
  readonly key: IdempotencyKey
  readonly decision: DecisionId
  readonly outcome: Outcome
  /** Milliseconds. */
  readonly completedAt: number
}

/** Publishing happens after the commit, can be repeated without harm, and is repaired from here. */
export interface Outbox {
  /** Completed before `before` (milliseconds) and not yet marked; oldest first, at most 50. */
  unpublished(before: number): Promise<readonly Unpublished[]>
  markPublished(key: IdempotencyKey, at: number): Promise<void>
}
