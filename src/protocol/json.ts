/** Strict JSON in, canonical JSON out (RFC 8785). One parser for everything that is verified. */
import {recogniseJson} from './printed-json.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue
}
export type JsonResult =
  {readonly ok: true; readonly value: JsonValue} | {readonly ok: false; readonly reason: string; readonly at: number}

const maxDepth = 32

/** What is wrong and at which UTF-16 index of the text. Never leaves parseJson. */
class JsonFault extends Error {
  readonly at: number
  constructor(reason: string, at: number) {
    super(reason)
    this.at = at
  }
}

/**
 * Parses UTF-8 bytes or text strictly (formats §1): one value and nothing after it, no byte-order mark, no duplicate
 * name (after unescaping), no `__proto__`, no lone surrogate, at most 32 levels, numbers only in their RFC 8785 print.
 * Objects have no prototype. Total: a fault is a value with its reason and place.
 */
export function parseJson(input: string | Uint8Array): JsonResult {
  let text: string
  try {
    text = typeof input === 'string' ? input : new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(input)
  } catch {
    return {ok: false, reason: 'the bytes are not UTF-8', at: 0}
  }
  try {
    return {ok: true, value: recogniseJson(text, maxDepth) ?? new Parser(text).document()}
  } catch (fault) {
    if (fault instanceof JsonFault) return {ok: false, reason: fault.message, at: fault.at}
    throw fault
  }
}

// Sticky patterns: each scans forward once from the cursor, so parsing is linear in the text.
const whitespace = /[ \t\n\r]*/y
const plainCharacters = /[^"\\\u0000-\u001f]*/y // eslint-disable-line no-control-regex -- JSON's own rule (RFC 8259 §7)
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** What may make a string end later, be refused, or read otherwise than it is written. */
const unusual = /[^\x20-\x5b\x5d-\x7e]/
/** What printing may have to escape, or refuse. */
const escaped = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const simpleEscapes: Readonly<Record<string, string>> = {b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'}
const literals: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonValue {
    if (this.#text.startsWith('\ufeff')) this.#fail('a byte-order mark stands before the value')
    const value = this.#value(1)
    this.#skip()
    if (this.#at < this.#text.length) this.#fail('something stands after the value')
    return value
  }

  #value(depth: number): JsonValue {
    this.#skip()
    const next = this.#text[this.#at]
    if (next === '{' || next === '[') {
      if (depth > maxDepth) this.#fail(`more than ${maxDepth} levels`)
      return next === '{' ? this.#object(depth) : this.#array(depth)
    }
    if (next === '"') return this.#string()
    for (const [word, value] of literals) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    return this.#number()
  }

  #object(depth: number): JsonObject {
    const object = Object.create(null) as Record<string, JsonValue>
    this.#at += 1
    if (this.#take('}')) return object
    do {
      this.#skip()
      const start = this.#at
      if (this.#text[start] !== '"') this.#fail('a member name was expected')
      const name = this.#string()
      if (name === '__proto__') this.#fail('the name __proto__ is refused', start)
      if (name in object) this.#fail(`the name ${quote(name)} stands twice in one object`, start)
      if (!this.#take(':')) this.#fail('a colon was expected')
      object[name] = this.#value(depth + 1)
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail('a comma or a closing brace was expected')
    return object
  }

  #array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = []
    this.#at += 1
    if (this.#take(']')) return items
    do items.push(this.#value(depth + 1))
    while (this.#take(','))
    if (!this.#take(']')) this.#fail('a comma or a closing bracket was expected')
    return items
  }

  #string(): string {
    const start = this.#at
    // Nearly every string is plain: then it is one slice.
    const end = this.#text.indexOf('"', start + 1)
    const plain = this.#text.slice(start + 1, end)
    if (end > 0 && !unusual.test(plain)) {
      this.#at = end + 1
      return plain
    }
    const parts: string[] = []
    this.#at += 1
    for (;;) {
      parts.push(this.#match(plainCharacters) ?? '')
      const next = this.#text[this.#at]
      if (next === '"') break
      const escape = next === '\\' ? this.#match(escapeSequence) : undefined
      if (escape === undefined) return this.#fail('a string is not closed or holds a raw control or a bad escape')
      parts.push(unescape(escape))
    }
    this.#at += 1
    const text = parts.join('')
    if (loneSurrogate.test(text)) this.#fail('a lone surrogate', start)
    return text
  }

  #number(): number {
    const start = this.#at
    const token = this.#match(numberToken)
    if (token === undefined || token === '') return this.#fail('a value was expected')
    const value = Number(token)
    // One spelling: refuses 1.0, 1e3, 1e400, 9007199254740993 and -0 (RFC 8785 §3.2.2.3).
    if (!Number.isFinite(value) || String(value) !== token) this.#fail('a number is not in its canonical form', start)
    return value
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)?.[0]
    if (match !== undefined) this.#at += match.length
    return match
  }

  #skip(): void {
    // Only white space stands below "!" in JSON: compact text has none to look for.
    if (this.#text.charCodeAt(this.#at) <= 0x20) this.#match(whitespace)
  }

  #take(character: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #fail(reason: string, at = this.#at): never {
    throw new JsonFault(reason, at)
  }
}

function unescape(escape: string): string {
  const kind = escape[1] ?? ''
  return kind === 'u' ? String.fromCharCode(parseInt(escape.slice(2), 16)) : (simpleEscapes[kind] ?? kind)
}

/**
 * Canonical JSON (RFC 8785): names sorted by UTF-16 code units, ECMAScript numbers, short escapes, no white space.
 * Throws TypeError for anything that is not a plain object, array, string, finite number, boolean or null (holes,
 * undefined, lone surrogates, cycles and more than 32 levels included): such a value is a bug of the caller.
 */
export function canonicalJson(value: unknown, budget: PrintBudget = {left: Infinity}): string {
  return printValue(value, 1, budget)
}

/**
 * Characters that printing may still use; below 0 it throws. For untrusted objects: one that holds the same part
 * twice on each of 32 levels prints 2^32 parts.
 */
export interface PrintBudget {
  left: number
}

/** The UTF-8 bytes of the canonical JSON: what is signed and hashed. */
export const canonicalBytes = (value: unknown): Uint8Array => encodeUtf8(canonicalJson(value))

/** Nearly every text is ASCII: then its length is known, and nothing grows while it is written. */
export function encodeUtf8(text: string): Uint8Array {
  const encoder = new TextEncoder()
  const bytes = new Uint8Array(text.length)
  return encoder.encodeInto(text, bytes).read === text.length ? bytes : encoder.encode(text)
}

function printValue(value: unknown, depth: number, budget: PrintBudget): string {
  const scalar = printScalar(value)
  budget.left -= scalar?.length ?? '[]'.length
  if (!(budget.left >= 0)) throw new TypeError('too long')
  if (scalar !== undefined) return scalar
  if (typeof value !== 'object' || depth > maxDepth) throw new TypeError('not a canonical JSON value')
  // Array.from turns holes into undefined, which is refused.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => printValue(item, depth + 1, budget)).join(',')}]`
  if (!isPlainObject(value)) throw new TypeError('not a plain object')
  let members = ''
  // The default order of sort() is UTF-16 code units (RFC 8785 §3.2.3).
  for (const name of Object.keys(value).sort()) {
    const comma = members === '' ? '' : ','
    members += `${comma}${printValue(name, depth, budget)}:${printValue(value[name], depth + 1, budget)}`
  }
  return `{${members}}`
}

function printScalar(value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  // Nearly every string is plain: then it stands as it is.
  if (!escaped.test(value)) return `"${value}"`
  return loneSurrogate.test(value) ? undefined : JSON.stringify(value)
}

/** Foreign text for a sentence: quoted, printable ASCII only, at most 64 characters of it. */
export const quote = (text: string): string =>
  JSON.stringify(text.slice(0, 64)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
