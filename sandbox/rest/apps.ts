/** What an App asks with its own token: itself and its installations. */

import {Hono} from 'hono'

import {installationCovers, issueInstallationToken} from '../accounts.ts'
import {printTime} from '../clock.ts'
import {presentApp, presentInstallation} from '../present/accounts.ts'
import {presentRepository} from '../present/repositories.ts'
import {type App, type Installation, permissionNames, type Permissions, type Repository} from '../state.ts'
import type {World} from '../world.ts'
import {asApp} from './actor.ts'
import {
  type Ctx,
  type Env,
  type Fields,
  notFound,
  notForIntegrations,
  notJson,
  paginate,
  parseFields,
  parseNumber,
  parseWord,
  readFields,
  refuse,
} from './answers.ts'

export function appRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
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
