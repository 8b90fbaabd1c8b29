/** A receipt as an in-toto statement in a DSSE envelope: what is to be signed, and the envelope once it is. */
import {
  type IntotoEnvelope,
  type PublicKey,
  type Receipt,
  dsseInput,
  intotoPayload,
  maxSignedBytes,
  openIntoto,
  sealEnvelope,
} from '#protocol'

export interface UnsignedEnvelope {
  readonly payload: Uint8Array
  /** What the receipt key signs. */
  readonly input: Uint8Array
}

/** Undefined for a receipt so long that its statement is more than a key service signs. */
export function mintIntoto(receipt: Receipt): UnsignedEnvelope | undefined {
  const payload = intotoPayload(receipt)
  const input = dsseInput(payload)
  return input.length <= maxSignedBytes ? {payload, input} : undefined
}

/** Joins payload and signature. Throws when they do not hold: a wrong key or a faulty signer must end here. */
export function acceptSignedEnvelope(
  {payload}: UnsignedEnvelope,
  {publicKey, signature}: {readonly publicKey: PublicKey; readonly signature: Uint8Array},
): IntotoEnvelope {
  const envelope = sealEnvelope(payload, {keyid: publicKey, signature})
  const opened = openIntoto(envelope, new Map([[publicKey, {key: publicKey, status: 'trusted'}]]))
  if (!opened.ok) throw new Error(`the signed envelope does not verify: ${opened.refusal.code}`)
  return envelope
}
