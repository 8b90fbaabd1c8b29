/**
 * What a no meets: everything that is spoken about on the pull request that was denied, or whose range holds a commit of it.
 * One question for denying, revoking, voiding, waiting words, live receipts and candidates, answered from state alone.
 */
import type {ChangeFacts} from '../model/facts.ts'
import type {Authorization, Denial, Denied, ScopeState, VoidMark, Work} from '../model/state.ts'

/** Enough to tell the commits of a repository apart, and short enough to keep. */
const digits = 12
const keptCommits = 40

export const shorten = (sha: string): string => sha.slice(0, digits)

/** All of it. */
export function workOf({pullRequest, commit, range}: Pick<ChangeFacts, 'pullRequest' | 'commit' | 'range'>): Work {
  const brought = range.parts.flatMap(({pullRequests}) => pullRequests.map(({number}) => number))
  return {
    pullRequest: pullRequest.number,
    brought: [...new Set(brought)].filter((number) => number !== pullRequest.number),
    commits: newest([commit.sha, ...range.parts.flatMap(({commits}) => commits).toReversed()]),
    isUnreadable: range.parts.some(({commits}) => commits.length === 0),
  }
}

/** As much of it as is kept. */
export const keepWork = ({pullRequest, brought, commits, isUnreadable}: Work): Work => ({
  pullRequest,
  brought,
  commits: commits.slice(0, keptCommits),
  isUnreadable,
})

const newest = (shas: readonly string[]): readonly string[] => [...new Set(shas.map(shorten))]

/** What is denied on this pull request: its commits as they are now, and as they were when somebody spoke for them. */
export function deniedOf(
  {pullRequest, commit, range}: Pick<ChangeFacts, 'pullRequest' | 'commit' | 'range'>,
  state: ScopeState,
): Denied {
  const {number, head, mergeCommit} = pullRequest
  const own = range.parts.filter(({pullRequests}) => pullRequests.some((one) => one.number === number))
  const shas = [commit.sha, head.sha, ...(mergeCommit === undefined ? [] : [mergeCommit])]
  const now = [...shas, ...own.flatMap(({commits}) => commits).toReversed()]
  return {pullRequest: number, commits: newest([...now, ...spokenFor(number, state)]).slice(0, keptCommits)}
}

/** While GitHub does not tell: its commits as the scope knows them. */
export const knownOf = (pullRequest: number, state: ScopeState): Denied => ({
  pullRequest,
  commits: newest(spokenFor(pullRequest, state)).slice(0, keptCommits),
})

const spokenFor = (number: number, {receipts, waiting, said}: ScopeState): readonly string[] => [
  ...receipts.filter(({pullRequest}) => pullRequest === number).map(({sha}) => sha),
  ...waiting.filter(({work}) => work.pullRequest === number).map(({sha}) => sha),
  ...said.filter(({work}) => work.pullRequest === number).flatMap(({work}) => work.commits.slice(0, 1)),
]

/** What is known to hold it: enough to lift a denial by. */
export const holds = (work: Pick<Work, 'pullRequest' | 'brought' | 'commits'>, denied: Denied): boolean =>
  isAbout(work, denied.pullRequest) || work.commits.some((commit) => denied.commits.includes(commit))

const isAbout = ({pullRequest, brought}: Pick<Work, 'pullRequest' | 'brought'>, number: number): boolean =>
  pullRequest === number || brought.includes(number)

/** What cannot be read may hold anything. */
export const meets = (denied: Denied & Pick<Denial, 'isOfAll'>, work: Work): boolean =>
  denied.isOfAll === true || work.isUnreadable || holds(work, denied)

/**
 * Anybody may close a pull request of their own at whatever commit, so a close meets what is known to be of that very
 * pull request, and nothing by its commits.
 */
export const isClosedWith = (work: Work, pullRequest: number): boolean => isAbout(work, pullRequest)

/** A statement, as far as marks and denials are compared with it. */
export interface Spoken {
  /** When; milliseconds, a whole second. */
  readonly at: number
  readonly commentId: number
  readonly work: Work
}

/** A tie of seconds goes to the no. */
export function makesVoid(mark: VoidMark, {at, commentId, work}: Spoken): boolean {
  switch (mark.kind) {
    case 'deleted':
      return mark.commentId === commentId
    case 'closed':
      return at <= mark.at && isClosedWith(work, mark.pullRequest)
    case 'withdrawn':
      return at <= mark.at && meets(mark, work)
  }
}

/** Whether something that was said or done later has made this statement void. */
export const isVoid = ({voids}: Pick<ScopeState, 'voids'>, spoken: Spoken): boolean =>
  voids.some((mark) => makesVoid(mark, spoken))

/** Of the same person, or of those whom the policy lets speak for them; of a later second in any case. */
export const lifts = (authorization: Authorization, denial: Denial): boolean =>
  authorization.at > denial.at &&
  (authorization.lifts.includes(denial.commentId) ||
    (authorization.by === denial.by.id && (denial.isOfAll === true || holds(authorization.work, denial))))

/** Whether nobody has lifted it; `until` and including that statement, where it is given. */
export const stands = (
  {said}: Pick<ScopeState, 'said'>,
  denial: Denial,
  until: Pick<Spoken, 'at' | 'commentId'> = {at: Infinity, commentId: Infinity},
): boolean =>
  !said.some(
    (one) => (one.at < until.at || (one.at === until.at && one.commentId <= until.commentId)) && lifts(one, denial),
  )

/** Denials that forbid the statement unless it lifts them itself: those that met it when it was said, and those said since. */
export const denialsOf = (state: ScopeState, spoken: Spoken): readonly Denial[] =>
  state.denials.filter((denial) => meets(denial, spoken.work) && stands(state, denial, spoken))

/** Denials that meet it and that nobody has lifted. */
export const standingDenials = (state: ScopeState, work: Work): readonly Denial[] =>
  state.denials.filter((denial) => meets(denial, work) && stands(state, denial))

const recently = 7 * 24 * 3_600_000

/** Denials of the last seven days that stand and do not meet it: what whoever looks at the environment should know. */
export const findElsewhere = (state: ScopeState, work: Work, now: number): readonly Denial[] =>
  state.denials.filter((denial) => now < denial.at + recently && !meets(denial, work) && stands(state, denial))
