/**
 * The compact form of a signed token (RFC 7515 §7.1), read strictly.
 *
 *   signing input = base64url(header) "." base64url(payload), ASCII
 *   token         = signing input "." base64url(signature)
 */
import {parseBase64url} from './base64url.ts'
import {type JsonObject, isPlainObject, parseJson} from './json.ts'

export interface CompactJws {
  /** Strict JSON, not yet judged. */
  readonly header: JsonObject
  readonly payload: Uint8Array
  readonly signingInput: Uint8Array
  readonly signature: Uint8Array
}

type Parsed<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly reason: string}

/** Total. Refuses five-part (encrypted) and JSON forms, an empty part, padding, white space and non-zero tail bits. */
export function parseCompactJws(text: string): Parsed<CompactJws> {
  const [first = '', second = '', third = '', ...more] = text.split('.', 4)
  if (more.length > 0 || first === '' || second === '' || third === '') {
    return {ok: false, reason: 'it must be three base64url parts with a dot between them, none of them empty'}
  }
  const [header, payload, signature] = [parseBase64url(first), parseBase64url(second), parseBase64url(third)]
  if (header === undefined || payload === undefined || signature === undefined) {
    const part = header === undefined ? 'header' : payload === undefined ? 'payload' : 'signature'
    return {ok: false, reason: `its ${part} is not canonical base64url without padding`}
  }
  const parsed = parseJsonObject(header)
  if (!parsed.ok) return {ok: false, reason: `its header ${parsed.reason}`}
  const signingInput = new TextEncoder().encode(`${first}.${second}`)
  return {ok: true, value: {header: parsed.value, payload, signingInput, signature}}
}

/** `reason` completes "the part …". */
export function parseJsonObject(bytes: Uint8Array): Parsed<JsonObject> {
  const json = parseJson(bytes)
  if (!json.ok) return {ok: false, reason: `is not strict JSON: ${json.reason} (at character ${json.at})`}
  return isPlainObject(json.value) ? {ok: true, value: json.value} : {ok: false, reason: 'is not a JSON object'}
}
