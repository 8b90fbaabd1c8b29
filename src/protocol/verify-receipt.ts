/** When a receipt holds: size, form, pinned key, signature, times, and every field against what was expected. */
import {publicKeyBytes, signatureBytes, verifyEd25519} from './crypto.ts'
import {parseRepositoryName, sameRepository} from './ids.ts'
import {canonicalJson, parseJson} from './json.ts'
import {type PinnedKeys, pinTakes} from './keys.ts'
import {type Receipt, maxReceiptBytes, maxSignedBytes, parseReceipt, signingBytes} from './receipt.ts'
import type {Refusal} from './refusals.ts'
import {printSecondsTime, secondsTimeToMs} from './times.ts'

/**
 * What the receipt must be for. A member that is present but undefined refuses; one that is absent is named in
 * `unchecked`. `sha` or `tree` counts as one question; `issuer` is asked only where the verifier knows its issuer.
 */
export interface Expectation {
  readonly action?: unknown
  readonly repositoryId?: unknown
  readonly repository?: unknown
  readonly sha?: unknown
  readonly tree?: unknown
  readonly environment?: unknown
  readonly issuer?: unknown
}

export interface Terms {
  readonly keys: PinnedKeys
  /** Milliseconds since the epoch, or `issued`: judge the receipt at its own time (an auditor's question). */
  readonly now: number | 'issued'
  readonly expect: Expectation
  /** Milliseconds. */
  readonly maxTtl: number
  /** The clock for saying `expired` when `now` is `issued`; milliseconds. */
  readonly clock?: number | undefined
}

declare const verified: unique symbol
/** A receipt whose signature and times hold. Only verifyReceipt makes one. */
export interface VerifiedReceipt {
  readonly [verified]: true
  readonly receipt: Receipt
  readonly unchecked: readonly string[]
  readonly expired: boolean
}

export type ReceiptVerdict =
  {readonly valid: true; readonly verified: VerifiedReceipt} | {readonly valid: false; readonly refusal: Refusal}

const second = 1000
/** Clocks may differ by this much on the start of a receipt's life, never on its end. */
const skewMs = 60 * second

/** Total: every input gives a verdict. Text is preferred: an object has already lost its duplicate names. */
export function verifyReceipt(input: unknown, terms: Terms): ReceiptVerdict {
  const read = readReceipt(input)
  if ('code' in read) return refuse(read)
  const refusal =
    checkKey(read, terms.keys) ?? checkSignature(read) ?? checkTimes(read, terms) ?? checkScope(read, terms.expect)
  if (refusal !== undefined) return refuse(refusal)
  const seen = typeof terms.now === 'number' ? terms.now : terms.clock
  return {
    valid: true,
    verified: {
      receipt: read,
      unchecked: uncheckedMembers(terms.expect),
      expired: seen !== undefined && !(seen < secondsTimeToMs(read.expiresAt)),
    } as unknown as VerifiedReceipt,
  }
}

const refuse = (refusal: Refusal): ReceiptVerdict => ({valid: false, refusal})

function readReceipt(input: unknown): Receipt | Refusal {
  const text = asText(input)
  if (text === undefined) return {code: 'receipt_malformed', problem: 'it is neither text nor a plain JSON object'}
  const size = typeof text === 'string' ? utf8Length(text) : text.length
  if (size > maxReceiptBytes) return {code: 'receipt_too_large', problem: `${size} bytes of at most ${maxReceiptBytes}`}
  const json = parseJson(text)
  if (!json.ok) return {code: 'receipt_malformed', problem: `${json.reason} (at character ${json.at})`}
  const parsed = parseReceipt(json.value)
  return parsed.ok ? parsed.receipt : {code: 'receipt_malformed', problem: parsed.reason}
}

function asText(input: unknown): string | Uint8Array | undefined {
  if (typeof input === 'string' || input instanceof Uint8Array) return input
  try {
    return typeof input === 'object' && input !== null ? canonicalJson(input) : undefined
  } catch {
    return undefined // Not JSON, or a getter that throws: total, so a verdict and no exception.
  }
}

/** Stops counting where a text is too large anyway. */
const utf8Length = (text: string): number =>
  text.length > maxReceiptBytes ? text.length : new TextEncoder().encode(text).length

function checkKey({publicKey, issuedAt}: Receipt, keys: PinnedKeys): Refusal | undefined {
  const pin = keys.get(publicKey)
  if (pin === undefined) return {code: 'key_not_pinned', publicKey}
  if (pinTakes(pin, issuedAt)) return undefined
  return {code: 'key_revoked', publicKey, until: pin.status === 'until' ? pin.until : undefined}
}

function checkSignature(receipt: Receipt): Refusal | undefined {
  const message = signingBytes(receipt)
  if (message.length > maxSignedBytes) {
    return {code: 'receipt_too_large', problem: `${message.length} signed bytes of at most ${maxSignedBytes}`}
  }
  const publicKey = publicKeyBytes(receipt.publicKey)
  const signature = signatureBytes(receipt.signature)
  return verifyEd25519({publicKey, message, signature})
    ? undefined
    : {code: 'signature_invalid', publicKey: receipt.publicKey}
}

/** Every test is written so that NaN refuses. */
function checkTimes({issuedAt, expiresAt}: Receipt, {now, maxTtl}: Terms): Refusal | undefined {
  const from = secondsTimeToMs(issuedAt)
  const until = secondsTimeToMs(expiresAt)
  if (!(until - from <= maxTtl)) {
    return {code: 'lifetime_too_long', seconds: (until - from) / second, maxSeconds: maxTtl / second}
  }
  const at = now === 'issued' ? from : now
  if (!(from - skewMs <= at)) return {code: 'not_yet_valid', issuedAt, now: printNow(at)}
  if (!(at < until)) return {code: 'expired', expiresAt, now: printNow(at)}
  return undefined
}

function printNow(ms: number): string {
  try {
    return printSecondsTime(ms)
  } catch {
    return 'a time that is none'
  }
}

function checkScope(receipt: Receipt, expect: Expectation): Refusal | undefined {
  const {scope} = receipt
  const asked = (name: keyof Expectation): boolean => Object.hasOwn(expect, name)
  const differs = (name: keyof Expectation, authorised: string | number): boolean =>
    asked(name) && expect[name] !== authorised
  if (differs('action', receipt.action)) return {code: 'action_mismatch', ...compared(receipt.action, expect.action)}
  if (differs('repositoryId', scope.repositoryId)) {
    return {code: 'repository_mismatch', ...compared(`id ${scope.repositoryId}`, expect.repositoryId, 'id ')}
  }
  if (asked('repository') && !isSameRepository(expect.repository, receipt)) {
    return {code: 'repository_mismatch', ...compared(scope.repository, expect.repository)}
  }
  if (differs('sha', scope.sha)) return {code: 'commit_mismatch', ...compared(scope.sha, expect.sha)}
  if (differs('tree', scope.tree)) return {code: 'tree_mismatch', ...compared(scope.tree, expect.tree)}
  if (differs('environment', scope.environment)) {
    return {code: 'environment_mismatch', ...compared(scope.environment, expect.environment)}
  }
  if (differs('issuer', receipt.issuer)) return {code: 'issuer_mismatch', ...compared(receipt.issuer, expect.issuer)}
  return undefined
}

function isSameRepository(expected: unknown, {scope}: Receipt): boolean {
  const name = parseRepositoryName(expected)
  return name !== undefined && sameRepository(name, scope.repository)
}

const compared = (authorised: string, deploying: unknown, prefix = ''): {authorised: string; deploying?: string} =>
  typeof deploying === 'string' || typeof deploying === 'number'
    ? {authorised, deploying: `${prefix}${deploying}`}
    : {authorised}

function uncheckedMembers(expect: Expectation): readonly string[] {
  const questions: readonly (readonly (keyof Expectation)[])[] = [
    ['action'],
    ['repositoryId'],
    ['repository'],
    ['sha', 'tree'],
    ['environment'],
  ]
  return questions.filter((names) => !names.some((name) => Object.hasOwn(expect, name))).map((names) => names[0] ?? '')
}
