/** Where a commit of a pull request stands in one environment: the scope's state, read for it. */
import type {CommitSha} from '#protocol'
import type {ScopeState} from '../store/store.ts'
import type {State} from './panel.ts'

export interface Candidate {
  readonly pullRequest: number
  /** The commit that can be authorised. */
  readonly sha: CommitSha
}

/** What forbids comes first, then what lets out, then what is over. `now` in milliseconds. */
export function judgeState(state: ScopeState, {pullRequest, sha}: Candidate, now: number): State {
  const denial = state.denials?.findLast((one) => one.pullRequest === pullRequest)
  if (denial !== undefined) return {kind: 'denied', denial}
  const receipts = state.receipts.filter((one) => one.sha === sha)
  const alive = receipts.findLast(({expiresAt}) => now < expiresAt)
  if (alive !== undefined) return {kind: 'authorised', receipt: alive}
  const approvals = countWaiting(state, {pullRequest, sha}, now)
  if (approvals > 0) return {kind: 'waiting', approvals}
  const ended = state.revoked?.findLast((one) => one.sha === sha)
  if (ended !== undefined) return {kind: 'revoked', revocation: ended.revocation}
  const expired = receipts.at(-1)
  return expired === undefined ? {kind: 'needed'} : {kind: 'expired', receipt: expired}
}

/** People whose approval of this very commit waits for others. */
function countWaiting({waiting = []}: ScopeState, {pullRequest, sha}: Candidate, now: number): number {
  const theirs = waiting.filter(
    (one) => one.statement.pullRequest === pullRequest && one.sha === sha && now < one.until,
  )
  return new Set(theirs.map(({statement}) => statement.comment.authorId)).size
}

/** An earlier commit of the pull request whose receipt still lets it out. */
export const findEarlier = (state: ScopeState, {pullRequest, sha}: Candidate, now: number): CommitSha | undefined =>
  state.receipts.findLast((one) => one.pullRequest === pullRequest && one.sha !== sha && now < one.expiresAt)?.sha
