/**
 * The compact form of a signed token (RFC 7515 §7.1), read strictly.
 *
 *   signing input = base64url(header) "." base64url(payload), ASCII
 *   token         = signing input "." base64url(signature)
 */
import {parseBase64url} from './base64url.ts'
import {type JsonObject, encodeUtf8, isPlainObject, parseJson} from './json.ts'
import type {Result} from './result.ts'

export interface CompactJws {
  /** Strict JSON, not yet judged. */
  readonly header: JsonObject
  readonly payload: Uint8Array
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

/** Total. Refuses five-part (encrypted) and JSON forms, an empty part, padding, white space and non-zero tail bits. */
export function parseCompactJws(text: string): Result<CompactJws, string> {
  const [first = '', second = '', third = '', ...more] = text.split('.', 4)
  if (more.length > 0 || first === '' || second === '' || third === '') {
    return {ok: false, fault: 'it must be three base64url parts with a dot between them, none of them empty'}
  }
  const header = readHeader(first)
  const [payload, signature] = [parseBase64url(second), parseBase64url(third)]
  if (header === undefined || payload === undefined || signature === undefined) {
    const part = header === undefined ? 'header' : payload === undefined ? 'payload' : 'signature'
    return {ok: false, fault: `its ${part} is not canonical base64url without padding`}
  }
  if (!header.ok) return {ok: false, fault: `its header ${header.fault}`}
  const signingInput = encodeUtf8(text.slice(0, -third.length - 1))
  return {ok: true, value: {header: header.value, payload, signingInput, signature}}
}

/** Whoever verifies many tokens of one key sees one header: it is read when it changes. */
let lastHeader: {readonly text: string; readonly read: Result<JsonObject, string>} | undefined

/** Undefined for what is not base64url. */
function readHeader(text: string): Result<JsonObject, string> | undefined {
  if (lastHeader?.text === text) return lastHeader.read
  const bytes = parseBase64url(text)
  if (bytes === undefined) return undefined
  const read = parseJsonObject(bytes)
  lastHeader = {text, read}
  return read
}

/** The fault completes "the part …". */
export function parseJsonObject(bytes: Uint8Array): Result<JsonObject, string> {
  const json = parseJson(bytes)
  if (!json.ok) return {ok: false, fault: `is not strict JSON: ${json.reason} (at character ${json.at})`}
  return isPlainObject(json.value) ? {ok: true, value: json.value} : {ok: false, fault: 'is not a JSON object'}
}
