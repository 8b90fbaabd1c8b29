/**
 * Which function answers what. Strangers reach the web function alone, and it signs nothing and writes nothing: what needs
 * more is passed on, as it came, to a function that has a role of its own and verifies all of it by itself.
 */
import {type Handler, Hono} from 'hono'
import {NotSetUp} from './secrets.ts'

/** `receipts`: what jobs tell of a receipt, and what the receipt key signs. `setup`: how the GitHub App is made. */
export type PrivateFunction = 'receipts' | 'setup'

interface Row {
  readonly target: PrivateFunction
  readonly method: 'GET' | 'POST'
  readonly path: string
}

/** By the routes' own patterns. Whatever is not here the web function answers itself. */
export const passedOn: readonly Row[] = [
  {target: 'receipts', method: 'GET', path: '/v1/receipts/:file{[a-z0-9_]+\\.intoto\\.json}'},
  {target: 'receipts', method: 'GET', path: '/v1/receipts/:id/status'},
  {target: 'receipts', method: 'POST', path: '/v1/receipts/:id/redemptions'},
  {target: 'receipts', method: 'POST', path: '/v1/receipts/:id/executions'},
  {target: 'receipts', method: 'GET', path: '/.well-known/countersign-keys.json'},
  {target: 'setup', method: 'GET', path: '/setup'},
  {target: 'setup', method: 'POST', path: '/setup'},
  {target: 'setup', method: 'GET', path: '/setup/callback'},
]

interface OnLambda {
  readonly Bindings: {readonly event: unknown}
}

export type LambdaApp = Hono<OnLambda>

/** Opened when it is first asked. */
type OpenApp = () => Promise<Hono>

/** Hands an event to another function, and gives its answer. Never rejects. */
export type PassOn = (target: PrivateFunction, event: unknown) => Promise<Response>

export function webApp({app, passOn}: {readonly app: OpenApp; readonly passOn: PassOn}): LambdaApp {
  const routes = openLambdaApp()
  for (const {target, method, path} of passedOn) routes.on(method, path, (c) => passOn(target, c.env.event))
  routes.all('*', askApp(app))
  return routes
}

/** A private function answers what is passed on to it, and nothing else. */
export function privateApp(target: PrivateFunction, app: OpenApp): LambdaApp {
  const routes = openLambdaApp()
  for (const row of passedOn) if (row.target === target) routes.on(row.method, row.path, askApp(app))
  return routes
}

/**
 * A start that fails is an error of the function, which alarms count; one before set-up is none. The app answers its own
 * faults.
 */
function openLambdaApp(): LambdaApp {
  const routes: LambdaApp = new Hono()
  routes.onError((fault, c) => {
    if (fault instanceof NotSetUp) return c.json({error: {code: 'not_set_up', message: fault.message}}, 503)
    throw fault
  })
  return routes
}

const askApp =
  (app: OpenApp): Handler<OnLambda> =>
  async (c) =>
    await (await app()).fetch(c.req.raw)
