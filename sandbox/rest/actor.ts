/** Who is asking: tokens to actors, and the gates in front of routes. */

import {createMiddleware} from 'hono/factory'
import {decodeJwt, errors, jwtVerify} from 'jose'

import {accessOf, type Need, sees} from '../access.ts'
import type {Actor, App, PermissionName, Role} from '../state.ts'
import {findRepository, fullName, type World} from '../world.ts'
import {
  badCredentials,
  type Ctx,
  type Env,
  needsAuthentication,
  notForIntegrations,
  notFound,
  refuse,
} from './answers.ts'

type Identified = {readonly actor: Actor} | {readonly refusal: string}

export const authenticate = (world: World) =>
  createMiddleware<Env>(async (c, next) => {
    const header = c.req.header('authorization')
    const found = header === undefined ? {actor: {kind: 'anonymous'} as const} : await identify(world, header)
    if ('refusal' in found) {
      c.set('actor', {kind: 'anonymous'})
      return found.refusal === '' ? badCredentials(c) : refuse(c, 401, found.refusal)
    }
    c.set('actor', found.actor)
    await next()
    return undefined
  })

export async function identify(world: World, header: string): Promise<Identified> {
  const [, token = ''] = /^(?:bearer|token) +(\S+)$/i.exec(header) ?? []
  if (token.split('.').length === 3) return verifyAppToken(world, token)
  const issued = world.tokens.get(token)
  if (!issued) return {refusal: ''}
  if (issued.expiresAt && !(world.clock.now() < issued.expiresAt)) return {refusal: ''}
  return {actor: issued.actor}
}

const longestLife = 10 * 60
/** GitHub lets a clock run ahead by about this much. */
const leeway = 30

/** An App's own token: RS256 by its key, at most ten minutes, with GitHub's words for what is wrong. */
async function verifyAppToken(world: World, token: string): Promise<Identified> {
  const now = Math.floor(world.clock.now().getTime() / 1000)
  try {
    const issuer = String(decodeJwt(token).iss)
    const app = world.apps.find(({id}) => String(id) === issuer)
    if (!app) return {refusal: 'Integration not found'}
    const {publicKey} = await app.keys()
    const {payload} = await jwtVerify(token, publicKey, {algorithms: ['RS256'], currentDate: new Date(0)})
    const {iat, exp} = payload
    if (!(typeof iat === 'number' && iat <= now + leeway))
      return {
        refusal: "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      }
    if (!(typeof exp === 'number' && exp > now))
      return {
        refusal:
          "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      }
    if (!(exp <= now + longestLife + leeway))
      return {refusal: "'Expiration time' claim ('exp') is too far in the future"}
    return {actor: {kind: 'app', app}}
  } catch (failure) {
    if (!(failure instanceof errors.JOSEError)) throw failure
    return {refusal: 'A JSON web token could not be decoded'}
  }
}

/** Lets in an App that shows its own token. */
export const asApp = (answer: (c: Ctx, self: App) => Response | Promise<Response>) => (c: Ctx) => {
  const actor = c.get('actor')
  return actor.kind === 'app' ? answer(c, actor.app) : refuse(c, 401, 'A JSON web token could not be decoded')
}

/** Finds the repository of the path; renamed ones lead to their id, and unseen ones do not exist. */
export const findsRepository = (world: World) =>
  createMiddleware<Env>(async (c, next) => {
    const name = `${c.req.param('owner') ?? ''}/${c.req.param('repo') ?? ''}`
    const actor = c.get('actor')
    const repository = findRepository(world, name)
    if (!repository) return leadOn(world, c, name)
    // An App's own token stands above repositories: it only asks where it is installed.
    if (actor.kind !== 'app' && !sees(world, actor, repository)) return notFound(c)
    c.set('repository', repository)
    await next()
    return undefined
  })

function leadOn(world: World, c: Ctx, name: string): Response {
  const id = world.formerNames.get(name.toLowerCase())
  const repository = world.repositories.find((candidate) => candidate.id === id)
  if (!repository || !sees(world, c.get('actor'), repository)) return notFound(c)
  const target = new URL(c.req.url)
  target.pathname = target.pathname.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${repository.id}`)
  const status = c.req.method === 'GET' ? 301 : 307
  const documentation_url = 'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects'
  const message = status === 301 ? 'Moved Permanently' : 'Temporary Redirect'
  return c.json({message, url: target.href, documentation_url}, status, {Location: target.href})
}

/** GitHub's other form of a repository's path; the rest of the request stays as it came. */
export function namePath(world: World, path: string): string | undefined {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? []
  const repository = world.repositories.find((candidate) => String(candidate.id) === id)
  return repository && `/repos/${fullName(repository)}${rest}`
}

export const reads = (...permissions: readonly PermissionName[]): Need => ({level: 'read', permissions, role: 'read'})

export const writes = (role: Role, ...permissions: readonly PermissionName[]): Need => ({
  level: 'write',
  permissions,
  role,
})

/** Lets in whoever has what a route needs. */
export const needs = (world: World, need: Need) =>
  createMiddleware<Env>(async (c, next) => {
    const access = accessOf(world, c.get('actor'), {repository: c.get('repository'), need})
    switch (access) {
      case 'granted':
        await next()
        return undefined
      case 'unauthenticated':
        return needsAuthentication(c)
      case 'integration':
        return notForIntegrations(c)
      case 'person':
        return notFound(c)
      default:
        return access satisfies never
    }
  })
