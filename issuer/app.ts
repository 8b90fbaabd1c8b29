/** The issuer's routes (formats §8, "Routes"): each one reads its question and tells the answer; the stories lie elsewhere. */
import {type Context, Hono, type MiddlewareHandler} from 'hono'
import {bodyLimit} from 'hono/body-limit'
import {secureHeaders} from 'hono/secure-headers'
import {auditRoutes} from './api/audit-routes.ts'
import {badgeRoutes} from './pages/badge/routes.ts'
import {keySetRoutes, ledgerRoutes} from './api/ledger-routes.ts'
import {pageRoutes} from './pages/routes.ts'
import {decisionRoutes, tokenKeyRoutes} from './api/decision-routes.ts'
import {intotoRoutes, receiptRoutes} from './api/receipt-routes.ts'
import type {AppTools} from './home/serving.ts'
import {closedSetup} from './setup/routes.ts'
import {maxWebhookBytes, receiveWebhook} from './inbox/receive.ts'

export function createApp(tools: AppTools): Hono {
  const app = new Hono()
  app.use(secureHeaders())
  app.onError((fault, c) => {
    if (hasHungUp(fault, c)) return c.body(null, 400)
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

  app.route('/v1/receipts', intotoRoutes(tools.asking))
  app.route('/v1/receipts', receiptRoutes(tools.asking))
  app.route('/v1/decisions', decisionRoutes(tools.asking))
  app.route('/v1/audit', auditRoutes(tools.asking))
  app.route('/v1/ledger', ledgerRoutes(tools.ledger))
  app.route('/v1/keys', keySetRoutes(tools.asking))

  app.route('/.well-known', tokenKeyRoutes(tools.tokenKey))
  app.get('/.well-known/countersign-keys.json', async (c) => {
    const keySet = await tools.keySet()
    c.header('cache-control', 'public, max-age=300')
    return c.json(keySet)
  })
  app.get('/healthz', async (c) => {
    const troubles = await tools.health()
    const {version} = tools
    return troubles.length === 0
      ? c.json({status: 'ok', version})
      : c.json({status: 'troubled', troubles, version}, 503)
  })
  app.route('/', closedSetup(tools.pages))
  app.use('/badge/*', shownAnywhere)
  app.route('/badge', badgeRoutes(tools.pages))
  app.route('/', pageRoutes(tools.pages))
  return app
}

/** In the middle of a body, before anything was done: no fault of ours, and any stranger could fill the log with it. */
const hasHungUp = (fault: Error, c: Context): boolean =>
  c.req.raw.signal.aborted && 'code' in fault && fault.code === 'ECONNRESET'

/** A badge stands on other sites; everything else is for its own pages. */
const shownAnywhere: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('cross-origin-resource-policy', 'cross-origin')
}

const problem = (code: string, message: string): {error: {code: string; message: string}} => ({error: {code, message}})

const limitWebhook = bodyLimit({
  maxSize: maxWebhookBytes,
  onError: (c) => c.json(problem('body_too_large', `a webhook body has at most ${maxWebhookBytes} bytes`), 413),
})
