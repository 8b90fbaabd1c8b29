/** Webhook payloads against the JSON Schemas that are published for them. */

import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'

import {Ajv} from 'ajv'
import formats from 'ajv-formats'

import {keepOnce} from './kept.ts'

type Definitions = Readonly<Record<string, unknown>>

/** What a process has compiled: each schema once, when it is first needed. */
interface Compiled {
  readonly definitions: Definitions
  readonly known: Set<string>
  readonly ajv: Ajv
}

const load = (): Compiled =>
  keepOnce('schemas of webhooks', () => {
    const file = createRequire(import.meta.url).resolve('@octokit/webhooks-schemas/schema.json')
    const {definitions} = JSON.parse(readFileSync(file, 'utf8')) as {readonly definitions: Definitions}
    // The optimizer costs more than it saves in so short a life.
    const options = {strict: false, inlineRefs: false, validateSchema: false, code: {optimize: false}}
    return {definitions, known: new Set<string>(), ajv: formats.default(new Ajv({...options, logger: false}))}
  })

/** Every disagreement of a payload with its event's schema, in words. */
export function checkPayload(event: string, payload: object): readonly string[] {
  const compiled = load()
  const {definitions} = compiled
  const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : 'event'
  const name = [`${event}$${action}`, `${event}$event`, `${event}_event`].find((candidate) => candidate in definitions)
  if (name === undefined) return [`webhook ${event}.${action}: not in the published schemas`]
  addSchema(compiled, name)
  const validate = compiled.ajv.getSchema(name)
  if (!validate) throw new Error(`the schema of ${name} does not compile`)
  if (validate(payload)) return []
  return (validate.errors ?? [])
    .slice(0, 5)
    .map(
      ({instancePath, message = '', params}) => `webhook ${name}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    )
}

/** Makes a definition, and all that it refers to, a schema of its own under its name. */
function addSchema(compiled: Compiled, name: string): void {
  const {definitions, known, ajv} = compiled
  if (known.has(name)) return
  known.add(name)
  const text = JSON.stringify(definitions[name])
  ajv.addSchema(JSON.parse(text.replaceAll('"$ref":"#/definitions/', '"$ref":"')) as object, name)
  for (const [, next = ''] of text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) addSchema(compiled, next)
}
