/** Routes whose answers depend on who asks (docs/routes.md, "Who asks"): what they have in common. */
import {type Context, Hono} from 'hono'
import type {Caller} from '../model/caller.ts'
import {type CallerTools, readCaller} from './callers/read-caller.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Log} from '../model/log.ts'
import {answerRefusal} from './refusals.ts'

/** Nothing in between may keep an answer, and an outage of GitHub's is said to be one. */
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
