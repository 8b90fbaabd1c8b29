/** Webhook payloads against the JSON Schemas that are published for them. */

import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'

import {Ajv, type ValidateFunction} from 'ajv'
import formats from 'ajv-formats'

import {keepOnce} from './kept.ts'

type Definitions = Readonly<Record<string, unknown>>

const load = (): Definitions =>
  keepOnce('schemas of webhooks', () => {
    const file = createRequire(import.meta.url).resolve('@octokit/webhooks-schemas/schema.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as {readonly definitions: Definitions}).definitions
  })

/** Every disagreement of a payload with its event's schema, in words. */
export function checkPayload(event: string, payload: object): readonly string[] {
  const definitions = load()
  const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : 'event'
  const name = [`${event}$${action}`, `${event}$event`, `${event}_event`].find((candidate) => candidate in definitions)
  if (name === undefined) return [`webhook ${event}.${action}: not in the published schemas`]
  const validate = keepOnce(`schema of the webhook ${name}`, () => compile(definitions, name))
  if (validate(payload)) return []
  return (validate.errors ?? [])
    .slice(0, 5)
    .map(
      ({instancePath, message = '', params}) => `webhook ${name}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    )
}

/** Only what the event refers to: compiling all events at once takes seconds. */
function compile(definitions: Definitions, name: string): ValidateFunction {
  const reached = new Map<string, unknown>()
  const reach = (wanted: string): void => {
    if (reached.has(wanted)) return
    reached.set(wanted, definitions[wanted])
    for (const [, next] of JSON.stringify(definitions[wanted]).matchAll(/"#\/definitions\/([^"]+)"/g))
      if (next !== undefined) reach(decodeURIComponent(next))
  }
  reach(name)
  const ajv = formats.default(new Ajv({strict: false, inlineRefs: false, validateSchema: false, logger: false}))
  return ajv.compile({definitions: Object.fromEntries(reached), $ref: `#/definitions/${encodeURIComponent(name)}`})
}
