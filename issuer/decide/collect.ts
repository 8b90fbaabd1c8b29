/** Approvals across comments: each one that was given before is read again and judged again whenever it is to count. */
import type {Flag} from '#protocol'
import type {StandingFacts, Statement, TeamSource} from '../model/facts.ts'
import {evaluate} from '../policy/rules.ts'
import type {Case, CollectedApproval, EnvironmentPolicy} from '../model/ruling.ts'
import type {ScopeState, WaitingApproval} from '../model/state.ts'
import type {FactTools} from './tools.ts'

export interface Collected {
  readonly approvals: readonly CollectedApproval[]
  /** Flags that an approval of theirs puts on the receipt, such as `self`. */
  readonly flags: readonly Flag[]
}

interface Collecting {
  readonly said: Statement
  readonly ruled: Case
  readonly state: ScopeState
}

type Tools = Pick<FactTools, 'facts' | 'teams'>

/** What others approved of this very commit in this pull request. A receipt holds six approvals, one of them new. */
export async function fetchCollected({said, ruled, state}: Collecting, tools: Tools): Promise<Collected> {
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
