/** The rules that whoever takes something back is held to, where GitHub tells them. */
import type {Baseline, StandingFacts} from '../model/facts.ts'
import type {EnvironmentPolicy, PolicyInForce} from '../model/ruling.ts'
import {environmentDefaults} from '../policy/built-in.ts'
import {choosePolicy, findAsked} from '../policy/in-force.ts'
import {fetchTeamsOf} from './collect.ts'
import type {FactTools, OnceTools} from './tools.ts'
import type {Placed} from './withdraw-order.ts'

type RuleTools = Pick<OnceTools, 'store' | 'now'> & Pick<FactTools, 'facts' | 'teams'>

export interface Rules {
  readonly baseline: Baseline
  readonly inForce: PolicyInForce
  /** Undefined for one that neither the policy names nor anything was decided about. */
  readonly environment: EnvironmentPolicy | undefined
  /** With the teams that the policy asks for. */
  readonly standing: StandingFacts
}

/** `gone` when GitHub shows no such repository any more. */
export async function fetchRules(asked: Placed, tools: RuleTools): Promise<Rules | 'gone'> {
  const {said, standing, environment: name} = asked
  const baseline = await tools.facts.fetchBaseline(said)
  if (baseline === 'gone') return 'gone'
  const inForce = choosePolicy(baseline.policy)
  // What lives in an environment that the policy names no more can still be taken back.
  const environment = findAsked(inForce, {environment: name}) ?? (await rulesOfLiving(asked, tools))
  if (environment === undefined) return {baseline, inForce, environment, standing}
  return {baseline, inForce, environment, standing: await fetchTeamsOf({said, standing, environment}, tools.teams)}
}

async function rulesOfLiving(
  {said, environment, command}: Placed,
  {store, now}: RuleTools,
): Promise<EnvironmentPolicy | undefined> {
  if (command.kind === 'revoke') return environmentDefaults
  const {state} = await store.read({repositoryId: said.repository.id, environment})
  return state.receipts.some(({expiresAt}) => now() < expiresAt) ? environmentDefaults : undefined
}
