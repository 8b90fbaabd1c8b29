/** Passes a Function URL's event on to another function, as it came, and gives its answer back. */
import {InvokeCommand, LambdaClient} from '@aws-sdk/client-lambda'
import type {Env} from '../variables.ts'
import type {Log} from '../../model/log.ts'
import type {PassOn} from './routing.ts'

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
