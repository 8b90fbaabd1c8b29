/** When a status holds: form, pinned key, signature, five minutes, and the receipt that was asked about. */
import {quote} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import {readSigned} from './signed.ts'
import {type Status, type StatusWord, type UsingRun, parseStatus} from './status.ts'
import {type SecondsTime, secondsTimeToMs} from './times.ts'

export interface StatusTerms {
  readonly keys: PinnedKeys
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The id of the receipt that it must be about. */
  readonly receipt: unknown
}

export interface StatusResult {
  readonly valid: true
  readonly receipt: string
  readonly status: StatusWord
  /** When the issuer said so. */
  readonly at: SecondsTime
  /** The run that used the receipt. */
  readonly run?: UsingRun | undefined
}

/** How long a status counts, and how far clocks may differ on its start. */
const lifeMs = 300_000
const skewMs = 60_000

/** Total: every input gives a verdict. */
export function verifyStatus(input: unknown, {keys, now, receipt}: StatusTerms): StatusResult | Faulty {
  const read = readSigned(input, parseStatus, keys)
  if (!read.ok) return faulty(`status_${read.fault.wrong}`, read.fault.reason)
  const {value} = read
  return checkTime(value, now) ?? checkReceipt(value, receipt) ?? resultOf(value)
}

const resultOf = ({receipt, status, at, run}: Status): StatusResult => ({
  valid: true,
  receipt,
  status,
  at,
  ...(run === undefined ? {} : {run}),
})

/**
 * A signed no of any time, for a clock by which it is no status: a receipt that was revoked once is revoked for ever, and
 * one that was unknown after it was issued was never made. `issuedAt` is the receipt's own.
 */
export function readLastingNo(
  input: unknown,
  {keys, receipt, issuedAt}: Omit<StatusTerms, 'now'> & {readonly issuedAt: SecondsTime},
): StatusResult | undefined {
  const read = readSigned(input, parseStatus, keys)
  if (!read.ok || checkReceipt(read.value, receipt) !== undefined) return undefined
  const {status, at} = read.value
  return status === 'revoked' || (status === 'unknown' && issuedAt <= at) ? resultOf(read.value) : undefined
}

/** Every test is written so that NaN refuses. */
function checkTime({at}: Status, now: number): Faulty | undefined {
  const from = secondsTimeToMs(at)
  if (!(from - skewMs <= now))
    return faulty('status_not_yet_valid', `it was said at ${at}, which is still to come here`)
  return now < from + lifeMs ? undefined : faulty('status_stale', `it was said at ${at}, five minutes ago or longer`)
}

function checkReceipt({receipt}: Status, expected: unknown): Faulty | undefined {
  if (expected === receipt) return undefined
  const shown = typeof expected === 'string' ? quote(expected) : 'no usable value'
  return faulty('status_mismatch', `it is about ${receipt}, and ${shown} was expected`)
}
