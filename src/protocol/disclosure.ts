/**
 * One section of an evidence bundle, salted so that it can be redacted (formats §4; the form is that of RFC 9901 §4.2).
 *
 *   disclosure = base64url( JSON [salt, name, value] )
 *   commitment = "sha256:" + hex( SHA-256( ASCII( disclosure ) ) )
 */
import {parseBase64url, printBase64url} from './base64url.ts'
import {digestOf} from './crypto.ts'
import type {Digest} from './ids.ts'
import {type JsonValue, canonicalBytes, parseJson} from './json.ts'
import type {Result} from './result.ts'

/** Every section that a bundle may hold, in the order in which bundles are made. */
export const sectionNames = [
  'intent',
  'facts',
  'policyTrace',
  'risk',
  'escalations',
  'agent',
  'reviewers',
  'software',
] as const
export type SectionName = (typeof sectionNames)[number]

export interface Section {
  readonly name: SectionName
  readonly value: JsonValue
}

/** Without 16 random bytes a digest of guessable facts would give them away. */
export const saltBytes = 16

/** Throws TypeError for a salt that is absent or not 16 bytes, and for a value that is no JSON. */
export function printDisclosure({name, value}: Section, salt: Uint8Array | undefined): string {
  if (salt?.length !== saltBytes)
    throw new TypeError(`evidence: the salt of "${name}" must be ${saltBytes} random bytes`)
  return printBase64url(canonicalBytes([printBase64url(salt), name, value]))
}

/** No canonical form of the section is needed: the digest is that of the disclosure's own text. */
export const commitmentOf = (disclosure: string): Digest => digestOf(disclosure)

export interface DisclosureFault {
  readonly wrong: 'form' | 'salt'
  /** Completes "a disclosure …". */
  readonly reason: string
}

/** Total. */
export function parseDisclosure(disclosure: string): Result<Section, DisclosureFault> {
  const failed = (reason: string, wrong: DisclosureFault['wrong'] = 'form') =>
    ({ok: false, fault: {wrong, reason}}) as const
  const bytes = parseBase64url(disclosure)
  if (bytes === undefined) return failed('is not canonical base64url without padding')
  const json = parseJson(bytes)
  if (!json.ok) return failed(`is not strict JSON: ${json.reason} (at character ${json.at})`)
  if (!Array.isArray(json.value) || json.value.length !== 3) return failed('must be [salt, name, value]')
  const [salt = null, word = null, value = null] = json.value as readonly JsonValue[]
  const name = sectionNames.find((known) => known === word)
  if (name === undefined) return failed(`must name one of ${sectionNames.join(', ')}`)
  if (typeof salt !== 'string' || parseBase64url(salt)?.length !== saltBytes) {
    return failed(`has for "${name}" a salt that is not ${saltBytes} bytes of base64url`, 'salt')
  }
  return {ok: true, value: {name, value}}
}
