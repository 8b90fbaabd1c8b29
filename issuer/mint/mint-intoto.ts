/** A receipt as an in-toto statement in a DSSE envelope: what is to be signed, and the envelope once it is. */
import {
  type IntotoEnvelope,
  type PublicKey,
  type Receipt,
  dsseInput,
  intotoPayload,
  openIntoto,
  sealEnvelope,
} from '#protocol'

export interface UnsignedEnvelope {
  readonly payload: Uint8Array
  /** What the receipt key signs. */
  readonly input: Uint8Array
}

/** GitHub's logins have at most 39 characters, so there is room for it in what a signer takes. */
export function mintIntoto(receipt: Receipt): UnsignedEnvelope {
  const payload = intotoPayload(receipt)
  return {payload, input: dsseInput(payload)}
}

/** Joins payload and signature. Throws when they do not hold: a wrong key or a faulty signer must end here. */
export function acceptSignedEnvelope(
  {payload}: UnsignedEnvelope,
  {publicKey, signature}: {readonly publicKey: PublicKey; readonly signature: Uint8Array},
): IntotoEnvelope {
  const envelope = sealEnvelope(payload, {keyid: publicKey, signature})
  const opened = openIntoto(envelope, new Map([[publicKey, {key: publicKey, status: 'trusted'}]]))
  if (!opened.ok) throw new Error(`the signed envelope does not verify: ${opened.fault.code}`)
  return envelope
}
