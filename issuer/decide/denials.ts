/** The denials that stand for a statement's pull request and environment, and whether who denied may still approve. */
import {fetchTeamsOf} from './collect.ts'
import type {StandingFacts, Statement} from '../model/facts.ts'
import {evaluateStanding} from '../policy/rules.ts'
import type {EnvironmentPolicy, Policy, StandingDenial} from '../model/ruling.ts'
import type {Denial, ScopeState} from '../model/state.ts'
import type {FactTools} from './tools.ts'

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
    here.map(async (denial) => ({
      by: denial.by,
      at: denial.at,
      mayStillApprove: await mayStillApprove(denial, asked, tools),
    })),
  )
}

/** Only an admin's word depends on it, so only then GitHub is asked. */
async function mayStillApprove(
  {by}: Denial,
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
