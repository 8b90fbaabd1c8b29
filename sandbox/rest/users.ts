/** Accounts, team memberships and the quota. */

import {Hono} from 'hono'

import {isMember} from '../access.ts'
import {presentPublicUser, presentTeam} from '../present/accounts.ts'
import type {Team} from '../state.ts'
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
  app.get('/orgs/:org/teams/:slug', (c) => team(world, c))
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
function findTeam(world: World, c: Ctx): Team | Response {
  const actor = c.get('actor')
  const {org = '', slug = ''} = c.req.param()
  const found = world.teams.find((one) => one.slug === slug && sameName(one.organization.login, org))
  if (actor.kind === 'anonymous' || actor.kind === 'app') return needsAuthentication(c)
  if (actor.kind === 'installation') {
    if (actor.permissions.members === undefined) return notForIntegrations(c)
    return found && actor.installation?.account === found.organization ? found : notFound(c)
  }
  return found && isMember(world, found.organization, actor.account) ? found : notFound(c)
}

function team(world: World, c: Ctx): Response {
  const found = findTeam(world, c)
  return 'slug' in found ? c.json(presentTeam(world, found)) : found
}

function membership(world: World, c: Ctx): Response {
  const found = findTeam(world, c)
  if (!('slug' in found)) return found
  const {org = '', slug = '', username = ''} = c.req.param()
  const account = findAccount(world, username)
  const member = account && found.members.get(account.id)
  if (!member) return notFound(c)
  return c.json({url: `${world.origin}/orgs/${org}/teams/${slug}/memberships/${username}`, ...member})
}
