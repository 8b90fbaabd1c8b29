/** Rate limits: the headers of every answer, and the refusals that a test asks for. */

import type {World} from '../world.ts'
import type {Ctx} from './answers.ts'

const limits = {anonymous: 60, known: 5000} as const
const hour = 3600

export interface Quota {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  readonly reset: number
}

/** The world's hours are everyone's windows. Counting is honest, enforcing is left to faults. */
export function quotaOf(world: World, c: Ctx): Quota {
  const who = nameActor(c)
  const limit = who === 'anonymous' ? limits.anonymous : limits.known
  const used = Math.min((world.requestCounts.get(who) ?? 0) + 1, limit)
  const reset = (Math.floor(world.clock.now().getTime() / 1000 / hour) + 1) * hour
  return {limit, used, remaining: limit - used, reset}
}

export const quotaHeaders = (quota: Quota): Readonly<Record<string, string>> => ({
  'x-ratelimit-limit': String(quota.limit),
  'x-ratelimit-remaining': String(quota.remaining),
  'x-ratelimit-used': String(quota.used),
  'x-ratelimit-reset': String(quota.reset),
  'x-ratelimit-resource': 'core',
})

export function overview(world: World, c: Ctx): Response {
  const core = quotaOf(world, c)
  const resources = {core, graphql: core, search: {...core, limit: 30, used: 0, remaining: 30}}
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
