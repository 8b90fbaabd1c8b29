/**
 * What ties the documents of one decision to each other and to their entry in the ledger. By these rules an audit's answer
 * and a pack are judged, long after: each document at its own time.
 */
import {digestOf} from './crypto.ts'
import type {Origin} from './ids.ts'
import {canonicalBytes, canonicalJson} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import type {Entry} from './ledger/entry.ts'
import type {Faulty} from './proof-faults.ts'
import type {Receipt, Scope} from './receipt.ts'
import type {TokenKeys} from './rsa-key.ts'
import {secondsTimeToMs} from './times.ts'
import {tokenAudience} from './token.ts'
import type {TokenClaims} from './token-claims.ts'
import {type Expectation, type ReceiptVerdict, verifyReceipt} from './verify-receipt.ts'
import {type TokenResult, verifyToken} from './verify-token.ts'

const maxTtlMs = 24 * 3_600_000
const skewMs = 60_000

/** What an auditor asks about is over. */
export const verifyIssued = (input: unknown, keys: PinnedKeys, expect: Expectation = {}): ReceiptVerdict =>
  verifyReceipt(input, {keys, now: 'issued', expect: {action: 'deploy', ...expect}, maxTtl: maxTtlMs})

/** A token is a record. */
export const verifyDecided = (token: string, keys: TokenKeys, issuer?: Origin): TokenResult | Faulty =>
  verifyToken(token, keys, {now: 'issued', issuer, audience: tokenAudience})

/** The first of these that the entry does not have as the receipt has it. */
export function findOtherInEntry(
  {event, subject, digests}: Entry,
  receipt: Receipt,
): 'receipt' | 'decision' | 'evidence' | undefined {
  const isNamed = event === 'receipt.issued' && subject === receipt.id
  if (!isNamed || digests['receipt'] !== digestOf(canonicalBytes(receipt))) return 'receipt'
  return (['decision', 'evidence'] as const).find((name) => digests[name] !== receipt[name])
}

/** A receipt that was dated back stands in the ledger where it was really made. NaN refuses. */
export function isWrittenInLife({time}: Entry, {issuedAt, expiresAt}: Receipt): boolean {
  const written = Date.parse(time)
  return secondsTimeToMs(issuedAt) - skewMs <= written && written < secondsTimeToMs(expiresAt)
}

/** What a token must speak of; undefined where there is none of it. */
export interface TokenTies {
  readonly decision: string | undefined
  readonly receipt: string | undefined
  readonly evidence: string | undefined
  /** Undefined where it is not known. */
  readonly scope: Scope | undefined
}

/** What the token says otherwise, to be put behind "it" or "the token". */
export function findOtherInToken(
  claims: TokenClaims,
  {decision, receipt, evidence, scope}: TokenTies,
): string | undefined {
  if (claims.jti !== decision) return 'is of another decision'
  // A token without `receipt` is of a decision that is no ALLOW.
  if (claims.receipt !== receipt) return 'names another receipt, or none'
  if (claims.evidence !== evidence) return 'stands on other evidence'
  if (scope === undefined) return undefined
  return canonicalJson(claims.intent.scope) === canonicalJson(scope) ? undefined : 'is for another scope'
}
