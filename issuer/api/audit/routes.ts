/** GET /v1/audit (docs/routes.md): who asks is known before anything is looked up, and private is as missing. */
import type {Hono} from 'hono'
import type {CallerTools} from '../callers/read-caller.ts'
import {callerOf, callerRoutes} from '../caller-routes.ts'
import {answerRefusal} from '../refusals.ts'
import type {Log} from '../../model/log.ts'
import {readAuditQuery} from './audit-query.ts'
import {type AuditTools, readAudit} from './read-audit.ts'

export type AuditRouteTools = AuditTools & CallerTools & {readonly log: Log}

/** To be mounted at `/v1/audit`. */
export function auditRoutes(tools: AuditRouteTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/', async (c) => {
    const caller = await callerOf(c, tools)
    const query = readAuditQuery((name) => c.req.queries(name), tools.now())
    if (!query.ok) return answerRefusal(c, {code: 'query_invalid', problem: query.fault.join('; ')})
    return c.json(await readAudit(query.value, caller, tools))
  })
  return routes
}
