/** The whole of GitHub's API in the order in which a request meets it. */

import {createHash, randomUUID} from 'node:crypto'

import {Hono} from 'hono'
import {createMiddleware} from 'hono/factory'

import {oidcRoutes} from '../oidc.ts'
import type {Checker} from '../openapi.ts'
import type {World} from '../world.ts'
import {authenticate, findsRepository, namePath} from './actor.ts'
import {type Env, notFound, refuse} from './answers.ts'
import {appRoutes} from './apps.ts'
import {checkRoutes} from './checks.ts'
import {commentRoutes} from './comments.ts'
import {commitRoutes} from './commits.ts'
import {contentRoutes} from './contents.ts'
import {deliveryRoutes} from './deliveries.ts'
import {deploymentRoutes} from './deployments.ts'
import {faulty} from './faulty.ts'
import {graphqlRoutes} from './graphql.ts'
import {conversionRoutes, manifestRoutes} from './manifests.ts'
import {pullRoutes} from './pulls.ts'
import {charge, limited, nameActor, overview, quotaHeaders, quotaOf} from './quota.ts'
import {repositoryRoutes} from './repositories.ts'
import {settingRoutes} from './settings.ts'
import {userRoutes} from './users.ts'

// Settings stand before the branches, whose names may have any number of parts.
const areas = [
  settingRoutes,
  checkRoutes,
  commentRoutes,
  contentRoutes,
  deploymentRoutes,
  pullRoutes,
  repositoryRoutes,
  commitRoutes,
]

export function gitHubApp(world: World, checker: Checker | undefined): Hono<Env> {
  const app = new Hono<Env>()
  app.use(journal(world))
  app.use(faulty(world))
  if (checker) app.use(checked(world, checker))
  app.route('/', oidcRoutes(world))
  app.route('/', manifestRoutes(world))
  app.use(authenticate(world))
  app.use(limited(world))
  app.use(conditional)
  app.route('/', graphqlRoutes(world))
  app.route('/', appRoutes(world))
  app.route('/', deliveryRoutes(world))
  app.route('/', conversionRoutes(world))
  app.route('/', userRoutes(world))
  app.get('/rate_limit', (c) => overview(world, c))
  const inRepository = '/repos/:owner/:repo'
  app.use(`${inRepository}/*`, findsRepository(world))
  for (const area of areas) app.route(inRepository, area(world))
  app.notFound((c) => {
    world.violations.push(`${c.req.method} ${c.req.path}: the sandbox does not have this route`)
    return refuse(c, 501, 'The sandbox does not have this route')
  })
  app.onError((failure, c) => {
    world.violations.push(
      `${c.req.method} ${c.req.path}: the sandbox failed: ${(failure.stack ?? failure.message).split('\n').slice(0, 4).join(' ')}`,
    )
    return refuse(c, 500, 'The sandbox failed; see its violations')
  })
  return byId(world, app)
}

/** In front of everything: GitHub's other form of a repository's path, by its id. */
function byId(world: World, app: Hono<Env>): Hono<Env> {
  const front = new Hono<Env>()
  front.all('*', async (c) => {
    const url = new URL(c.req.url)
    if (!url.pathname.startsWith('/repositories/')) return app.fetch(c.req.raw, c.env)
    const path = namePath(world, url.pathname)
    if (path === undefined) return notFound(c)
    url.pathname = path
    const {method, headers} = c.req.raw
    const body = method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer()
    return app.fetch(new Request(url, {method, headers, body}), c.env)
  })
  return front
}

/** Date, request id and quota on every answer, and a line in the journal. */
const journal = (world: World) =>
  createMiddleware<Env>(async (c, next) => {
    c.set('actor', {kind: 'anonymous'})
    const at = world.clock.stamp()
    await next()
    c.header('Date', world.clock.now().toUTCString())
    c.header('x-github-request-id', randomUUID().slice(0, 23).toUpperCase().replaceAll('-', ':'))
    charge(world, c)
    if (c.res.headers.get('x-ratelimit-limit') === null)
      for (const [name, value] of Object.entries(quotaHeaders(quotaOf(world, c)))) c.header(name, value)
    const url = new URL(c.req.url)
    const line = {at, method: c.req.method, path: `${url.pathname}${url.search}`}
    world.requests.push({...line, actor: nameActor(c), status: c.res.status})
  })

/** `ETag` on what is read, and 304 for whoever has it already. */
const conditional = createMiddleware<Env>(async (c, next) => {
  await next()
  if (c.req.method !== 'GET' || c.res.status !== 200) return
  const etag = `W/"${createHash('sha256')
    .update(await c.res.clone().bytes())
    .digest('hex')}"`
  c.header('ETag', etag)
  if (c.req.header('if-none-match') !== etag) return
  c.res = new Response(null, {status: 304, headers: c.res.headers})
  c.res.headers.delete('content-type')
})

/** Holds request and answer against GitHub's own description. */
const checked = (world: World, checker: Checker) =>
  createMiddleware<Env>(async (c, next) => {
    const body = c.req.method === 'GET' ? undefined : await c.req.text()
    await next()
    const type = c.res.headers.get('content-type') ?? ''
    const answer = /json/.test(type) ? await c.res.clone().text() : undefined
    const exchange = {method: c.req.method, url: new URL(c.req.url), body, status: c.res.status, type, answer}
    world.violations.push(...checker.check(exchange))
  })
