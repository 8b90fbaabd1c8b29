/** Where a commit of a pull request stands in one environment: the scope's state, read for it. */
import type {CommitSha} from '#protocol'
import type {LiveReceipt, ScopeState} from '../model/state.ts'
import type {State, Waiting} from '../publish/panel/panel.ts'

export interface Candidate {
  readonly pullRequest: number
  /** The commit that can be authorized. */
  readonly sha: CommitSha
}

/** What forbids comes first, then what lets out, then what is over. `now` in milliseconds. */
export function judgeState(state: ScopeState, {pullRequest, sha}: Candidate, now: number): State {
  const denial = state.denials.findLast((one) => one.pullRequest === pullRequest)
  if (denial !== undefined) return {kind: 'denied', denial}
  const receipts = state.receipts.filter((one) => one.sha === sha)
  const alive = receipts.findLast(({expiresAt}) => now < expiresAt)
  if (alive !== undefined) return {kind: 'authorized', receipt: alive}
  const waiting = readWaiting(state, {pullRequest, sha}, now)
  if (waiting !== undefined) return waiting
  const ended = state.revoked.findLast((one) => one.sha === sha)
  if (ended !== undefined) return {kind: 'revoked', revocation: ended.revocation}
  const expired = receipts.at(-1)
  return expired === undefined ? {kind: 'needed'} : {kind: 'expired', receipt: expired}
}

/** People whose approval of this very commit waits for others. */
function readWaiting({waiting}: ScopeState, {pullRequest, sha}: Candidate, now: number): Waiting | undefined {
  const theirs = waiting.filter(
    (one) => one.statement.pullRequest === pullRequest && one.sha === sha && now < one.until,
  )
  if (theirs.length === 0) return undefined
  return {
    kind: 'waiting',
    approvals: new Set(theirs.map(({statement}) => statement.comment.authorId)).size,
    logins: [...new Set(theirs.map(({login}) => login))],
    until: Math.min(...theirs.map(({until}) => until)),
  }
}

/** An earlier commit of the pull request whose receipt still lets it out. */
export const findEarlier = (state: ScopeState, {pullRequest, sha}: Candidate, now: number): LiveReceipt | undefined =>
  state.receipts.findLast((one) => one.pullRequest === pullRequest && one.sha !== sha && now < one.expiresAt)
