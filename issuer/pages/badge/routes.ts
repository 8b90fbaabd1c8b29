/** The badges (formats §8). Whatever cannot be told, for whatever reason, is the same grey `unknown`. */
import {type Context, Hono} from 'hono'
import {etag} from 'hono/etag'
import type {BadgeTools} from '../tools.ts'
import {drawBadge, endpointOf, sayBadge} from './draw.ts'
import {findStatus} from './status.ts'

/** Mount it at `/badge`. */
export function badgeRoutes(tools: BadgeTools): Hono {
  const routes = new Hono()
  routes.use(etag())
  routes.get('/:owner/:repository/:file', async (c) => {
    const asked = readQuestion(c)
    if (asked === undefined) return c.notFound()
    const badge = sayBadge(asked.environment, await findStatus(c.req.raw, asked, tools))
    // A bearer stands in no address: what it may see is for no shared cache.
    const isForAll = c.req.header('authorization') === undefined
    c.header('cache-control', `${isForAll ? 'public' : 'private'}, max-age=30`)
    c.header('vary', 'authorization')
    if (asked.form === 'json') return c.json(endpointOf(badge))
    c.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return c.body(drawBadge(badge), 200, {'content-type': 'image/svg+xml; charset=utf-8'})
  })
  return routes
}

interface BadgeRequest {
  readonly repository: string
  readonly environment: string
  readonly form: 'svg' | 'json'
}

/** The environment's `/` arrives as %2F, so it is one part of the path. */
function readQuestion(c: Context): BadgeRequest | undefined {
  const {owner, repository, file} = c.req.param() as Readonly<Record<string, string>>
  const [, environment, form] = /^(.{1,63})\.(svg|json)$/.exec(file ?? '') ?? []
  if (environment === undefined || (form !== 'svg' && form !== 'json')) return undefined
  return {repository: `${owner ?? ''}/${repository ?? ''}`, environment, form}
}
