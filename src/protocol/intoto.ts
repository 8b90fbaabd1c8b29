/**
 * A receipt for tools that know nothing of ours: an in-toto Statement v1 in a DSSE envelope (docs/intoto.md).
 *
 *   payload       = UTF-8( RFC 8785( statement ) ), the statement a function of the receipt alone
 *   signing input = "DSSEv1" SP len(type) SP type SP len(payload) SP payload     (DSSE v1's PAE; lengths in bytes)
 *
 * The envelope carries the receipt, it vouches for nothing more: the receipt inside is verified as every other.
 */
import {publicKeyBytes, verifyEd25519} from './crypto.ts'
import {type PublicKey, parsePublicKey} from './ids.ts'
import {canonicalBytes, canonicalJson, parseJson} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import {parseBase64, printBase64} from './ledger/note.ts'
import {readProofText} from './proof-text.ts'
import {type Receipt, maxReceiptBytes, parseReceipt} from './receipt.ts'
import type {Refusal} from './refusals.ts'
import type {Result} from './result.ts'
import {ShapeFault, by, listOf, oneOf, readMembers} from './shape.ts'

export const intotoPayloadType = 'application/vnd.in-toto+json'
export const receiptPredicateType = 'urn:countersign:receipt:v1'

export interface IntotoStatement {
  readonly _type: 'https://in-toto.io/Statement/v1'
  /** The authorized commit, and nothing else. */
  readonly subject: readonly [{readonly name: string; readonly digest: {readonly gitCommit: string}}]
  readonly predicateType: typeof receiptPredicateType
  readonly predicate: Receipt
}

export interface IntotoEnvelope {
  /** Base64 with padding. */
  readonly payload: string
  readonly payloadType: typeof intotoPayloadType
  readonly signatures: readonly [{readonly keyid: PublicKey; readonly sig: string}]
}

/** The name says no host: a receipt carries none, and one receipt key serves one GitHub. */
export const intotoStatement = (receipt: Receipt): IntotoStatement => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{name: `${receipt.scope.repository}@${receipt.scope.sha}`, digest: {gitCommit: receipt.scope.sha}}],
  predicateType: receiptPredicateType,
  predicate: receipt,
})

export const intotoPayload = (receipt: Receipt): Uint8Array => canonicalBytes(intotoStatement(receipt))

/** The bytes that the signature of an envelope covers. */
export function dsseInput(payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${intotoPayloadType.length} ${intotoPayloadType} ${payload.length} `
  const input = new Uint8Array(head.length + payload.length)
  input.set(new TextEncoder().encode(head))
  input.set(payload, head.length)
  return input
}

export const sealEnvelope = (
  payload: Uint8Array,
  {keyid, signature}: {readonly keyid: PublicKey; readonly signature: Uint8Array},
): IntotoEnvelope => ({
  payload: printBase64(payload),
  payloadType: intotoPayloadType,
  signatures: [{keyid, sig: printBase64(signature)}],
})

const base64 = by((value) => (typeof value === 'string' ? parseBase64(value) : undefined), 'base64 with padding')
const signatureMembers = {keyid: by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits'), sig: base64}
const envelopeMembers = {
  payload: base64,
  payloadType: oneOf(intotoPayloadType),
  signatures: listOf((value, path) => readMembers({value, path}, signatureMembers), {min: 1, max: 1}),
}

export type OpenedEnvelope = Result<{readonly receipt: Receipt; readonly signedBy: PublicKey}, Refusal>

/** The receipt in an envelope that a pinned key signed. Whether the receipt itself holds is verifyReceipt's question. Total. */
export function openIntoto(input: unknown, keys: PinnedKeys): OpenedEnvelope {
  const text = readProofText(input, maxReceiptBytes)
  if (!text.ok) return text.fault.wrong === 'size' ? tooLarge(text.fault.reason) : malformed(text.fault.reason)
  const json = parseJson(text.value)
  if (!json.ok) return malformed(`${json.reason} (at character ${json.at})`)
  try {
    const {payload, signatures} = readMembers({value: json.value, path: ''}, envelopeMembers)
    const [{keyid, sig} = {keyid: undefined, sig: undefined}] = signatures
    if (keyid === undefined) return malformed('nobody signed it')
    const refusal = checkSigner({keyid, sig, payload}, keys)
    return refusal === undefined ? readStatement(payload, keyid) : {ok: false, fault: refusal}
  } catch (fault) {
    if (fault instanceof ShapeFault) return malformed(fault.message)
    throw fault
  }
}

const malformed = (problem: string): OpenedEnvelope => ({
  ok: false,
  fault: {code: 'receipt_malformed', problem: `the envelope around it: ${problem}`},
})
const tooLarge = (problem: string): OpenedEnvelope => ({ok: false, fault: {code: 'receipt_too_large', problem}})

interface SignedPayload {
  readonly keyid: PublicKey
  readonly sig: Uint8Array
  readonly payload: Uint8Array
}

/** An envelope has no time of its own, so a pin's `until` is asked of the receipt inside alone. */
function checkSigner({keyid, sig, payload}: SignedPayload, keys: PinnedKeys): Refusal | undefined {
  const pin = keys.get(keyid)
  if (pin === undefined) return {code: 'key_not_pinned', publicKey: keyid}
  if (pin.status === 'revoked') return {code: 'key_revoked', publicKey: keyid}
  const message = dsseInput(payload)
  return verifyEd25519({publicKey: publicKeyBytes(keyid), message, signature: sig})
    ? undefined
    : {code: 'signature_invalid', publicKey: keyid}
}

/** The statement is what the receipt makes it, byte for byte: its subject can say nothing else than the receipt. */
function readStatement(payload: Uint8Array, signedBy: PublicKey): OpenedEnvelope {
  const json = parseJson(payload)
  if (!json.ok) return malformed(`its payload: ${json.reason} (at character ${json.at})`)
  const asIs = by((value) => value, 'there')
  const members = {_type: asIs, subject: asIs, predicateType: asIs, predicate: asIs}
  const {predicate} = readMembers({value: json.value, path: ''}, members)
  const parsed = parseReceipt(predicate)
  if (!parsed.ok) return malformed(`its predicate: ${parsed.fault}`)
  if (canonicalJson(intotoStatement(parsed.value)) !== new TextDecoder().decode(payload)) {
    return malformed('its statement is not that of the receipt in it')
  }
  return {ok: true, value: {receipt: parsed.value, signedBy}}
}
