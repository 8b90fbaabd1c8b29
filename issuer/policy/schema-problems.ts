/** What a JSON Schema finds wrong with a document, in words: which field, what is wrong, what to write. */
import type {ErrorObject} from 'ajv'
import type {Locate, Path, Problem} from './policy-yaml.ts'

export function describeFaults(faults: readonly ErrorObject[], locate: Locate): readonly Problem[] {
  return faults.filter(isCause).map((fault) => {
    const path = pathOf(fault)
    return {...locate(path, isAboutName(fault) ? 'key' : undefined), message: `${printPath(path)}${describe(fault)}`}
  })
}

/** Some keywords report both themselves and what they found inside; one sentence is enough. */
const isCause = ({keyword, schemaPath, propertyName}: ErrorObject): boolean =>
  !schemaPath.includes('/contains/') && !(keyword === 'pattern' && propertyName !== undefined)

const isAboutName = ({keyword}: ErrorObject): boolean =>
  keyword === 'additionalProperties' || keyword === 'propertyNames'

/** The field itself: for a name that must not be there, that one; for one that is missing, where it belongs. */
function pathOf({instancePath, keyword, params}: ErrorObject): Path {
  // RFC 6901 §3: ~1 is a slash and ~0 a tilde, and only in this order.
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const member: unknown = params[memberOf[keyword] ?? '']
  return typeof member === 'string' ? [...path, member] : path
}

const memberOf: Readonly<Record<string, string>> = {
  additionalProperties: 'additionalProperty',
  propertyNames: 'propertyName',
  required: 'missingProperty',
}

/** `environments.production.freeze[0].from`; a name that is not plain stands quoted. */
export function printPath(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${printName(part)}`)).join('')
  return text === '' ? 'The file' : text.replace(/^\./, '')
}

const printName = (name: string): string => (/^[A-Za-z0-9_/-]{1,63}$/.test(name) ? name : quoteText(name))

/** Foreign text for a sentence: quoted, printable ASCII, at most 64 characters of it. */
const quoteText = (text: string): string =>
  JSON.stringify(text.slice(0, 64)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

function describe(fault: ErrorObject): string {
  const {keyword, parentSchema, schema} = fault
  const value = printValue(fault.data)
  const limit = String(schema)
  switch (keyword) {
    case 'additionalProperties':
      return ` is not known. Known here: ${Object.keys((parentSchema?.['properties'] ?? {}) as object).join(', ')}.`
    case 'required':
      return ' is missing. Add it.'
    case 'dependentRequired':
      return ` counts only beside ${String(fault.params['deps'])}. Add that, or leave ${String(fault.params['property'])} out.`
    case 'propertyNames':
      return ' is not a possible name of an environment: 1 to 63 of a-z 0-9 . _ / -, in small letters, exactly as the deploy job spells it.'
    case 'type':
      return ` must be ${kinds[limit] ?? limit}, not ${value}.`
    case 'enum':
      return ` must be one of ${(schema as readonly unknown[]).join(', ')}, not ${value}.`
    case 'const':
      return ` must be ${limit}, not ${value}.`
    case 'pattern':
      return ` is ${value}, which is not in its form. ${textOf(parentSchema?.['description'])}`.trimEnd()
    case 'contains':
      return ` must hold ${String((schema as {readonly const?: unknown}).const)}.`
    default:
      return describeBound(keyword, {limit, value})
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function describeBound(keyword: string, {limit, value}: {readonly limit: string; readonly value: string}): string {
  switch (keyword) {
    case 'minimum':
      return ` must be ${limit} or more, not ${value}.`
    case 'maximum':
      return ` must be ${limit} or less, not ${value}.`
    case 'minItems':
    case 'minProperties':
      return ` must hold at least ${limit}.`
    case 'maxItems':
    case 'maxProperties':
      return ` must hold at most ${limit}.`
    case 'uniqueItems':
      return ' holds the same twice. Keep one of them.'
    default:
      throw new TypeError(`the schema uses ${keyword}, for which there are no words`)
  }
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list in [ ]',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

function printValue(value: unknown): string {
  if (typeof value === 'string') return quoteText(value)
  if (value === null) return 'empty'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'a mapping'
}
