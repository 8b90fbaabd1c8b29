/**
 * Decisions over HTTP (docs/routes.md): the authority token for whoever may see it; evidence and policy for auditors alone.
 * A policy belongs to nobody, since many decisions share it: who may read a decision's evidence may read its policy.
 */
import {type Context, Hono} from 'hono'
import {type PublicJwk, parseDecisionId} from '#protocol'
import {mayRead, mayReadEvidence} from '../model/caller.ts'
import type {CallerTools} from './callers/read-caller.ts'
import type {Durable} from '../model/durable.ts'
import type {FoundDecision} from '../model/lookups.ts'
import type {Log} from '../model/log.ts'
import {callerOf, callerRoutes} from './asking.ts'

export type DecisionRouteTools = CallerTools & Pick<Durable, 'records'> & {readonly log: Log}

/** To be mounted at `/v1/decisions`. */
export function decisionRoutes(tools: DecisionRouteTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/:id', async (c) => {
    const caller = await callerOf(c, tools)
    const found = await findDecision(c, tools)
    const isShown = found !== undefined && mayRead(caller, {...found, repositoryId: found.scope.repositoryId})
    if (!isShown) return c.notFound()
    return c.body(found.token, 200, {'content-type': 'application/jwt'})
  })
  for (const part of ['evidence', 'policy'] as const) {
    routes.get(`/:id/${part}`, async (c) => {
      const caller = await callerOf(c, tools)
      const found = await findDecision(c, tools)
      if (found === undefined || !mayReadEvidence(caller, found)) return c.notFound()
      return c.body(found[part], 200, {'content-type': 'application/json'})
    })
  }
  return routes
}

async function findDecision(c: Context, {records}: DecisionRouteTools): Promise<FoundDecision | undefined> {
  const id = parseDecisionId(c.req.param('id'))
  return id === undefined ? undefined : await records.decision(id)
}

/** The key of authority tokens, as JWT libraries look for it. To be mounted at `/.well-known`. */
export function tokenKeyRoutes(jwk: PublicJwk): Hono {
  const routes = new Hono()
  routes.get('/jwks.json', (c) => {
    c.header('cache-control', 'public, max-age=300')
    return c.json({keys: [jwk]})
  })
  return routes
}
