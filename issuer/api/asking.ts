/** What routes have in common (docs/routes.md, "Who asks"): who asks, and how a question is refused. */
import {type Context, Hono} from 'hono'
import type {Refusal} from '../decide/job-report.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Caller} from '../model/caller.ts'
import type {Log} from '../model/log.ts'
import {type CallerTools, readCaller} from './callers/read-caller.ts'

/** Whose answers depend on who asks: nothing in between may keep one, and an outage of GitHub's is said to be one. */
export function callerRoutes({log}: {readonly log: Log}): Hono {
  const routes = new Hono()
  routes.use(async (c, next) => {
    c.header('cache-control', 'no-store')
    await next()
  })
  routes.onError((fault, c) => {
    if (!(fault instanceof GitHubUnavailable)) throw fault
    log.warn({err: fault, route: c.req.path}, 'GitHub could not be asked')
    return answerRefusal(c, {code: 'github_unreachable'})
  })
  return routes
}

/** Known before anything is looked up, so that how long an answer takes tells a stranger nothing either. */
export const callerOf = async (c: Context, tools: CallerTools): Promise<Caller> =>
  await readCaller({authorization: c.req.header('authorization')}, tools)

type Status = 400 | 401 | 403 | 409 | 413 | 503

/** The codes are API. */
const statuses = {
  query_invalid: 400,
  body_invalid: 400,
  body_too_large: 413,
  caller_unknown: 401,
  repository_mismatch: 403,
  commit_mismatch: 403,
  environment_mismatch: 403,
  workflow_refused: 403,
  already_used: 409,
  revoked: 409,
  expired: 409,
  reports_exhausted: 409,
  github_unreachable: 503,
} as const satisfies Record<Refusal['code'], Status>

export function answerRefusal(c: Context, refusal: Refusal): Response {
  const error = {code: refusal.code, message: describe(refusal)}
  const who = refusal.code === 'already_used' ? {run: refusal.run, at: refusal.at} : {}
  return c.json({error, ...who}, statuses[refusal.code])
}

/** What happened and what to do. */
function describe(refusal: Refusal): string {
  switch (refusal.code) {
    case 'query_invalid':
    case 'body_invalid':
    case 'body_too_large':
      return refusal.problem
    case 'caller_unknown':
      return "show a job's OIDC token with this issuer as its audience, each token once, and none of a pull request's job"
    case 'repository_mismatch':
      return `the receipt is for the repository ${refusal.authorized}, and this job belongs to ${refusal.shown}`
    case 'commit_mismatch':
      return `the receipt authorizes ${refusal.authorized}, and this job runs for ${refusal.shown}: start it for the authorized commit, or have this one authorized`
    case 'environment_mismatch':
      return `the receipt is for the environment ${refusal.authorized}, and this job runs in another`
    case 'workflow_refused':
      return `only a workflow file of the default branch, ${refusal.branch}, may say so: start the job from there`
    case 'already_used':
      return `the run ${refusal.run.id} used the receipt at ${refusal.at}: have the deployment authorized again`
    case 'revoked':
      return 'the receipt was revoked: have the deployment authorized again'
    case 'expired':
      return `the receipt was over at ${refusal.expiresAt}: have the deployment authorized again`
    case 'reports_exhausted':
      return 'too much was reported of this receipt; nothing more is recorded'
    case 'github_unreachable':
      return 'GitHub could not be asked, so this is not answered now; try again'
    default:
      return refusal satisfies never
  }
}
