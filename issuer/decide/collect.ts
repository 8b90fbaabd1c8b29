/** What is read for a ruling: the change, and of what was said before the approvals and denials that are to count. */
import {denialsOf, holds, isVoid, shorten} from '../mint/meet.ts'
import type {ChangeFacts, PullRequestSource, RangePart, StandingFacts, Statement, TeamSource} from '../model/facts.ts'
import {evaluate, evaluateStanding} from '../policy/rules.ts'
import type {Case, CollectedApproval, EnvironmentPolicy, Policy, StandingDenial} from '../model/ruling.ts'
import type {Denial, Denied, ScopeState, WaitingApproval, Work} from '../model/state.ts'
import type {FactTools} from './tools.ts'

interface Collecting {
  readonly said: Statement
  readonly ruled: Case
  readonly state: ScopeState
}

/** What others said of this very commit for this environment, wherever they said it, and that counts by itself. */
export async function fetchCollected(
  {said, ruled, state}: Collecting,
  tools: Pick<FactTools, 'facts' | 'teams'> & {readonly pullRequests: PullRequestSource},
): Promise<readonly CollectedApproval[]> {
  const candidates = state.waiting.filter(
    ({statement, sha}) => sha === ruled.change.commit.sha && statement.comment.authorId !== said.comment.authorId,
  )
  const found = await Promise.all(candidates.map((waiting) => fetchApproval(waiting, {said, ruled, state}, tools)))
  return found.filter((approval) => approval !== undefined)
}

async function fetchApproval(
  waiting: WaitingApproval,
  {said, ruled, state}: Collecting,
  tools: Pick<FactTools, 'facts' | 'teams'> & {readonly pullRequests: PullRequestSource},
): Promise<CollectedApproval | undefined> {
  const {statement, sha} = waiting
  const {environment} = ruled
  const standing = await tools.facts.fetchStanding(statement)
  if (standing === 'gone' || waiting.deletedBy !== undefined) return undefined
  if (statement.pullRequest !== said.pullRequest && !(await isStillThere(waiting, tools))) return undefined
  const full = await fetchTeamsOf({said: statement, standing, environment}, tools.teams)
  // Collected, it counts for longer than one that is said now (formats §8).
  const policy = {...ruled.policy, statementLife: environment.collect}
  const spoken = {commentId: statement.comment.id, at: standing.createdAt, work: waiting.work}
  const request = {...ruled.request, sha}
  // A denial is for all of them together to lift.
  const before = {approvals: [], denials: [], isVoid: isVoid(state, spoken)}
  const alone = {...ruled, ...before, request, standing: full, policy}
  return evaluate(alone).kind === 'deny' ? undefined : approvalOf(waiting, full)
}

/** What was said on an open pull request ends when its head moves. */
async function isStillThere(
  {statement, sha}: WaitingApproval,
  {pullRequests}: {readonly pullRequests: PullRequestSource},
): Promise<boolean> {
  const there = await pullRequests.fetchPullRequest(statement)
  if (there === 'gone') return false
  const {state, head} = there.pullRequest
  return state === 'merged' || (state === 'open' && head.sha === sha)
}

const approvalOf = ({statement, decision, binding}: WaitingApproval, standing: StandingFacts): CollectedApproval => ({
  login: standing.author.login,
  id: standing.author.id,
  role: standing.role,
  at: standing.createdAt,
  statement: {id: statement.comment.id, digest: standing.bodyDigest},
  decision,
  binding,
  isAdmin: standing.permission === 'admin',
})

interface DenialContext {
  readonly said: Statement
  readonly standing: StandingFacts
  readonly change: ChangeFacts
  readonly environment: EnvironmentPolicy
  readonly policy: Policy
  readonly state: ScopeState
}

/** Those that meet what would go out, whoever said them wherever. */
export async function fetchDenials(
  asked: DenialContext & {readonly work: Work},
  tools: Pick<FactTools, 'permissions' | 'teams'>,
): Promise<readonly StandingDenial[]> {
  const {said, standing, state, work, change} = asked
  const met = denialsOf(state, {commentId: said.comment.id, at: standing.createdAt, work})
  return await Promise.all(
    met.map(async (denial) => {
      const {by, at, pullRequest, commentId, isOfAll = false} = denial
      return {
        ...{by, at, pullRequest, commentId},
        isHeld: isOfAll || holds(work, denial),
        parts: change.range.parts.filter((part) => isOfAll || mayBeOf(part, denial)),
        mayStillApprove: await mayStillApprove(by, asked, tools),
      }
    }),
  )
}

/** What could not be read may be of anything. */
const mayBeOf = ({commits, pullRequests}: RangePart, denied: Denied): boolean =>
  commits.length === 0 ||
  pullRequests.some(({number}) => number === denied.pullRequest) ||
  commits.some((commit) => denied.commits.includes(shorten(commit)))

/** Only an admin's word depends on it, so only then GitHub is asked. */
async function mayStillApprove(
  by: Denial['by'],
  {said, standing, environment, policy}: DenialContext,
  {permissions, teams}: Pick<FactTools, 'permissions' | 'teams'>,
): Promise<boolean> {
  if (standing.permission !== 'admin' || standing.author.id === by.id) return true
  const theirs = {
    ...standing,
    author: {...by, type: 'User'},
    ...(await permissions.fetchPermission(said, by)),
    teams: [],
  }
  const full = await fetchTeamsOf({said, standing: theirs, environment}, teams)
  return evaluateStanding({standing: full, policy, environment}).kind === 'standing'
}

/** Asked only where the teams decide: not of somebody whom the policy names, nor where it names no team. */
export async function fetchTeamsOf(
  {said, standing, environment}: {said: Statement; standing: StandingFacts; environment: EnvironmentPolicy},
  teams: TeamSource,
): Promise<StandingFacts> {
  const {author} = standing
  const named = environment.users.some((login) => login.toLowerCase() === author.login.toLowerCase())
  if (named || environment.teams.length === 0) return standing
  return {...standing, teams: await teams.fetchTeams(said, {login: author.login, teams: environment.teams})}
}
