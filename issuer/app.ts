/** The issuer's routes (formats §8, "Routes"): each one reads its question and tells the answer; the stories lie elsewhere. */
import {Hono} from 'hono'
import {bodyLimit} from 'hono/body-limit'
import {secureHeaders} from 'hono/secure-headers'
import {type KeySet, parseReceiptId} from '#protocol'
import {type LedgerRouteTools, ledgerRoutes} from './ledger/routes.ts'
import {readReceiptQuery} from './receipt-query.ts'
import type {Store} from './store/store.ts'
import {type WebhookTools, maxWebhookBytes, receiveWebhook} from './webhook/receive.ts'

export interface AppTools {
  readonly store: Pick<Store, 'find'>
  readonly webhook: WebhookTools
  /** Called after a delivery was kept. */
  readonly delivered: () => void
  /** What is published now. */
  readonly keySet: () => Promise<KeySet>
  readonly ledger: LedgerRouteTools
  readonly version: string
  /** Resolves when the store answers, rejects when it does not. */
  readonly probe: () => Promise<unknown>
  readonly logFault: (fault: unknown, route: string) => void
}

export function createApp(tools: AppTools): Hono {
  const app = new Hono()
  app.use(secureHeaders())
  app.onError((fault, c) => {
    tools.logFault(fault, c.req.path)
    return c.json(problem('internal_error', 'the issuer met an error; try again'), 500)
  })
  app.notFound((c) => c.json(problem('not_found', 'nothing is here'), 404))

  app.post('/github/webhook', limitWebhook, async (c) => {
    const answer = await receiveWebhook(
      {
        body: new Uint8Array(await c.req.arrayBuffer()),
        signature: c.req.header('x-hub-signature-256'),
        event: c.req.header('x-github-event'),
        delivery: c.req.header('x-github-delivery'),
      },
      tools.webhook,
    )
    if (answer.body.result === 'kept') tools.delivered()
    return c.json(answer.body, answer.status)
  })

  // Until callers can show who they are, receipts of repositories that are not public are served to nobody.
  app.get('/v1/receipts', async (c) => {
    const query = readReceiptQuery((name) => c.req.queries(name))
    if (!query.ok) return c.json(problem('query_invalid', query.problems.join('; ')), 400)
    const found = await tools.store.find(query.lookup)
    return c.json({receipts: found.filter((one) => one.public).map((one) => one.receipt)})
  })
  app.get('/v1/receipts/:id', async (c) => {
    const id = parseReceiptId(c.req.param('id'))
    const [found] = id === undefined ? [] : await tools.store.find({by: 'receipt', id})
    return found?.public === true ? c.json(found.receipt) : c.notFound()
  })

  app.route('/v1/ledger', ledgerRoutes(tools.ledger))

  app.get('/.well-known/countersign-keys.json', async (c) => {
    const keySet = await tools.keySet()
    c.header('cache-control', 'public, max-age=300')
    return c.json(keySet)
  })
  app.get('/healthz', async (c) => {
    await tools.probe()
    return c.json({status: 'ok', version: tools.version})
  })
  return app
}

const problem = (code: string, message: string): {error: {code: string; message: string}} => ({error: {code, message}})

const limitWebhook = bodyLimit({
  maxSize: maxWebhookBytes,
  onError: (c) => c.json(problem('body_too_large', `a webhook body has at most ${maxWebhookBytes} bytes`), 413),
})
