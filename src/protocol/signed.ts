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
import type {Result} from './result.ts'
import type {SecondsTime} from './times.ts'

interface Signed {
  readonly at: SecondsTime
  readonly publicKey: PublicKey
  readonly signature: Signature
}

export interface SignedFault {
  /** Ends the code that a kind of document gives for it: `status_key_not_pinned`. */
  readonly wrong: 'too_large' | 'malformed' | 'key_not_pinned' | 'key_revoked' | 'signature_invalid'
  readonly reason: string
}

export type SignedResult<T> = Result<T, SignedFault>

/** A document whose signature by a pinned key holds, or the first thing wrong with it. Total, and without a clock. */
export function readSigned<T extends Signed>(
  input: unknown,
  parse: (value: unknown) => Result<T, string>,
  keys: PinnedKeys,
): SignedResult<T> {
  const text = readProofText(input, maxReceiptBytes)
  if (!text.ok) return failed(text.fault.wrong === 'size' ? 'too_large' : 'malformed', text.fault.reason)
  const json = parseJson(text.value)
  if (!json.ok) return failed('malformed', `${json.reason} (at character ${json.at})`)
  const parsed = parse(json.value)
  if (!parsed.ok) return failed('malformed', parsed.fault)
  return checkKey(parsed.value, keys) ?? checkSignature(parsed.value) ?? {ok: true, value: parsed.value}
}

function checkKey<T extends Signed>({publicKey, at}: T, keys: PinnedKeys): SignedResult<T> | undefined {
  const pin = keys.get(publicKey)
  if (pin === undefined) return failed('key_not_pinned', `it is signed with ${publicKey}`)
  if (pinTakes(pin, at)) return undefined
  return failed('key_revoked', `${publicKey} is pinned as "${pin.status}"`)
}

function checkSignature<T extends Signed>(signed: T): SignedResult<T> | undefined {
  const message = signingBytes(signed)
  // The largest document of today's forms has fewer bytes; this holds when a member is added.
  if (message.length > maxSignedBytes) {
    return failed('too_large', `${message.length} signed bytes of at most ${maxSignedBytes}`)
  }
  const publicKey = publicKeyBytes(signed.publicKey)
  const signature = signatureBytes(signed.signature)
  if (verifyEd25519({publicKey, message, signature})) return undefined
  return failed('signature_invalid', `something in it was changed, or ${signed.publicKey} never signed it`)
}

const failed = (wrong: SignedFault['wrong'], reason: string): Result<never, SignedFault> => ({
  ok: false,
  fault: {wrong, reason},
})
