/** Key sets as the ledger announced them, over HTTP (docs/routes.md): each is public, and never changes. */
import {Hono} from 'hono'
import type {EntryReader} from '../model/readers.ts'

export interface KeySetRouteTools {
  readonly entries: Pick<EntryReader, 'keySet'>
}

/** To be mounted at `/v1/keys`. */
export function keySetRoutes({entries}: KeySetRouteTools): Hono {
  const routes = new Hono()
  routes.get('/:seq', async (c) => {
    const seq = c.req.param('seq')
    const keySet = /^(?:0|[1-9][0-9]{0,14})$/.test(seq) ? await entries.keySet(Number(seq)) : undefined
    if (keySet === undefined) return c.notFound()
    return c.body(keySet, 200, {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=86400, immutable',
    })
  })
  return routes
}
