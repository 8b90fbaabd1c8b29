/** What an App asks with its own token: itself, its installations, its webhook's deliveries. */

import {Hono} from 'hono'

import {installationCovers, issueInstallationToken} from '../accounts.ts'
import {printTime} from '../clock.ts'
import type {Delivery} from '../hooks.ts'
import {presentApp, presentInstallation} from '../present/accounts.ts'
import {presentRepository} from '../present/repositories.ts'
import {type App, type Installation, permissionNames, type Permissions, type Repository} from '../state.ts'
import type {World} from '../world.ts'
import {
  type Ctx,
  type Env,
  type Fields,
  link,
  notFound,
  notForIntegrations,
  notJson,
  paginate,
  parseFields,
  parseNumber,
  parseWord,
  readFields,
  readPage,
  refuse,
} from './answers.ts'

export function appRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const asApp = (answer: (c: Ctx, self: App) => Response | Promise<Response>) => (c: Ctx) => {
    const actor = c.get('actor')
    return actor.kind === 'app' ? answer(c, actor.app) : refuse(c, 401, 'A JSON web token could not be decoded')
  }
  app.get(
    '/app',
    asApp((c, self) => {
      const count = world.installations.filter((one) => one.app === self).length
      return c.json({...presentApp(world, self), installations_count: count})
    }),
  )
  app.get(
    '/app/installations',
    asApp((c, self) => {
      const own = world.installations.filter((one) => one.app === self)
      return c.json(paginate(c, own).map((one) => presentInstallation(world, one)))
    }),
  )
  app.get(
    '/app/installations/:id{[0-9]+}',
    asApp((c, self) => {
      const found = findInstallation(world, c, self)
      return found ? c.json(presentInstallation(world, found)) : notFound(c)
    }),
  )
  app.post(
    '/app/installations/:id{[0-9]+}/access_tokens',
    asApp((c, self) => accessToken(world, c, self)),
  )
  app.get(
    '/app/hook/deliveries',
    asApp((c) => deliveries(world, c)),
  )
  app.post(
    '/app/hook/deliveries/:id{[0-9]+}/attempts',
    asApp((c) => redeliver(world, c)),
  )
  app.get('/installation/repositories', (c) => installationRepositories(world, c))
  return app
}

function findInstallation(world: World, c: Ctx, self: App): Installation | undefined {
  const id = parseNumber(c.req.param('id'))
  return world.installations.find((one) => one.app === self && one.id === id)
}

async function accessToken(world: World, c: Ctx, self: App): Promise<Response> {
  const installation = findInstallation(world, c, self)
  if (!installation) return notFound(c)
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const chosen = chooseRepositories(world, installation, fields)
  const permissions = choosePermissions(self, fields)
  if (!chosen)
    return refuse(
      c,
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  if (!permissions) return refuse(c, 422, 'The permissions requested are not granted to this installation.')
  const repositories = chosen === 'all' ? undefined : new Set(chosen.map(({id}) => id))
  const {token, expiresAt} = issueInstallationToken(world, {installation, permissions, repositories})
  return c.json(
    {
      token,
      expires_at: printTime(expiresAt),
      permissions,
      repository_selection: chosen === 'all' && !installation.repositories ? 'all' : 'selected',
      ...(chosen !== 'all' && {repositories: chosen.map((repository) => presentRepository(world, repository))}),
    },
    201,
  )
}

/** A token may be narrowed to some of the installation's repositories, never widened. */
function chooseRepositories(
  world: World,
  installation: Installation,
  fields: Fields,
): readonly Repository[] | 'all' | undefined {
  const {repositories: names, repository_ids: ids} = fields
  if (names === undefined && ids === undefined) return 'all'
  const wanted = [names, ids].filter((list): list is readonly unknown[] => Array.isArray(list)).flat()
  const found = wanted.map((key) =>
    world.repositories.find(
      (repository) =>
        installationCovers(installation, repository) && (repository.id === key || repository.name === key),
    ),
  )
  const known = found.filter((repository) => repository !== undefined)
  return known.length === wanted.length ? known : undefined
}

function choosePermissions(self: App, fields: Fields): Permissions | undefined {
  if (fields['permissions'] === undefined) return self.permissions
  const wanted = Object.entries(parseFields(fields['permissions']) ?? {})
  const chosen: Partial<Record<(typeof permissionNames)[number], 'read' | 'write'>> = {}
  for (const [key, level] of wanted) {
    const name = parseWord(permissionNames, key)
    const access = parseWord(['read', 'write'] as const, level)
    const held = name && self.permissions[name]
    if (!name || !access || !held || (access === 'write' && held !== 'write')) return undefined
    chosen[name] = access
  }
  return chosen
}

function installationRepositories(world: World, c: Ctx): Response {
  const actor = c.get('actor')
  if (actor.kind !== 'installation') return notForIntegrations(c)
  const covered = world.repositories.filter((repository) => actor.covers(repository))
  const shown = paginate(c, covered).map((repository) => presentRepository(world, repository))
  const selection = actor.installation?.repositories ? 'selected' : 'all'
  return c.json({total_count: covered.length, repository_selection: selection, repositories: shown})
}

const failed = (delivery: Delivery): boolean => !(delivery.statusCode >= 200 && delivery.statusCode < 400)

/** Newest first, by cursor; a delivery still under way is not listed yet. */
function deliveries(world: World, c: Ctx): Response {
  const {status, cursor} = c.req.query()
  const {size} = readPage(c)
  const done = world.hooks.deliveries
    .filter(({statusCode}) => statusCode > 0)
    .filter((one) => status === undefined || failed(one) === (status === 'failure'))
    .toReversed()
  const start = cursor === undefined ? 0 : done.findIndex(({id}) => id <= Number(cursor.replace(/^v1_/, '')))
  const page = start < 0 ? [] : done.slice(start, start + size)
  const next = start < 0 ? undefined : done[start + size]
  if (next) c.header('Link', link(c, {cursor: `v1_${next.id}`}, 'next'))
  return c.json(
    page.map((one) => ({
      id: one.id,
      guid: one.guid,
      delivered_at: one.deliveredAt,
      redelivery: one.redelivery,
      duration: Math.round(one.durationMs / 10) / 100,
      status: one.status,
      status_code: one.statusCode,
      event: one.event,
      action: one.action,
      installation_id: one.installationId,
      repository_id: one.repositoryId,
      throttled_at: null,
    })),
  )
}

function redeliver(world: World, c: Ctx): Response {
  const id = world.hooks.redeliver(parseNumber(c.req.param('id')) ?? 0)
  return id === undefined ? notFound(c) : c.json({}, 202)
}
