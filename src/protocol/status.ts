/**
 * Status (formats §6): what the issuer says of a receipt now, and which run used it. Signed as receipts are, and good for
 * five minutes. A redemption is answered by one that names the run.
 *
 *   signing input = UTF-8( RFC 8785( status without its member "signature" ) )
 */
import {type PublicKey, type ReceiptId, type Signature, parsePublicKey, parseReceiptId, parseSignature} from './ids.ts'
import type {Result} from './result.ts'
import {ShapeFault, by, oneOf, optional, readMembers} from './shape.ts'
import {type SecondsTime, parseSecondsTime} from './times.ts'

/** `unknown`: this issuer never made such a receipt. */
export const statusWords = ['active', 'expired', 'revoked', 'redeemed', 'unknown'] as const
export type StatusWord = (typeof statusWords)[number]

/** The one run that used the receipt: attempt and time are those of the first use. */
export interface UsingRun {
  /** GitHub's id of the run, in decimal. */
  readonly id: string
  readonly attempt: number
  readonly at: SecondsTime
}

/** Everything that is signed. */
export interface StatusBody {
  readonly type: 'countersign.status/v1'
  readonly receipt: ReceiptId
  readonly status: StatusWord
  readonly at: SecondsTime
  readonly run?: UsingRun | undefined
  readonly publicKey: PublicKey
}

export interface Status extends StatusBody {
  readonly signature: Signature
}

const time = by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists')
const runMembers = {
  id: by(parseRunId, 'a decimal id'),
  attempt: by((value) => parsePositive(value), 'a positive safe integer'),
  at: time,
}

const statusMembers = {
  type: oneOf('countersign.status/v1'),
  receipt: by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID'),
  status: oneOf(...statusWords),
  at: time,
  run: optional((value: unknown, path: string): UsingRun => readMembers({value, path}, runMembers)),
  publicKey: by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits'),
  signature: by(parseSignature, 'ed25519: and 128 lower-case hex digits'),
}

/** A parsed JSON value as a status, or the first thing wrong with it. No cryptography and no clock. */
export function parseStatus(value: unknown): Result<Status, string> {
  try {
    const status = readMembers({value, path: ''}, statusMembers)
    if (status.status === 'redeemed' || status.run === undefined) return {ok: true, value: status}
    if (status.status === 'revoked' || status.status === 'expired') return {ok: true, value: status}
    throw new ShapeFault('run', `cannot be there with the status "${status.status}"`)
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

function parseRunId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[1-9][0-9]{0,19}$/.test(value) ? value : undefined
}

function parsePositive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
}
