/**
 * What a scope becomes by what forbids, and by what lifts it. It is a fold over what was said: the same, whatever order the
 * statements are handled in, since what is kept is what was said and when, and what stands is worked out from it.
 */
import type {Denial, Denied, LiveReceipt, Said, ScopeState, VoidMark, Work} from '../model/state.ts'
import {isClosedWith, keepWork, lifts, makesVoid, meets, stands} from './meet.ts'

export interface Withdrawal extends Denied, Said {
  readonly kind: 'deny' | 'revoke'
  readonly by: Denial['by']
  /** Whether its repository is public. */
  readonly public: boolean
}

/** With the withdrawal, and without the words that it makes void. The receipts that it ends are for `foldRevoked`. */
export function foldWithdrawal(state: ScopeState, withdrawal: Withdrawal): ScopeState {
  const {kind, pullRequest, commits, at, commentId, by, public: isPublic} = withdrawal
  const marked = foldMark(state, {kind: 'withdrawn', pullRequest, commits, at})
  if (kind === 'revoke') return marked
  return addDenial(marked, {pullRequest, commits, at, commentId, by, public: isPublic})
}

/** Its pull request was closed unmerged: what was said there counts no more. */
export const foldClosed = (
  state: ScopeState,
  closed: {readonly pullRequest: number; readonly at: number},
): ScopeState => foldMark(state, {kind: 'closed', ...closed})

/** Its author deleted the comment. */
export const foldDeleted = (
  state: ScopeState,
  deleted: {readonly commentId: number; readonly at: number},
): ScopeState => foldMark(state, {kind: 'deleted', ...deleted})

/** A statement is tried for a quarter of an hour and counts, collected, for a day at most (docs/policy.md). */
const markLifeMs = 24 * 3_600_000
/** Whoever closes pull requests of their own leaves no room for nobody. */
const mostCloses = 50

function foldMark(state: ScopeState, mark: VoidMark): ScopeState {
  const others = state.voids.filter((one) => mark.at < one.at + markLifeMs && !isSameMark(one, mark))
  const closes = others.filter(({kind}) => kind === 'closed')
  const dropped = new Set(closes.slice(0, Math.max(0, closes.length - mostCloses + 1)))
  const voids = [...others.filter((one) => !dropped.has(one)), mark]
  const waiting = state.waiting.filter(
    ({statement, work}) => !makesVoid(mark, {at: statement.announced.at, commentId: statement.comment.id, work}),
  )
  // Whoever lifted a denial has lifted it, whatever is revoked or closed later; their own deletion takes that back.
  const said = state.said.filter(({commentId}) => mark.kind !== 'deleted' || mark.commentId !== commentId)
  return tidy({...state, voids, waiting, said}, mark.at)
}

/** Handled again, with more commits perhaps than GitHub told before. */
function isSameMark(one: VoidMark, other: VoidMark): boolean {
  const isOneComment = one.kind === 'deleted' && other.kind === 'deleted' && one.commentId === other.commentId
  if (one.kind === 'deleted' || other.kind === 'deleted') return isOneComment
  return one.kind === other.kind && one.pullRequest === other.pullRequest && one.at === other.at
}

const mostDenials = 200

function addDenial(state: ScopeState, denial: Denial): ScopeState {
  const others = state.denials.filter((one) => one.commentId !== denial.commentId && !isCoveredBy(one, denial))
  if (others.some((one) => isCoveredBy(denial, one))) return {...state, denials: others}
  const added = others.length < mostDenials ? denial : {...denial, commits: [], isOfAll: true}
  const denials = others.filter((one) => !isCoveredBy(one, added))
  return tidy({...state, denials: [...denials, added].sort(bySaid)}, denial.at)
}

/** Said later by the same person, and meeting all that the other meets: what lifts it lifts the other. */
const isCoveredBy = (one: Denial, other: Denial): boolean =>
  one.by.id === other.by.id &&
  one.at <= other.at &&
  one.commentId !== other.commentId &&
  (other.isOfAll === true ||
    (one.isOfAll !== true &&
      one.pullRequest === other.pullRequest &&
      one.commits.every((commit) => other.commits.includes(commit))))

const bySaid = (one: Said, other: Said): number => one.at - other.at || one.commentId - other.commentId

const keptDays = 3 * 24 * 3_600_000
const mostSaid = 50

interface Authorizing extends Said {
  /** Who says it. */
  readonly by: number
  readonly work: Work
  /** The comments of denials that it lifts (policy/order-rules.ts). */
  readonly lifts: readonly number[]
}

/** With an authorization of a full commit, whatever the rules make of it; one that its author deleted lifts nothing. */
export function foldAuthorization(state: ScopeState, {work, ...said}: Authorizing): ScopeState {
  if (state.voids.some((mark) => mark.kind === 'deleted' && mark.commentId === said.commentId)) return state
  const authorization = {...said, work: keepWork(work)}
  const others = state.said.filter(({commentId}) => commentId !== said.commentId)
  return tidy({...state, said: [...others, authorization].sort(bySaid)}, said.at)
}

/** What is too old to matter leaves for good, and with it the denials that it lifted. */
function tidy(state: ScopeState, now: number): ScopeState {
  const kept = state.said.filter(({at}) => now < at + keptDays).slice(-mostSaid)
  if (kept.length === state.said.length) return state
  const gone = state.said.filter((one) => !kept.includes(one))
  const isOver = (denial: Denial): boolean => gone.some((one) => lifts(one, denial))
  return {...state, said: kept, denials: state.denials.filter((denial) => !isOver(denial))}
}

/** The receipts that a withdrawal ends; `now` in milliseconds. What was authorized after it, by words of after it, stays. */
export function endedBy(state: ScopeState, withdrawal: Withdrawal, now: number): readonly LiveReceipt[] {
  const after = foldWithdrawal(state, withdrawal)
  const denial = after.denials.find(({commentId}) => commentId === withdrawal.commentId)
  const isLater = ({since, by}: LiveReceipt): boolean =>
    since > withdrawal.at && (denial === undefined || !stands(after, denial, by))
  return state.receipts.filter((one) => now < one.expiresAt && meets(denial ?? withdrawal, one) && !isLater(one))
}

/** Those that a close ends. */
export const closedWith = (
  {receipts}: ScopeState,
  {pullRequest, at}: {readonly pullRequest: number; readonly at: number},
  now: number,
): readonly LiveReceipt[] =>
  receipts.filter((one) => now < one.expiresAt && isClosedWith(one, pullRequest) && one.since <= at)

/** Those that rest on a comment. */
export const restingOn = ({receipts}: ScopeState, commentId: number, now: number): readonly LiveReceipt[] =>
  receipts.filter(({comments, expiresAt}) => now < expiresAt && comments.includes(commentId))

/** What is kept besides denials; room for those is always left below what a store takes for one item (400 KB). */
const budget = 100_000

/** Whether nothing more may be allowed: what forbids still fits. */
export const isFull = ({denials: _, ...state}: ScopeState): boolean => Buffer.byteLength(JSON.stringify(state)) > budget
