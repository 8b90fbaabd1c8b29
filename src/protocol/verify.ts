/** The `verify.*` surface: total functions that give `{valid: true, …}` or `{valid: false, code, reason}`. */
import {type PinnedKeys, parsePinnedKeys} from './keys.ts'
import type {Receipt} from './receipt.ts'
import {type Refusal, type RefusalCode, describeRefusal} from './refusals.ts'
import {parseDuration} from './times.ts'
import {type Expectation, verifyReceipt} from './verify-receipt.ts'

export interface Refused {
  readonly valid: false
  readonly code: RefusalCode
  /** What happened, in a sentence. */
  readonly reason: string
}

export interface ReceiptOptions {
  /** Pinned keys: `pp_pk_…` lines as text, or one line an element. */
  readonly keys: string | readonly string[]
  /** When the receipt must hold: a Date, milliseconds, or `issued` for its own time. Absent: now. */
  readonly now?: Date | number | 'issued'
  /** What it must be for. Absent members are named in `unchecked`; present but undefined ones refuse. */
  readonly expect?: Expectation
  /** The longest life accepted: milliseconds, or a duration such as `24h` (the default). */
  readonly maxTtl?: number | string
}

export interface ReceiptResult {
  readonly valid: true
  readonly receipt: Receipt
  /** Members of `expect` that were not given, so not compared. */
  readonly unchecked: readonly string[]
  /** True when the receipt's life is over at the time of asking. */
  readonly expired: boolean
}

/**
 * Verifies a receipt against pinned keys (formats §2). Reads the clock only when `now` is absent or `issued`.
 * @returns the receipt and what was not compared, or the first thing that refuses it. Never throws.
 */
function verifyReceiptText(receipt: unknown, options: ReceiptOptions): ReceiptResult | Refused {
  try {
    const pinned = pinnedKeys(options.keys)
    if (!pinned.ok) return refused({code: 'input_invalid', problems: pinned.problems.map((p) => `keys: ${p}`)})
    const verdict = verifyReceipt(receipt, {
      keys: pinned.keys,
      now: instant(options),
      expect: options.expect ?? {},
      maxTtl: typeof options.maxTtl === 'number' ? options.maxTtl : (parseDuration(options.maxTtl ?? '24h') ?? NaN),
      clock: options.now === 'issued' ? Date.now() : undefined,
    })
    if (!verdict.valid) return refused(verdict.refusal)
    const {unchecked, expired, receipt: held} = verdict.verified
    return {valid: true, receipt: held, unchecked, expired}
  } catch (fault) {
    return refused({code: 'internal_error', problem: fault instanceof Error ? fault.message : 'something was thrown'})
  }
}

function pinnedKeys(keys: unknown): {ok: true; keys: PinnedKeys} | {ok: false; problems: readonly string[]} {
  const lines: unknown = typeof keys === 'string' ? [keys] : keys
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) {
    return {ok: false, problems: ['give pp_pk_… lines as text, or as an array of texts']}
  }
  return parsePinnedKeys(lines.join('\n'))
}

/** A `now` that is present but no time becomes NaN, which every comparison refuses. */
function instant(options: ReceiptOptions): number | 'issued' {
  if (!Object.hasOwn(options, 'now')) return Date.now()
  const now: unknown = options.now
  if (now === 'issued') return now
  if (now instanceof Date) return now.getTime()
  return typeof now === 'number' ? now : NaN
}

const refused = (refusal: Refusal): Refused => ({
  valid: false,
  code: refusal.code,
  reason: describeRefusal(refusal).what,
})

export const verify = {receipt: verifyReceiptText} as const
