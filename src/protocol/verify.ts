/** The `verify.*` surface: total functions that give `{valid: true, …}` or `{valid: false, code, reason}`. */
import {quote} from './json.ts'
import {verifyChain} from './ledger/chain.ts'
import {verifyCheckpoint, verifyConsistency, verifyInclusion} from './ledger/verify-ledger.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import type {Receipt} from './receipt.ts'
import {type Refusal, type RefusalCode, describeRefusal} from './refusals.ts'
import type {Result} from './result.ts'
import {type RevocationResult, revocationTargets, verifyRevocation} from './revocation.ts'
import {readTokenKeys} from './rsa-key.ts'
import {parseDuration} from './times.ts'
import {tokenAudience} from './token.ts'
import {type Options, readExpectation, readKeys, readOptions} from './verifier-options.ts'
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
  /** What it must be for. Absent members are named in `unchecked`; members that are undefined or null refuse. */
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
    if (!terms.ok) return wrongly(terms.fault)
    const verdict = verifyReceipt(receipt, terms.value)
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
function readTerms(options: unknown): Result<Terms, readonly string[]> {
  const read = readOptions(options, ['keys', 'now', 'expect', 'maxTtl'])
  if (!read.ok) return read
  const {expect: asked = {}, maxTtl: longest = '24h'} = read.value
  const keys = readKeys(read.value.keys)
  const now = readNow(read.value)
  const expect = readExpectation(asked, expectationNames, '{action: "deploy", sha: "…"}')
  const maxTtl = readMaxTtl(longest)
  const problems = [...faultsOf(keys), ...faultsOf(expect)]
  if (now === undefined) problems.push('now: give a Date, milliseconds since the epoch, or "issued"')
  if (maxTtl === undefined) problems.push('maxTtl: give milliseconds, or a duration such as "24h"')
  if (!keys.ok || !expect.ok || now === undefined || maxTtl === undefined) return {ok: false, fault: problems}
  const clock = now === 'issued' ? Date.now() : undefined
  return {ok: true, value: {keys: keys.value, now, expect: expect.value, maxTtl, clock}}
}

/** Only an absent `now` is the clock's: one that is present but no time is a mistake, and a mistake never passes. */
function readNow(options: Options<'now'>): number | 'issued' | undefined {
  if (!('now' in options)) return Date.now()
  const {now} = options
  if (now === 'issued') return now
  const ms: unknown = now instanceof Date ? now.getTime() : now
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

const faultsOf = (read: Result<unknown, readonly string[]>): string[] => (read.ok ? [] : [...read.fault])

function readMaxTtl(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value : parseDuration(value)
  return ms !== undefined && ms >= 0 ? ms : undefined
}

/** Total even for a thrown thing that throws when it is looked at. */
function describeFault(fault: unknown): string {
  try {
    return fault instanceof Error ? quote(fault.message) : 'something was thrown'
  } catch {
    return 'something was thrown'
  }
}

const wrongly = (problems: readonly string[]): Refused => refused({code: 'input_invalid', problems})

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
    if (!terms.ok) return wrongly(terms.fault)
    const keys = readTokenKeys(publicKey)
    return keys.ok ? verifyToken(token, keys.value, terms.value) : faulty('token_key_invalid', keys.fault)
  })
}

function readTokenTerms(options: unknown): Result<TokenTerms, readonly string[]> {
  const read = readOptions(options, ['now', 'issuer', 'audience'])
  if (!read.ok) return read
  const {issuer, audience = tokenAudience} = read.value
  const now = readNow(read.value)
  const problems: string[] = []
  if (now === undefined) problems.push('now: give a Date, milliseconds since the epoch, or "issued"')
  if (issuer !== undefined && typeof issuer !== 'string') problems.push('issuer: give the URL of the issuer as text')
  if (typeof audience !== 'string') problems.push('audience: give one audience as text')
  if (now === undefined || typeof audience !== 'string' || problems.length > 0) return {ok: false, fault: problems}
  return {ok: true, value: {now, issuer: typeof issuer === 'string' ? issuer : undefined, audience}}
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
  /** What it must revoke: each member that is there is compared exactly, absent ones are named in `unchecked`. */
  readonly expect?: {readonly receipt?: unknown; readonly repositoryId?: unknown}
}

/** Verifies a revocation against pinned keys (formats §6). Reads no clock. Never throws. */
function verifyRevocationText(revocation: unknown, options: RevocationOptions): RevocationResult | Faulty | Refused {
  return totally(() => {
    const read = readOptions(options, ['keys', 'expect'])
    if (!read.ok) return wrongly(read.fault)
    const keys = readKeys(read.value.keys)
    const expect = readExpectation(read.value.expect ?? {}, revocationTargets, '{receipt: "rcpt_dg_…"}')
    if (!keys.ok || !expect.ok) return wrongly([...faultsOf(keys), ...faultsOf(expect)])
    return verifyRevocation(revocation, {keys: keys.value, expect: expect.value})
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
    const read = readOptions(options, ['keys', 'now', 'receipt'])
    if (!read.ok) return wrongly(read.fault)
    const keys = readKeys(read.value.keys)
    const now = readNow(read.value)
    const {receipt} = read.value
    const problems = faultsOf(keys)
    if (typeof now !== 'number') problems.push('now: give a Date or milliseconds since the epoch')
    if (typeof receipt !== 'string') problems.push('receipt: give the id of the receipt that was asked about')
    if (!keys.ok || typeof now !== 'number' || problems.length > 0) return wrongly(problems)
    return verifyStatus(status, {keys: keys.value, now, receipt})
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
