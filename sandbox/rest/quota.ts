/** Rate limits: what each actor has used, the headers of every answer, and GitHub's refusals when it is too much. */

import {createMiddleware} from 'hono/factory'

import type {World} from '../world.ts'
import {type Ctx, type Env, refuse} from './answers.ts'

const limits = {anonymous: 60, known: 5000} as const
const hour = 3600

/** GraphQL has an hour's quota of its own, in points. */
type Resource = 'core' | 'graphql'

export interface Quota {
  readonly resource: Resource
  readonly limit: number
  readonly used: number
  readonly remaining: number
  readonly reset: number
}

/** The world's hours are everyone's windows. */
const thisHour = (world: World): number => Math.floor(world.clock.now().getTime() / 1000 / hour)

const keyOf = (world: World, who: string, resource: Resource): string => `${who} ${resource} ${thisHour(world)}`

const resourceOf = (c: Ctx): Resource => (c.req.path === '/graphql' ? 'graphql' : 'core')

/** What this actor has used in this hour. */
export function quotaOf(world: World, c: Ctx, resource = resourceOf(c)): Quota {
  const who = nameActor(c)
  const limit = who === 'anonymous' ? limits.anonymous : limits.known
  const used = Math.min(world.used.get(keyOf(world, who, resource)) ?? 0, limit)
  return {resource, limit, used, remaining: limit - used, reset: (thisHour(world) + 1) * hour}
}

/** An answer that only says "as you have it" costs whoever is known nothing, and asking for one's quota neither. */
export function charge(world: World, c: Ctx): void {
  if (c.req.path === '/rate_limit' || (c.res.status === 304 && nameActor(c) !== 'anonymous')) return
  const key = keyOf(world, nameActor(c), resourceOf(c))
  world.used.set(key, (world.used.get(key) ?? 0) + (c.get('points') ?? 1))
}

export const quotaHeaders = (quota: Quota): Readonly<Record<string, string>> => ({
  'x-ratelimit-limit': String(quota.limit),
  'x-ratelimit-remaining': String(quota.remaining),
  'x-ratelimit-used': String(quota.used),
  'x-ratelimit-reset': String(quota.reset),
  'x-ratelimit-resource': quota.resource,
})

/** Whoever asks too much is refused before anything is done. */
export const limited = (world: World) =>
  createMiddleware<Env>(async (c, next) => {
    if (c.req.path === '/rate_limit') return next()
    const quota = quotaOf(world, c)
    if (quota.remaining === 0) return usedUp(c, quota)
    const isWrite = !/^(?:GET|HEAD|OPTIONS)$/.test(c.req.method)
    const isQuery = quota.resource === 'graphql'
    const wait = world.spending.take(`${nameActor(c)} ${quota.resource}`, {
      points: isWrite && !isQuery ? 5 : 1,
      isContent: isWrite && !isQuery && c.get('actor').kind !== 'app',
    })
    return wait === undefined ? next() : tooFast(c, wait)
  })

/** The hour's quota is gone. GraphQL says so with status 200. */
export function usedUp(c: Ctx, quota: Quota): Response {
  for (const [name, value] of Object.entries(quotaHeaders({...quota, used: quota.limit, remaining: 0})))
    c.header(name, value)
  const message = 'API rate limit exceeded for this account.'
  return quota.resource === 'graphql' ? c.json({errors: [{type: 'RATE_LIMITED', message}]}) : refuse(c, 403, message)
}

/** Too fast: come back in so many seconds. */
export function tooFast(c: Ctx, seconds: number): Response {
  c.header('retry-after', String(seconds))
  return refuse(c, 403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.')
}

export function overview(world: World, c: Ctx): Response {
  const [core, graphql] = [quotaOf(world, c, 'core'), quotaOf(world, c, 'graphql')].map(
    ({resource: _, ...rest}) => rest,
  )
  const resources = {core, graphql, search: {...core, limit: 30, used: 0, remaining: 30}}
  return c.json({resources, rate: core})
}

/** The name under which the journal keeps a request. */
export function nameActor(c: Ctx): string {
  const actor = c.get('actor')
  switch (actor.kind) {
    case 'anonymous':
      return 'anonymous'
    case 'app':
      return `app:${actor.app.slug}`
    case 'user':
    case 'installation':
      return actor.account.login
    default:
      return actor satisfies never
  }
}
