/**
 * Which function answers what. Strangers reach the web function alone, and it signs nothing, writes nothing, and has no key to
 * ask GitHub with: what needs more is passed on, as it came, to a function that has a role of its own and verifies all of it by itself.
 */
import {type Handler, Hono} from 'hono'
import {NotSetUp} from './secrets.ts'
import {InvokeCommand, LambdaClient} from '@aws-sdk/client-lambda'
import type {Env} from '../variables.ts'
import type {Log} from '../../model/log.ts'

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
  // These ask GitHub whose a name is now, and what was deployed.
  {target: 'receipts', method: 'GET', path: '/v1/receipts'},
  {target: 'receipts', method: 'GET', path: '/v1/audit'},
  {target: 'receipts', method: 'GET', path: '/badge/:owner/:repository/:file'},
  {target: 'receipts', method: 'GET', path: '/badges'},
  // It looks at what is still to be sent.
  {target: 'receipts', method: 'GET', path: '/healthz'},
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

/** Sent once: what a job tells uses its token up. The web function gives up before it is itself given up. */
const clientSettings = {
  maxAttempts: 1,
  requestHandler: {connectionTimeout: 2000, requestTimeout: 27_000, throwOnRequestTimeout: true},
}

/** The variable `<TARGET>_FUNCTION` names the function. */
export const createPassOn =
  (env: Env, log: Log, client = new LambdaClient(clientSettings)): PassOn =>
  async (target, event) => {
    const name = `${target.toUpperCase()}_FUNCTION`
    try {
      const FunctionName = env[name]
      if (FunctionName === undefined) throw new Error(`${name} is not set: infra/template.yaml sets it`)
      const answer = await client.send(new InvokeCommand({FunctionName, Payload: JSON.stringify(event)}))
      const payload = Buffer.from(answer.Payload ?? []).toString('utf8')
      if (answer.FunctionError === undefined) return readAnswer(payload)
      // What went wrong stands in the log of that function.
      log.error({target, error: answer.FunctionError}, 'a function that was asked failed')
      return refuse(502)
    } catch (fault) {
      log.error({err: fault, target}, 'a function could not be asked')
      return refuse(503)
    }
  }

/** As hono/aws-lambda writes it. */
interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** Our own function's writing. Throws for anything that is no answer. */
function readAnswer(payload: string): Response {
  const {statusCode: status, headers: given, cookies = [], body, isBase64Encoded} = JSON.parse(payload) as Answer
  const headers = new Headers(given)
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  // A redirect to nowhere has no body, and must not be given an empty one.
  return new Response(bytes.length === 0 ? null : bytes, {status, headers})
}

/** The words of any outage (docs/routes.md): whoever asks knows that nothing was told. */
const refuse = (status: 502 | 503): Response =>
  Response.json(
    {error: {code: 'internal_error', message: 'the issuer met an error; try again'}},
    {status, headers: {'cache-control': 'no-store', 'x-content-type-options': 'nosniff'}},
  )
