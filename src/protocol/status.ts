/**
 * Status (formats §6): what the issuer says of a receipt now. Signed as receipts are, and good for five minutes.
 *
 *   signing input = UTF-8( RFC 8785( status without its member "signature" ) )
 */
import {type PublicKey, type ReceiptId, type Signature, parsePublicKey, parseReceiptId, parseSignature} from './ids.ts'
import type {Result} from './result.ts'
import {ShapeFault, by, oneOf, readMembers} from './shape.ts'
import {type SecondsTime, parseSecondsTime} from './times.ts'

export const statusWords = ['active', 'expired', 'revoked', 'redeemed'] as const
export type StatusWord = (typeof statusWords)[number]

/** Everything that is signed. */
export interface StatusBody {
  readonly type: 'countersign.status/v1'
  readonly receipt: ReceiptId
  readonly status: StatusWord
  readonly at: SecondsTime
  readonly publicKey: PublicKey
}

export interface Status extends StatusBody {
  readonly signature: Signature
}

const statusMembers = {
  type: oneOf('countersign.status/v1'),
  receipt: by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID'),
  status: oneOf(...statusWords),
  at: by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists'),
  publicKey: by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits'),
  signature: by(parseSignature, 'ed25519: and 128 lower-case hex digits'),
}

/** A parsed JSON value as a status, or the first thing wrong with it. No cryptography and no clock. */
export function parseStatus(value: unknown): Result<Status, string> {
  try {
    return {ok: true, value: readMembers({value, path: ''}, statusMembers)}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}
