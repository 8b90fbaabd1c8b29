/** Accounts, team memberships and the quota. */

import {Hono} from 'hono'

import {isMember} from '../access.ts'
import {presentPublicUser} from '../present/accounts.ts'
import {findAccount, sameName, type World} from '../world.ts'
import {type Ctx, type Env, needsAuthentication, notFound, notForIntegrations, parseNumber} from './answers.ts'

export function userRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.get('/user', (c) => self(world, c))
  app.get('/user/:id{[0-9]+}', (c) => {
    const id = parseNumber(c.req.param('id'))
    const found = world.accounts.find((account) => account.id === id)
    return found ? c.json(presentPublicUser(world, found)) : notFound(c)
  })
  app.get('/users/:username', (c) => {
    const found = findAccount(world, c.req.param('username'))
    return found ? c.json(presentPublicUser(world, found)) : notFound(c)
  })
  app.get('/orgs/:org/teams/:slug/memberships/:username', (c) => membership(world, c))
  return app
}

function self(world: World, c: Ctx): Response {
  const actor = c.get('actor')
  switch (actor.kind) {
    case 'user':
      return c.json(presentPublicUser(world, actor.account))
    case 'installation':
      return notForIntegrations(c)
    case 'anonymous':
    case 'app':
      return needsAuthentication(c)
    default:
      return actor satisfies never
  }
}

/** Seen by members of the organization and by Apps installed there with `members: read`. */
function membership(world: World, c: Ctx): Response {
  const actor = c.get('actor')
  const {org = '', slug = '', username = ''} = c.req.param()
  const team = world.teams.find((candidate) => candidate.slug === slug && sameName(candidate.organization.login, org))
  if (actor.kind === 'anonymous' || actor.kind === 'app') return needsAuthentication(c)
  if (actor.kind === 'installation') {
    if (actor.permissions.members === undefined) return notForIntegrations(c)
    if (!team || actor.installation?.account !== team.organization) return notFound(c)
  }
  if (!team || (actor.kind === 'user' && !isMember(world, team.organization, actor.account))) return notFound(c)
  const account = findAccount(world, username)
  const member = account && team.members.get(account.id)
  if (!member) return notFound(c)
  return c.json({url: `${world.origin}/orgs/${org}/teams/${slug}/memberships/${username}`, ...member})
}
