/** The `verify.*` surface: total functions that give `{valid: true, …}` or `{valid: false, code, reason}`. */
import {isPlainObject, quote} from './json.ts'
import {type PinnedKeys, parsePinnedKeys} from './keys.ts'
import {verifyChain} from './ledger/chain.ts'
import {verifyCheckpoint, verifyConsistency, verifyInclusion} from './ledger/verify-ledger.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import type {Receipt} from './receipt.ts'
import {type Refusal, type RefusalCode, describeRefusal} from './refusals.ts'
import type {Result} from './result.ts'
import {type RevocationResult, verifyRevocation} from './revocation.ts'
import {readTokenKeys} from './rsa-key.ts'
import {parseDuration} from './times.ts'
import {tokenAudience} from './token.ts'
import {type EvidenceResult, verifyEvidence} from './verify-evidence.ts'
import {type Expectation, type Terms, expectationNames, verifyReceipt} from './verify-receipt.ts'
import {type StatusResult, verifyStatus} from './verify-status.ts'
import {type TokenResult, type TokenTerms, verifyToken} from './verify-token.ts'

export interface Refused {
  readonly valid: false
  readonly code: RefusalCode
  /** What happened, in a sentence. */
  readonly reason: string
}

export interface ReceiptOptions {
  /** Pinned keys: `pp_pk_…` lines as text, or one line an element. */
  readonly keys: string | readonly string[]
  /** When the receipt must hold: a Date, milliseconds, or `issued` for its own time. Absent: the clock's. */
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
  return totally(() => {
    const terms = readTerms(options)
    if ('problems' in terms) return refused({code: 'input_invalid', problems: terms.problems})
    const verdict = verifyReceipt(receipt, terms)
    if (!verdict.valid) return refused(verdict.refusal)
    const {unchecked, expired, receipt: held} = verdict.verified
    return {valid: true, receipt: held, unchecked, expired}
  })
}

/** Options may be anything, and looking at some of them throws. */
function totally<T>(ask: () => T): T | Refused {
  try {
    return ask()
  } catch (fault) {
    return refused({code: 'internal_error', problem: describeFault(fault)})
  }
}

/** The options as terms, or everything that is wrong with them. */
function readTerms(options: unknown): Terms | {readonly problems: readonly string[]} {
  if (!isRecord(options)) return {problems: ['options: give an object with the pinned keys: {keys: "pp_pk_…"}']}
  const pinned = readKeys(options['keys'])
  const now = readNow(options)
  const expect = options['expect'] ?? {}
  const maxTtl = readMaxTtl(options['maxTtl'] ?? '24h')
  const problems = pinned.ok ? [] : pinned.fault.map((problem) => `keys: ${problem}`)
  if (now === undefined) problems.push('now: give a Date, milliseconds since the epoch, or "issued"')
  if (maxTtl === undefined) problems.push('maxTtl: give milliseconds, or a duration such as "24h"')
  problems.push(...findUnknownExpectations(expect).map((problem) => `expect: ${problem}`))
  if (!pinned.ok || now === undefined || maxTtl === undefined || problems.length > 0) return {problems}
  return {keys: pinned.value, now, expect, maxTtl, clock: now === 'issued' ? Date.now() : undefined}
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function readKeys(keys: unknown): Result<PinnedKeys, readonly string[]> {
  const lines: unknown = typeof keys === 'string' ? [keys] : keys
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) {
    return {ok: false, fault: ['give pp_pk_… lines as text, or as an array of texts']}
  }
  return parsePinnedKeys(lines.join('\n'))
}

/** Only an absent `now` is the clock's: one that is present but no time is a mistake, and a mistake never passes. */
function readNow(options: Readonly<Record<string, unknown>>): number | 'issued' | undefined {
  if (!('now' in options)) return Date.now()
  const now = options['now']
  if (now === 'issued') return now
  const ms: unknown = now instanceof Date ? now.getTime() : now
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

function readMaxTtl(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value : parseDuration(value)
  return ms !== undefined && ms >= 0 ? ms : undefined
}

/** A misspelt or inherited member would be a comparison that never happens. */
function findUnknownExpectations(expect: unknown): readonly string[] {
  if (!isPlainObject(expect)) return ['give a plain object, such as {action: "deploy", sha: "…"}']
  return findUnknownNames(expect, expectationNames)
}

const findUnknownNames = (given: object, known: readonly string[]): string[] =>
  Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `${quote(name)} is not a member; there are ${known.join(', ')}`)

/** Total even for a thrown thing that throws when it is looked at. */
function describeFault(fault: unknown): string {
  try {
    return fault instanceof Error ? quote(fault.message) : 'something was thrown'
  } catch {
    return 'something was thrown'
  }
}

const refused = (refusal: Refusal): Refused => ({
  valid: false,
  code: refusal.code,
  reason: describeRefusal(refusal).what,
})

export interface TokenOptions {
  /** When the token must hold: a Date, milliseconds, or `issued` for its own time. Absent: the clock's. */
  readonly now?: Date | number | 'issued'
  /** The issuer's URL, compared exactly. Absent: not compared. */
  readonly issuer?: string
  /** Absent: `countersign-gate`. */
  readonly audience?: string
}

/**
 * Verifies an authority token (formats §3) against a PEM text, a JWK, a JWKS or a KeyObject. Not in browsers. Reads the
 * clock only when `now` is absent.
 * @returns the decision, or the first thing that refuses the token. A valid DENY is valid, and not allowed.
 */
function verifyTokenText(
  token: unknown,
  publicKey: unknown,
  options: TokenOptions = {},
): TokenResult | Faulty | Refused {
  return totally(() => {
    const terms = readTokenTerms(options)
    if ('problems' in terms) return refused({code: 'input_invalid', problems: terms.problems})
    const keys = readTokenKeys(publicKey)
    return keys.ok ? verifyToken(token, keys.value, terms) : faulty('token_key_invalid', keys.fault)
  })
}

function readTokenTerms(options: unknown): TokenTerms | {readonly problems: readonly string[]} {
  if (!isPlainObject(options))
    return {problems: ['options: give a plain object with now, issuer or audience, or nothing']}
  const problems = findUnknownNames(options, ['now', 'issuer', 'audience']).map((problem) => `options: ${problem}`)
  const now = readNow(options)
  const {issuer, audience = tokenAudience} = options
  if (now === undefined) problems.push('now: give a Date, milliseconds since the epoch, or "issued"')
  // Present but undefined is a comparison that was meant.
  if ('issuer' in options && typeof issuer !== 'string') problems.push('issuer: give the URL of the issuer as text')
  if (('audience' in options && options['audience'] === undefined) || typeof audience !== 'string') {
    problems.push('audience: give one audience as text')
  }
  if (now === undefined || typeof audience !== 'string' || problems.length > 0) return {problems}
  return {now, issuer: typeof issuer === 'string' ? issuer : undefined, audience}
}

/**
 * Verifies an evidence bundle (formats §4) with the bundle's own key (see evidenceKey): 32 bytes or 64 hex digits.
 * @returns its sections and how many are redacted, or the first thing that refuses it. Never throws.
 */
const verifyEvidenceText = (bundle: unknown, hmacKey: unknown): EvidenceResult | Faulty | Refused =>
  totally(() => verifyEvidence(bundle, hmacKey))

export interface RevocationOptions {
  /** Pinned keys, as for receipts. */
  readonly keys: string | readonly string[]
  /** What it must revoke: each member that is there is compared exactly. */
  readonly expect?: {readonly receipt?: unknown; readonly repositoryId?: unknown}
}

/** Verifies a revocation against pinned keys (formats §6). Reads no clock. Never throws. */
function verifyRevocationText(revocation: unknown, options: RevocationOptions): RevocationResult | Faulty | Refused {
  return totally(() => {
    if (!isRecord(options))
      return refused({
        code: 'input_invalid',
        problems: ['options: give an object with the pinned keys: {keys: "pp_pk_..."}'],
      })
    const pinned = readKeys(options['keys'])
    const expect: unknown = options['expect'] ?? {}
    const problems = pinned.ok ? [] : pinned.fault.map((problem) => `keys: ${problem}`)
    if (!isPlainObject(expect)) problems.push('expect: give a plain object, such as {receipt: "rcpt_dg_..."}')
    else problems.push(...findUnknownNames(expect, ['receipt', 'repositoryId']).map((problem) => `expect: ${problem}`))
    if (!pinned.ok || !isPlainObject(expect) || problems.length > 0) return refused({code: 'input_invalid', problems})
    return verifyRevocation(revocation, {keys: pinned.value, expect})
  })
}

export interface StatusOptions {
  /** Pinned keys, as for receipts. */
  readonly keys: string | readonly string[]
  /** When it must hold: a Date or milliseconds. Absent: the clock's. */
  readonly now?: Date | number
  /** The id of the receipt that it must be about. */
  readonly receipt: string
}

/**
 * Verifies what an issuer says of a receipt now (formats §6): good for five minutes. Reads the clock only when `now` is
 * absent. Never throws.
 */
function verifyStatusText(status: unknown, options: StatusOptions): StatusResult | Faulty | Refused {
  return totally(() => {
    if (!isRecord(options))
      return refused({code: 'input_invalid', problems: ['options: give an object with keys and receipt']})
    const pinned = readKeys(options['keys'])
    const now = readNow(options)
    const {receipt} = options
    const problems = pinned.ok ? [] : pinned.fault.map((problem) => `keys: ${problem}`)
    if (typeof now !== 'number') problems.push('now: give a Date or milliseconds since the epoch')
    if (typeof receipt !== 'string') problems.push('receipt: give the id of the receipt that was asked about')
    if (!pinned.ok || typeof now !== 'number' || problems.length > 0) return refused({code: 'input_invalid', problems})
    return verifyStatus(status, {keys: pinned.value, now, receipt})
  })
}

export const verify = {
  receipt: verifyReceiptText,
  token: verifyTokenText,
  evidence: verifyEvidenceText,
  revocation: verifyRevocationText,
  status: verifyStatusText,
  chain: verifyChain,
  checkpoint: verifyCheckpoint,
  inclusion: verifyInclusion,
  consistency: verifyConsistency,
} as const
