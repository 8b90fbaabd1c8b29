/**
 * DSSE v1 envelopes (secure-systems-lab/dsse), read as its page tells consumers to: unknown members mean nothing, `keyid`
 * is a hint that may be missing, base64 may be the usual or the URL-safe one, and of several signatures one by a pinned
 * key is enough.
 *
 *   signing input = "DSSEv1" SP len(type) SP type SP len(payload) SP payload     (PAE; lengths in bytes)
 */
import {parseBase64url} from './base64url.ts'
import {publicKeyBytes, verifyEd25519} from './crypto.ts'
import {type PublicKey, parsePublicKey} from './ids.ts'
import {type JsonValue, isPlainObject} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import type {Refusal} from './refusals.ts'
import type {Result} from './result.ts'

/** The bytes that the signatures of an envelope cover. `type` is ASCII. */
export function encodeSigned(payload: Uint8Array, type: string): Uint8Array {
  const head = `DSSEv1 ${type.length} ${type} ${payload.length} `
  const input = new Uint8Array(head.length + payload.length)
  input.set(new TextEncoder().encode(head))
  input.set(payload, head.length)
  return input
}

interface EnvelopeSignature {
  readonly keyid: string | undefined
  readonly sig: Uint8Array
}

export interface Envelope {
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
}

/** More than anybody's; each is held against each pinned key. */
const maxSignatures = 64

/** An envelope of this type, its signatures not yet looked at; or what it lacks, in words. */
export function parseEnvelope(value: JsonValue, type: string): Result<Envelope, string> {
  if (!isPlainObject(value)) return {ok: false, fault: 'it must be an object'}
  const {payload: text, payloadType, signatures: listed} = value
  const payload = parseEitherBase64(text)
  const items: readonly JsonValue[] = Array.isArray(listed) ? listed : []
  const signatures = items.map(parseSignature)
  if (payload === undefined) return {ok: false, fault: 'payload must be base64'}
  if (payloadType !== type) return {ok: false, fault: `payloadType must be "${type}"`}
  if (items.length < 1 || items.length > maxSignatures) {
    return {ok: false, fault: `signatures must hold 1 to ${maxSignatures} items`}
  }
  if (!signatures.every((one) => one !== undefined)) {
    return {ok: false, fault: 'each of its signatures must have a "sig" in base64, and a "keyid" that is text or none'}
  }
  return {ok: true, value: {payload, signatures}}
}

function parseSignature(value: JsonValue): EnvelopeSignature | undefined {
  if (!isPlainObject(value)) return undefined
  const {keyid, sig: text} = value
  const sig = parseEitherBase64(text)
  if (sig === undefined || (keyid !== undefined && typeof keyid !== 'string')) return undefined
  return {keyid, sig}
}

/** RFC 4648 §4 or §5, with or without padding, and still one spelling of each kind: no white space, no other tail bits. */
function parseEitherBase64(text: JsonValue | undefined): Uint8Array | undefined {
  if (typeof text !== 'string' || (/[+/]/.test(text) && /[-_]/.test(text))) return undefined
  const bare = text.replace(/={1,2}$/, '')
  if (bare !== text && text.length % 4 !== 0) return undefined
  return parseBase64url(bare.replaceAll('+', '-').replaceAll('/', '_'))
}

/** The pinned key that signed it. Signatures of others, and those that do not hold, count for nothing. */
export function findSigner(
  {payload, signatures}: Envelope,
  type: string,
  keys: PinnedKeys,
): Result<PublicKey, Refusal> {
  const message = encodeSigned(payload, type)
  for (const signature of signatures) {
    const signer = candidatesFor(signature, keys).find((key) => isSignedBy(key, message, signature))
    if (signer !== undefined) return {ok: true, value: signer}
  }
  return {ok: false, fault: explain(signatures, keys)}
}

/** A hint that names a pinned key spares trying the others; one that says nothing to us is no reason to refuse. */
function candidatesFor({keyid}: EnvelopeSignature, keys: PinnedKeys): readonly PublicKey[] {
  const hinted = parsePublicKey(keyid)
  const named = hinted === undefined ? undefined : keys.get(hinted)
  // An envelope has no time of its own, so a pin's `until` is asked of the receipt inside alone.
  return (named === undefined ? [...keys.values()] : [named])
    .filter(({status}) => status !== 'revoked')
    .map(({key}) => key)
}

const isSignedBy = (key: PublicKey, message: Uint8Array, {sig}: EnvelopeSignature): boolean =>
  sig.length === 64 && verifyEd25519({publicKey: publicKeyBytes(key), message, signature: sig})

/** The nearest that a signature came, by the keys that the envelope itself names; without a hint, by those that are pinned. */
function explain(signatures: readonly EnvelopeSignature[], keys: PinnedKeys): Refusal {
  const hinted = signatures.flatMap(({keyid}) => parsePublicKey(keyid) ?? [])
  const named = hinted.length > 0 ? hinted : [...keys.keys()]
  const trusted = named.find((key) => keys.has(key) && keys.get(key)?.status !== 'revoked')
  if (trusted !== undefined) return {code: 'signature_invalid', publicKey: trusted}
  const revoked = named.find((key) => keys.has(key))
  if (revoked !== undefined) return {code: 'key_revoked', publicKey: revoked}
  return {code: 'key_not_pinned', publicKey: named[0] ?? 'no key at all'}
}
