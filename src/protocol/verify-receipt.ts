/** When a receipt holds: size, form, pinned key, signature, times, and every field against what was expected. */
import {publicKeyBytes, signatureBytes, verifyEd25519} from './crypto.ts'
import {isSafeText, parseRepositoryName, sameRepository} from './ids.ts'
import {canonicalJson, parseJson, quote} from './json.ts'
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

export const expectationNames: readonly (keyof Expectation)[] = [
  'action',
  'repositoryId',
  'repository',
  'sha',
  'tree',
  'environment',
  'issuer',
]

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
  /** `issued`: nobody asked whether it holds now, so it allows nothing. */
  readonly judged: 'now' | 'issued'
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
      judged: terms.now === 'issued' ? 'issued' : 'now',
    } as unknown as VerifiedReceipt,
  }
}

const refuse = (refusal: Refusal): ReceiptVerdict => ({valid: false, refusal})

function readReceipt(input: unknown): Receipt | Refusal {
  const text = asText(input)
  if (typeof text === 'object' && 'code' in text) return text
  const size = typeof text === 'string' ? utf8Length(text) : text.length
  if (size > maxReceiptBytes) return {code: 'receipt_too_large', problem: `${size} bytes of at most ${maxReceiptBytes}`}
  const json = parseJson(text)
  if (!json.ok) return {code: 'receipt_malformed', problem: `${json.reason} (at character ${json.at})`}
  const parsed = parseReceipt(json.value)
  return parsed.ok ? parsed.value : {code: 'receipt_malformed', problem: parsed.fault}
}

/** An object is read once, into text: getters that throw, lie or never end give a refusal and no exception. */
function asText(input: unknown): string | Uint8Array | Refusal {
  if (typeof input === 'string') return input
  const budget = {left: maxReceiptBytes}
  try {
    if (input instanceof Uint8Array) return new Uint8Array(input)
    if (typeof input === 'object' && input !== null) return canonicalJson(input, budget)
  } catch {
    if (budget.left < 0) return {code: 'receipt_too_large', problem: `more than ${maxReceiptBytes} bytes`}
  }
  return {code: 'receipt_malformed', problem: 'it is neither text nor a plain JSON object'}
}

/** Counts only where it matters: UTF-8 has one to three bytes for each of a text's units. */
const utf8Length = (text: string): number =>
  text.length > maxReceiptBytes || text.length * 3 <= maxReceiptBytes
    ? text.length
    : new TextEncoder().encode(text).length

function checkKey({publicKey, issuedAt}: Receipt, keys: PinnedKeys): Refusal | undefined {
  const pin = keys.get(publicKey)
  if (pin === undefined) return {code: 'key_not_pinned', publicKey}
  if (pinTakes(pin, issuedAt)) return undefined
  return {code: 'key_revoked', publicKey, until: pin.status === 'until' ? pin.until : undefined}
}

function checkSignature(receipt: Receipt): Refusal | undefined {
  const message = signingBytes(receipt)
  // The largest receipt of today's form has fewer bytes; this holds when a member is added.
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
  const differs = (name: keyof Expectation, authorized: string | number): boolean =>
    asked(name) && expect[name] !== authorized
  if (differs('action', receipt.action)) return {code: 'action_mismatch', ...compared(receipt.action, expect.action)}
  if (differs('repositoryId', scope.repositoryId)) {
    return {code: 'repository_mismatch', ...compared(`id ${scope.repositoryId}`, withId(expect.repositoryId))}
  }
  if (asked('repository') && !isSameRepository(expect.repository, receipt)) {
    const isRenamed = asked('repositoryId')
    return {
      code: 'repository_mismatch',
      ...compared(scope.repository, expect.repository),
      ...(isRenamed ? {isRenamed} : {}),
    }
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

/** An expectation as text for the sentence: what is not safe to print is quoted. */
const compared = (authorized: string, deploying: unknown): {authorized: string; deploying?: string} =>
  typeof deploying === 'string'
    ? {authorized, deploying: isSafeText(deploying) ? deploying : quote(deploying)}
    : {authorized}

/** A numeric id that was given as text never equals, so it is shown as text. */
function withId(expected: unknown): string | undefined {
  if (typeof expected === 'number') return `id ${expected}`
  return typeof expected === 'string' ? `id '${expected}' (text, where a number is needed)` : undefined
}

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
