/** Jobs of the default branch, whose word the issuer takes, and the tokens that GitHub gives to a job. */
import {type PlanJob, planJob} from '../../sandbox/runner/plan.ts'
import {type GateAsk, type Stage, repository} from './stage.ts'

/** Who a job is when its workflow has `id-token: write`. */
const permissions = {contents: 'read', checks: 'read', id_token: 'write'} as const

/** A push to main starts the workflow file of main; the commit is main's newest. */
export const mainJob = {trigger: {event: 'push', branch: 'main'}, actor: 'octocat', permissions} as const

/** That job with the gate in it; a run of its own unless one is named. */
export const onMain = (job: Partial<PlanJob> = {}, inputs: GateAsk['with'] = {}): GateAsk => ({
  job: {...mainJob, ...job},
  with: inputs,
})

/** A fresh OIDC token of such a job, as any step of it can get one, for the stage's issuer. */
export async function jobToken(stage: Stage, job: Partial<PlanJob> = {}): Promise<string> {
  const plan = await planJob(stage.world, {repository, ...mainJob, ...job})
  const {ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer} = plan.environment
  const answer = await fetch(`${url ?? ''}&audience=${encodeURIComponent(stage.issuer.url)}`, {
    headers: {authorization: `Bearer ${bearer ?? ''}`},
  })
  return ((await answer.json()) as {readonly value: string}).value
}
