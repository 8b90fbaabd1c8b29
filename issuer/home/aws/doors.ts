/**
 * Which function answers what. Strangers reach the web function alone, and it signs nothing and writes nothing: what needs
 * more is passed on, as it came, to a function that has a role of its own and verifies all of it by itself.
 */
import {type Handler, Hono} from 'hono'
import {NotSetUp} from './app-secret.ts'

/** `desk`: what jobs tell of a receipt, and what the receipt key signs. `setup`: how the GitHub App is made. */
export type Door = 'desk' | 'setup'

interface Row {
  readonly door: Door
  readonly method: 'GET' | 'POST'
  readonly path: string
}

/** By the routes' own patterns. Whatever is not here the web function answers itself. */
export const passedOn: readonly Row[] = [
  {door: 'desk', method: 'GET', path: '/v1/receipts/:file{[a-z0-9_]+\\.intoto\\.json}'},
  {door: 'desk', method: 'GET', path: '/v1/receipts/:id/status'},
  {door: 'desk', method: 'POST', path: '/v1/receipts/:id/redemptions'},
  {door: 'desk', method: 'POST', path: '/v1/receipts/:id/executions'},
  {door: 'desk', method: 'GET', path: '/.well-known/countersign-keys.json'},
  {door: 'setup', method: 'GET', path: '/setup'},
  {door: 'setup', method: 'POST', path: '/setup'},
  {door: 'setup', method: 'GET', path: '/setup/callback'},
]

interface OnLambda {
  readonly Bindings: {readonly event: unknown}
}

export type Front = Hono<OnLambda>

/** Opened when it is first asked. */
type OpenApp = () => Promise<Hono>

/** Hands an event to the function of a door, and gives its answer. Never rejects. */
export type PassOn = (door: Door, event: unknown) => Promise<Response>

export function webFront({app, passOn}: {readonly app: OpenApp; readonly passOn: PassOn}): Front {
  const front = openFront()
  for (const {door, method, path} of passedOn) front.on(method, path, (c) => passOn(door, c.env.event))
  front.all('*', askApp(app))
  return front
}

/** A function behind a door answers what is passed on to it, and nothing else. */
export function frontOf(door: Door, app: OpenApp): Front {
  const front = openFront()
  for (const row of passedOn) if (row.door === door) front.on(row.method, row.path, askApp(app))
  return front
}

/**
 * A start that fails is an error of the function, which alarms count; one before set-up is none. The app answers its own
 * faults.
 */
function openFront(): Front {
  const front: Front = new Hono()
  front.onError((fault, c) => {
    if (fault instanceof NotSetUp) return c.json({error: {code: 'not_set_up', message: fault.message}}, 503)
    throw fault
  })
  return front
}

const askApp =
  (app: OpenApp): Handler<OnLambda> =>
  async (c) =>
    await (await app()).fetch(c.req.raw)
