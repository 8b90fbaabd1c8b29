/** Keeps the sandbox honest: every request and answer against GitHub's own description of its API, where that is at hand. */

import {existsSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

import {Ajv, type ValidateFunction} from 'ajv'
import formats from 'ajv-formats'

import {keepOnce} from './kept.ts'

export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly body: string | undefined
  readonly status: number
  readonly type: string
  /** The answer's text where it is JSON. */
  readonly answer: string | undefined
}

export interface Checker {
  /** Every disagreement, in words; nothing for a good exchange. */
  readonly check: (exchange: Exchange) => readonly string[]
}

type Schema = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
}

interface Operation {
  readonly parameters?: readonly (Parameter | {readonly $ref: string})[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, {readonly schema: Schema}>>
  }
  readonly responses: Readonly<
    Record<string, {readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>>}>
  >
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly responses: Readonly<Record<string, {readonly content?: Readonly<Record<string, unknown>>}>>
  }
}

export const descriptionFile = fileURLToPath(new URL('../../shared/github/openapi.json', import.meta.url))

/** One checker a process: compiled schemas are dear, and the same for every sandbox. Undefined where the file is not. */
export const loadChecker = (): Checker | undefined =>
  keepOnce('checker of REST', () =>
    existsSync(descriptionFile) ? createChecker(readFileSync(descriptionFile, 'utf8')) : undefined,
  )

/** Not part of the REST API, so GitHub's description is silent about them. */
const elsewhere = /^\/(?:graphql|_services\/|(?:organizations\/[^/]+\/)?settings\/apps)/

function createChecker(text: string): Checker {
  const description = corrected(toJsonSchema(JSON.parse(text)) as Description)
  const validators = new Validators(description)
  const routes = Object.keys(description.paths)
    .map((template) => ({template, pattern: patternOf(template)}))
    .toSorted(mostLiteral)
  return {
    check(exchange) {
      if (elsewhere.test(exchange.url.pathname)) return []
      const path = decodeURI(exchange.url.pathname)
      const route = routes.find(({pattern}) => pattern.test(path))
      const operation = route && description.paths[route.template]?.[exchange.method.toLowerCase()]
      const title = `${exchange.method} ${path}`
      if (!route || !operation) return [`${title}: not in GitHub's description`]
      const place = {template: route.template, operation, pattern: route.pattern}
      return [...checkRequest(validators, place, exchange), ...checkAnswer(validators, place, exchange)].map(
        (problem) => `${title}: ${problem}`,
      )
    },
  }
}

/**
 * Where GitHub does other than it says. The head of a pull request from a deleted fork has no repository; and an
 * installation in the list of `/app/installations` is like any other, not a user and an enterprise at once.
 */
function corrected(description: Description): Description {
  const {schemas} = description.components
  const list = description.paths['/app/installations']?.['get']?.responses['200']?.content?.['application/json']
  if (list) Object.assign(list, {schema: {type: 'array', items: {$ref: '#/components/schemas/installation'}}})
  for (const name of ['pull-request', 'pull-request-simple']) {
    const {properties} = schemas[name] as unknown as {readonly properties: {readonly head: HeadSchema}}
    properties.head.properties.repo = {anyOf: [properties.head.properties.repo, {type: 'null'}]}
  }
  return description
}

interface HeadSchema {
  readonly properties: {repo: Schema}
}

interface Place {
  readonly template: string
  readonly operation: Operation
  readonly pattern: RegExp
}

/** Refs and file paths may hold slashes; everything else is one segment. The root's contents have no path at all. */
const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .replace('/contents/{path}', '/contents(?:/(?<path>.*))?')
      .replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        ['ref', 'path', 'branch', 'basehead'].includes(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
      )}$`,
  )

const literalLength = ({template}: {readonly template: string}): number => template.replaceAll(/\{\w+\}/g, '').length

const mostLiteral = (one: {readonly template: string}, other: {readonly template: string}): number =>
  literalLength(other) - literalLength(one)

function checkRequest(validators: Validators, place: Place, exchange: Exchange): readonly string[] {
  const {operation, template} = place
  // What GitHub itself refused as malformed is judged by its answer.
  if (exchange.status === 400 || exchange.status === 422) return []
  const values = {...place.pattern.exec(decodeURI(exchange.url.pathname))?.groups}
  const parameters = (operation.parameters ?? []).map((parameter) => validators.parameter(parameter))
  const wrong = parameters.flatMap((parameter) => {
    const raw = parameter.in === 'path' ? values[parameter.name] : exchange.url.searchParams.get(parameter.name)
    if (raw === undefined && parameter.in === 'path') return []
    if (raw === null || raw === undefined) return parameter.required === true ? [`${parameter.name} is missing`] : []
    const validate = validators.compile(`${template} ${exchange.method} ${parameter.name}`, parameter.schema)
    return readings(raw).some((value) => validate(value))
      ? []
      : [`parameter ${parameter.name}=${raw}: ${explain(validate)}`]
  })
  const known = new Set(parameters.map(({name}) => name))
  const unknown = [...exchange.url.searchParams.keys()].filter((name) => !known.has(name))
  return [
    ...wrong,
    ...unknown.map((name) => `parameter ${name} is not described`),
    ...checkBody(validators, place, exchange),
  ]
}

/** A parameter is text on the wire; it may mean a number or a boolean. */
const readings = (raw: string): readonly unknown[] => [
  raw,
  ...(/^-?\d+$/.test(raw) ? [Number(raw)] : []),
  ...(raw === 'true' || raw === 'false' ? [raw === 'true'] : []),
]

function checkBody(validators: Validators, place: Place, exchange: Exchange): readonly string[] {
  const described = place.operation.requestBody
  const schema = described && Object.values(described.content)[0]?.schema
  if (exchange.body === undefined || exchange.body === '')
    return described?.required === true ? ['the body is missing'] : []
  if (!schema) return []
  const validate = validators.compile(`${place.template} ${exchange.method} body`, schema)
  return validate(JSON.parse(exchange.body)) ? [] : [`body: ${explain(validate)}`]
}

/** Refusals that any route may give, though the description lists them for few. */
const anywhere = new Set([301, 304, 307, 400, 401, 403, 404, 422, 429])

function checkAnswer(validators: Validators, place: Place, exchange: Exchange): readonly string[] {
  const {status} = exchange
  const described = place.operation.responses[String(status)]
  if (!described && !anywhere.has(status)) return [`status ${status} is not described`]
  const content = described && validators.response(described).content
  const media = exchange.type.split(';')[0] ?? ''
  const found = content?.[media] ?? content?.['application/json']
  const schema = described ? (found as {readonly schema?: Schema} | undefined)?.schema : validators.plainError
  if (!schema || exchange.answer === undefined || !/json/.test(media) || media.includes('raw')) return []
  const validate = validators.compile(`${place.template} ${exchange.method} ${status} ${media}`, schema)
  return validate(JSON.parse(exchange.answer)) ? [] : [`answer ${status}: ${explain(validate)}`]
}

const explain = (validate: ValidateFunction): string =>
  (validate.errors ?? [])
    .slice(0, 4)
    .map(({instancePath, message = '', params}) => `${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('; ')

/** Compiles what is asked for, when it is first asked for. */
class Validators {
  readonly plainError: Schema = {$ref: '#/components/schemas/basic-error'}
  readonly #ajv = formats.default(
    new Ajv({strict: false, inlineRefs: false, validateSchema: false, logger: false, code: {optimize: false}}),
  )
  readonly #compiled = new Map<string, ValidateFunction>()
  readonly #description: Description

  constructor(description: Description) {
    this.#description = description
    this.#ajv.addSchema({$id: 'github', ...description})
  }

  parameter(parameter: Parameter | {readonly $ref: string}): Parameter {
    if (!('$ref' in parameter)) return parameter
    const found = this.#description.components.parameters[lastPart(parameter.$ref)]
    if (!found) throw new Error(`GitHub's description has no parameter ${parameter.$ref}`)
    return found
  }

  response(response: {readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>>}) {
    return response.$ref === undefined
      ? response
      : (this.#description.components.responses[lastPart(response.$ref)] ?? {})
  }

  compile(key: string, schema: Schema): ValidateFunction {
    const known = this.#compiled.get(key)
    if (known) return known
    const made = this.#ajv.compile(pointInto(schema) as Schema)
    this.#compiled.set(key, made)
    return made
  }
}

const lastPart = (reference: string): string => reference.split('/').at(-1) ?? ''

/** References inside a fragment are into the whole description, which is registered as `github`. */
const pointInto = (value: unknown): unknown =>
  mapObjects(value, (object) =>
    typeof object['$ref'] === 'string' && object['$ref'].startsWith('#') ? {$ref: `github${object['$ref']}`} : object,
  )

/** OpenAPI 3.0 says `nullable` where JSON Schema names the type null. */
const toJsonSchema = (value: unknown): unknown =>
  mapObjects(value, (object) => {
    if (object['nullable'] !== true) return object
    const rest = Object.entries(object).filter(([key]) => key !== 'nullable')
    return {anyOf: [Object.fromEntries(rest), {type: 'null'}]}
  })

function mapObjects(value: unknown, change: (object: Schema) => Schema): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => mapObjects(item, change))
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapObjects(item, change)])))
}
