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

/** Whether a publication turns a check run red, or is any other: what forbids waits for nothing else. */
export type Urgency = 'forbids' | 'other'

export const urgencyOf = ({checkRuns = []}: Publication): Urgency =>
  checkRuns.some(({conclusion}) => conclusion === 'failure') ? 'forbids' : 'other'

/** A completed one whose publication has not been marked as sent. Times in milliseconds. */
export interface Unpublished {
  readonly key: IdempotencyKey
  readonly decision: DecisionId
  readonly outcome: Outcome
  readonly completedAt: number
  readonly dueAt: number
  /** How often it was taken from here. */
  readonly tries: number
}

/** Publishing happens after the commit, can be repeated without harm, and is repaired from here. Times in milliseconds. */
export interface Outbox {
  /** Not yet marked, and due by `by`; the longest due first, at most 50. May lag. */
  due(urgency: Urgency, by: number): Promise<readonly Unpublished[]>
  /** `taken`: nobody else is given it before `until`, when it is due again. `lost`: somebody else has it, or it was sent. */
  take(one: Unpublished, until: number): Promise<'taken' | 'lost'>
  markPublished(key: IdempotencyKey, at: number): Promise<void>
}

/** How long one that was just completed is left to whoever completed it; milliseconds. */
export const restMs: Readonly<Record<Urgency, number>> = {forbids: 10_000, other: 60_000}
