/**
 * What every document that is signed as receipts are has in common: one way to read it, a pinned key, one signature.
 *
 *   signing input = UTF-8( RFC 8785( document without its member "signature" ) ), at most 4096 bytes
 */
import {publicKeyBytes, signatureBytes, verifyEd25519} from './crypto.ts'
import type {PublicKey, Signature} from './ids.ts'
import {parseJson} from './json.ts'
import {type PinnedKeys, pinTakes} from './keys.ts'
import {readProofText} from './proof-text.ts'
import {maxReceiptBytes, maxSignedBytes, signingBytes} from './receipt.ts'
import type {SecondsTime} from './times.ts'

interface Signed {
  readonly at: SecondsTime
  readonly publicKey: PublicKey
  readonly signature: Signature
}

export type Parsed<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly reason: string}

/** `wrong` ends the code that a kind of document gives for it: `status_key_not_pinned`. */
export type SignedResult<T> =
  | {readonly ok: true; readonly value: T}
  | {
      readonly ok: false
      readonly wrong: 'too_large' | 'malformed' | 'key_not_pinned' | 'key_revoked' | 'signature_invalid'
      readonly reason: string
    }

/** A document whose signature by a pinned key holds, or the first thing wrong with it. Total, and without a clock. */
export function readSigned<T extends Signed>(
  input: unknown,
  parse: (value: unknown) => Parsed<T>,
  keys: PinnedKeys,
): SignedResult<T> {
  const text = readProofText(input, maxReceiptBytes)
  if (!text.ok)
    return {ok: false, wrong: text.fault.wrong === 'size' ? 'too_large' : 'malformed', reason: text.fault.reason}
  const json = parseJson(text.value)
  if (!json.ok) return {ok: false, wrong: 'malformed', reason: `${json.reason} (at character ${json.at})`}
  const parsed = parse(json.value)
  if (!parsed.ok) return {ok: false, wrong: 'malformed', reason: parsed.reason}
  return checkKey(parsed.value, keys) ?? checkSignature(parsed.value) ?? {ok: true, value: parsed.value}
}

function checkKey<T extends Signed>({publicKey, at}: T, keys: PinnedKeys): SignedResult<T> | undefined {
  const pin = keys.get(publicKey)
  if (pin === undefined) return {ok: false, wrong: 'key_not_pinned', reason: `it is signed with ${publicKey}`}
  if (pinTakes(pin, at)) return undefined
  return {ok: false, wrong: 'key_revoked', reason: `${publicKey} is pinned as "${pin.status}"`}
}

function checkSignature<T extends Signed>(signed: T): SignedResult<T> | undefined {
  const message = signingBytes(signed)
  // The largest document of today's forms has fewer bytes; this holds when a member is added.
  if (message.length > maxSignedBytes) {
    return {ok: false, wrong: 'too_large', reason: `${message.length} signed bytes of at most ${maxSignedBytes}`}
  }
  const publicKey = publicKeyBytes(signed.publicKey)
  const signature = signatureBytes(signed.signature)
  if (verifyEd25519({publicKey, message, signature})) return undefined
  const reason = `something in it was changed, or ${signed.publicKey} never signed it`
  return {ok: false, wrong: 'signature_invalid', reason}
}
