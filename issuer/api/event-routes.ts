/**
 * What happened to a receipt, over HTTP (docs/routes.md): the documents whose digests the ledger carries, for auditors alone.
 * A job's report holds the random number that keeps its digest from being guessed.
 */
import type {Hono} from 'hono'
import {parseReceiptId} from '#protocol'
import {mayReadEvidence} from '../model/caller.ts'
import type {CallerTools} from './callers/read-caller.ts'
import type {RecordReader} from '../model/lookups.ts'
import type {Store} from '../model/store.ts'
import type {Log} from '../model/log.ts'
import {callerOf, callerRoutes} from './caller-routes.ts'

export type EventRouteTools = CallerTools & {
  readonly log: Log
  readonly store: Pick<Store, 'find'>
  readonly records: Pick<RecordReader, 'events'>
}

/** To be mounted at `/v1/receipts`. */
export function eventRoutes(tools: EventRouteTools): Hono {
  const routes = callerRoutes(tools)
  routes.get('/:id/events', async (c) => {
    const caller = await callerOf(c, tools)
    const id = parseReceiptId(c.req.param('id'))
    const [found] = id === undefined ? [] : await tools.store.find({by: 'receipt', id})
    if (id === undefined || found === undefined) return c.notFound()
    // Each by its own owner, as the ledger shows its entry: a repository may have changed hands.
    const shown = (await tools.records.events(id)).filter((event) => mayReadEvidence(caller, event))
    if (!mayReadEvidence(caller, found) && shown.length === 0) return c.notFound()
    return c.json({events: shown.map(({entry, body}) => ({entry, document: JSON.parse(body) as unknown}))})
  })
  return routes
}
