/** What is read for a ruling: the change, and of what was said before the approvals and denials that are to count. */
import {isVoid} from '../mint/fold-scope.ts'
import type {PullRequestSource, StandingFacts, Statement, TeamSource} from '../model/facts.ts'
import {evaluate, evaluateStanding} from '../policy/rules.ts'
import type {Case, CollectedApproval, EnvironmentPolicy, Policy, StandingDenial} from '../model/ruling.ts'
import type {Denial, ScopeState, WaitingApproval} from '../model/state.ts'
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
  if (standing === 'gone') return undefined
  if (statement.pullRequest !== said.pullRequest && !(await isStillThere(waiting, tools))) return undefined
  const full = await fetchTeamsOf({said: statement, standing, environment}, tools.teams)
  // Collected, it counts for longer than one that is said now (formats §8).
  const policy = {...ruled.policy, statementLife: environment.collect}
  const order = {pullRequest: statement.pullRequest, commentId: statement.comment.id, at: standing.createdAt}
  const request = {...ruled.request, sha}
  const alone = {...ruled, request, standing: full, policy, approvals: [], isVoid: isVoid(state, order)}
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
})

interface DenialContext {
  readonly said: Statement
  readonly standing: StandingFacts
  readonly environment: EnvironmentPolicy
  readonly policy: Policy
  readonly state: ScopeState
}

export async function fetchDenials(
  asked: DenialContext,
  tools: Pick<FactTools, 'permissions' | 'teams'>,
): Promise<readonly StandingDenial[]> {
  const {said, state} = asked
  const here = state.denials.filter(({pullRequest}) => pullRequest === said.pullRequest)
  return await Promise.all(
    here.map(async ({by, at}) => ({by, at, mayStillApprove: await mayStillApprove(by, asked, tools)})),
  )
}

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
