/** The deliveries of an App's webhook: what GitHub still lists of them, one by one, and sending one again. */

import {Hono} from 'hono'

import type {Delivery} from '../hooks.ts'
import type {World} from '../world.ts'
import {asApp} from './actor.ts'
import {type Ctx, type Env, link, notFound, parseNumber, readPage} from './answers.ts'

export function deliveryRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const path = '/app/hook/deliveries'
  app.get(
    path,
    asApp((c) => list(world, c)),
  )
  app.get(
    `${path}/:id{[0-9]+}`,
    asApp((c) => one(world, c)),
  )
  app.post(
    `${path}/:id{[0-9]+}/attempts`,
    asApp((c) => redeliver(world, c)),
  )
  return app
}

const threeDaysMs = 3 * 24 * 3_600_000
/** A busy App's list reaches back hours, not days. */
const mostListed = 500

/** Newest first: the last few hundred, three days old at most. A delivery still under way is not listed yet. */
function listed(world: World): readonly Delivery[] {
  const now = world.clock.now().getTime()
  const [since, until] = [now - threeDaysMs, now - world.hooks.listedAfterMs]
  const isListed = (at: number): boolean => at >= since && at <= until
  return world.hooks.deliveries
    .filter(({statusCode, deliveredAt}) => statusCode > 0 && isListed(Date.parse(deliveredAt)))
    .slice(-mostListed)
    .toReversed()
}

const failed = (delivery: Delivery): boolean => !(delivery.statusCode >= 200 && delivery.statusCode < 400)

function list(world: World, c: Ctx): Response {
  const {status, cursor} = c.req.query()
  const {size} = readPage(c)
  const done = listed(world).filter((delivery) => status === undefined || failed(delivery) === (status === 'failure'))
  const start = cursor === undefined ? 0 : done.findIndex(({id}) => id <= Number(cursor.replace(/^v1_/, '')))
  const page = start < 0 ? [] : done.slice(start, start + size)
  const next = start < 0 ? undefined : done[start + size]
  if (next) c.header('Link', link(c, {cursor: `v1_${next.id}`}, 'next'))
  return c.json(page.map(present))
}

const present = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt,
  redelivery: delivery.redelivery,
  duration: Math.round(delivery.durationMs / 10) / 100,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  throttled_at: null,
})

/** With what was sent: headers as GitHub shows them, without the signatures, and the payload. */
function one(world: World, c: Ctx): Response {
  const found = listed(world).find(({id}) => id === parseNumber(c.req.param('id')))
  if (!found) return notFound(c)
  const headers = {'X-GitHub-Delivery': found.guid, 'X-GitHub-Event': found.event, 'Content-Type': 'application/json'}
  return c.json({
    ...present(found),
    request: {headers, payload: JSON.parse(found.body) as unknown},
    response: {headers: {}, payload: null},
  })
}

function redeliver(world: World, c: Ctx): Response {
  const found = listed(world).find(({id}) => id === parseNumber(c.req.param('id')))
  const id = found && world.hooks.redeliver(found.id)
  return id === undefined ? notFound(c) : c.json({}, 202)
}
