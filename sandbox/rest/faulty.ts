/** Carries out the faults that a test has ordered, in front of (or behind) the honest answer. */

import {setTimeout as sleep} from 'node:timers/promises'

import {RESPONSE_ALREADY_SENT} from '@hono/node-server/utils/response'
import {createMiddleware} from 'hono/factory'
import type {ContentfulStatusCode} from 'hono/utils/http-status'

import type {World} from '../world.ts'
import {identify} from './actor.ts'
import {type Ctx, type Env, refuse} from './answers.ts'
import {quotaOf, tooFast, usedUp} from './quota.ts'

export const faulty = (world: World) =>
  createMiddleware<Env>(async (c, next) => {
    const url = new URL(c.req.url)
    const fault = world.faults.take(`${c.req.method} ${url.pathname}${url.search}`)
    if (!fault) return next()
    await countFor(world, c)
    if (fault.delayMs !== undefined) await sleep(fault.delayMs)
    if (fault.rateLimit) return fault.rateLimit === 'primary' ? usedUp(c, quotaOf(world, c)) : tooFast(c, 1)
    if (fault.html === true)
      return c.html('<!DOCTYPE html><title>Unicorn! &middot; GitHub</title><p>We had issues</p>', 502)
    if (fault.status !== undefined && fault.carriedOut !== true) return failure(c, fault.status)
    await next()
    if (fault.status !== undefined) c.res = failure(c, fault.status)
    if (fault.cut === true) c.res = await cut(c, c.res)
    return undefined
  })

/** A request that fails counts against the quota of whoever made it, as one that succeeds. */
async function countFor(world: World, c: Ctx): Promise<void> {
  const header = c.req.header('authorization')
  const found = header === undefined ? undefined : await identify(world, header)
  if (found !== undefined && 'actor' in found) c.set('actor', found.actor)
}

const words: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Server Error',
  502: 'Server Error',
  503: 'Service unavailable',
}

const failure = (c: Ctx, status: number): Response =>
  refuse(c, status as ContentfulStatusCode, words[status] ?? 'Server Error')

/** Promises the whole body, sends half of it, and breaks the connection. */
async function cut(c: Ctx, answer: Response): Promise<Response> {
  const body = Buffer.from(await answer.arrayBuffer())
  const {outgoing} = c.env
  outgoing.writeHead(answer.status, {...Object.fromEntries(answer.headers), 'content-length': body.length})
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy())
  return RESPONSE_ALREADY_SENT
}
