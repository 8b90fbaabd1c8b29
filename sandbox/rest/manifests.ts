/** The page to which a manifest is posted, confirmed at once as by a person, and the route that fetches the credentials. */

import {randomBytes} from 'node:crypto'

import {Hono} from 'hono'

import {confirmManifest, redeemCode} from '../manifests.ts'
import {presentApp} from '../present/accounts.ts'
import type {World} from '../world.ts'
import {type Ctx, type Env, notFound} from './answers.ts'

/** Not of the API: what a browser meets on GitHub's site. */
export function manifestRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.post('/settings/apps/new', (c) => confirm(world, c, undefined))
  app.post('/organizations/:org/settings/apps/new', (c) => confirm(world, c, c.req.param('org')))
  return app
}

async function confirm(world: World, c: Ctx, organization: string | undefined): Promise<Response> {
  const manifest = new URLSearchParams(await c.req.text()).get('manifest') ?? ''
  const state = c.req.query('state')
  try {
    const ask = {manifest, ...(state !== undefined && {state}), ...(organization !== undefined && {organization})}
    return c.redirect(confirmManifest(world, ask), 302)
  } catch (fault) {
    return c.text(fault instanceof Error ? fault.message : String(fault), 422)
  }
}

export function conversionRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.post('/app-manifests/:code/conversions', async (c) => {
    const made = redeemCode(world, c.req.param('code'))
    if (!made) return notFound(c)
    const {privateKey} = await made.keys()
    return c.json(
      {
        ...presentApp(world, made),
        client_id: `Iv23${randomBytes(8).toString('hex')}`,
        client_secret: randomBytes(20).toString('hex'),
        webhook_secret: made.webhookSecret,
        pem: privateKey.export({type: 'pkcs1', format: 'pem'}).toString(),
      },
      201,
    )
  })
  return app
}
