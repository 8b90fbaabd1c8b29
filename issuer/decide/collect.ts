/** What is read for a ruling: the change, and of what was said before the approvals and denials that are to count. */
import type {Flag} from '#protocol'
import type {StandingFacts, Statement, TeamSource} from '../model/facts.ts'
import {evaluate, evaluateStanding} from '../policy/rules.ts'
import type {Case, CollectedApproval, EnvironmentPolicy, Policy, StandingDenial} from '../model/ruling.ts'
import type {Denial, ScopeState, WaitingApproval} from '../model/state.ts'
import type {FactTools} from './tools.ts'

interface Collecting {
  readonly said: Statement
  readonly ruled: Case
  readonly state: ScopeState
}

/**
 * What others approved of this very commit in this pull request, and the flags that it puts on the receipt, such as
 * `self`. A receipt holds six approvals, one of them new.
 */
export async function fetchCollected(
  {said, ruled, state}: Collecting,
  tools: Pick<FactTools, 'facts' | 'teams'>,
): Promise<{readonly approvals: readonly CollectedApproval[]; readonly flags: readonly Flag[]}> {
  const found: {readonly approval: CollectedApproval; readonly flags: readonly Flag[]}[] = []
  const candidates = state.waiting.filter((one) => isOfSame(one, {said, ruled}))
  for (const waiting of candidates.slice(0, 5)) {
    const standing = await tools.facts.fetchStanding(waiting.statement)
    if (standing === 'gone') continue
    const full = await fetchTeamsOf({said: waiting.statement, standing, environment: ruled.environment}, tools.teams)
    // By itself it must be what one approval asks for; collected, it counts for the receipt's life (formats §8).
    const {risk: _, ...environment} = {...ruled.environment, approvals: 1}
    const policy = {...ruled.policy, statementLife: environment.ttl}
    const ruling = evaluate({...ruled, standing: full, environment, policy, approvals: [], isVoid: false})
    if (ruling.kind === 'allow') found.push({approval: approvalOf(waiting, full), flags: ruling.flags})
  }
  return {approvals: found.map(({approval}) => approval), flags: found.flatMap(({flags}) => flags)}
}

const isOfSame = ({statement, sha}: WaitingApproval, {said, ruled}: Pick<Collecting, 'said' | 'ruled'>): boolean =>
  statement.pullRequest === said.pullRequest &&
  sha === ruled.change.commit.sha &&
  statement.comment.authorId !== said.comment.authorId

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
