/**
 * A receipt for tools that know nothing of ours: an in-toto Statement v1 in a DSSE envelope (docs/intoto.md).
 *
 *   payload = UTF-8( RFC 8785( statement ) ), the statement a function of the receipt alone
 *
 * The envelope carries the receipt, it vouches for nothing more: the receipt inside is verified as every other.
 */
import {encodeSigned, findSigner, parseEnvelope} from './dsse.ts'
import type {PublicKey} from './ids.ts'
import {canonicalBytes, canonicalJson, isPlainObject, parseJson} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import {printBase64} from './ledger/note.ts'
import {readProofText} from './proof-text.ts'
import {type Receipt, maxReceiptBytes, parseReceipt} from './receipt.ts'
import type {Refusal} from './refusals.ts'
import type {Result} from './result.ts'

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

/** The bytes that the signature of an attestation covers. */
export const dsseInput = (payload: Uint8Array): Uint8Array => encodeSigned(payload, intotoPayloadType)

export const sealEnvelope = (
  payload: Uint8Array,
  {keyid, signature}: {readonly keyid: PublicKey; readonly signature: Uint8Array},
): IntotoEnvelope => ({
  payload: printBase64(payload),
  payloadType: intotoPayloadType,
  signatures: [{keyid, sig: printBase64(signature)}],
})

export type OpenedEnvelope = Result<{readonly receipt: Receipt; readonly signedBy: PublicKey}, Refusal>

/** The receipt in an envelope that a pinned key signed. Whether the receipt itself holds is verifyReceipt's question. Total. */
export function openIntoto(input: unknown, keys: PinnedKeys): OpenedEnvelope {
  const text = readProofText(input, maxReceiptBytes)
  if (!text.ok) return text.fault.wrong === 'size' ? tooLarge(text.fault.reason) : malformed(text.fault.reason)
  const json = parseJson(text.value)
  if (!json.ok) return malformed(`${json.reason} (at character ${json.at})`)
  const envelope = parseEnvelope(json.value, intotoPayloadType)
  if (!envelope.ok) return malformed(envelope.fault)
  const signer = findSigner(envelope.value, intotoPayloadType, keys)
  return signer.ok ? readStatement(envelope.value.payload, signer.value) : signer
}

const malformed = (problem: string): OpenedEnvelope => ({
  ok: false,
  fault: {code: 'receipt_malformed', problem: `the envelope around it: ${problem}`},
})
const tooLarge = (problem: string): OpenedEnvelope => ({ok: false, fault: {code: 'receipt_too_large', problem}})

/** The statement is what the receipt makes it, byte for byte: its subject can say nothing else than the receipt. */
function readStatement(payload: Uint8Array, signedBy: PublicKey): OpenedEnvelope {
  const json = parseJson(payload)
  if (!json.ok) return malformed(`its payload: ${json.reason} (at character ${json.at})`)
  const parsed = parseReceipt(isPlainObject(json.value) ? json.value['predicate'] : undefined)
  if (!parsed.ok) return malformed(`its predicate: ${parsed.fault}`)
  if (canonicalJson(intotoStatement(parsed.value)) !== new TextDecoder().decode(payload)) {
    return malformed('its statement is not that of the receipt in it')
  }
  return {ok: true, value: {receipt: parsed.value, signedBy}}
}
