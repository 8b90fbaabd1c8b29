/**
 * Revocation (formats §6): a receipt that does not count any more.
 *
 *   signing input = UTF-8( RFC 8785( revocation without its member "signature" ) ), as a receipt's
 */
import {
  type AccountId,
  type Digest,
  type Login,
  type PublicKey,
  type ReceiptId,
  type RepositoryId,
  type Signature,
  parseAccountId,
  parseDigest,
  parseLogin,
  parsePublicKey,
  parseReceiptId,
  parseRepositoryId,
  parseSignature,
} from './ids.ts'
import {quote} from './json.ts'
import type {PinnedKeys} from './keys.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import type {Result} from './result.ts'
import {ShapeFault, by, oneOf, readMembers} from './shape.ts'
import {readSigned} from './signed.ts'
import {type SecondsTime, parseSecondsTime} from './times.ts'

declare const brand: unique symbol
/** `rvk_` and a lower-case ULID. */
export type RevocationId = string & {readonly [brand]: 'RevocationId'}

/** Why: a person's `/revoke`, the pull request closed unmerged, a `/deny`, a permission lost. */
export const revocationCauses = ['person', 'closed', 'denied', 'permission'] as const
export type RevocationCause = (typeof revocationCauses)[number]

/** Everything that is signed. */
export interface RevocationBody {
  readonly type: 'countersign.revocation/v1'
  readonly id: RevocationId
  readonly receipt: ReceiptId
  readonly repositoryId: RepositoryId
  readonly revokedBy: {readonly login: Login; readonly id: AccountId}
  /** The comment that asked for it; null where none did (`closed`, `permission`). */
  readonly statement: {readonly kind: 'issue_comment'; readonly id: number; readonly digest: Digest} | null
  readonly at: SecondsTime
  readonly cause: RevocationCause
  readonly publicKey: PublicKey
}

export interface Revocation extends RevocationBody {
  readonly signature: Signature
}

export function parseRevocationId(value: unknown): RevocationId | undefined {
  return typeof value === 'string' && /^rvk_[0-9a-hjkmnp-tv-z]{26}$/.test(value) ? (value as RevocationId) : undefined
}

const id = by(parseAccountId, 'a non-negative safe integer')
const personMembers = {login: by(parseLogin, '1 to 64 printable ASCII characters without ` $ " \\ <'), id}
const statementMembers = {
  kind: oneOf('issue_comment'),
  id: by((value) => parseRepositoryId(value) as number | undefined, 'a non-negative safe integer'),
  digest: by(parseDigest, '"sha256:" and 64 lower-case hex digits'),
}
const revocationMembers = {
  type: oneOf('countersign.revocation/v1'),
  id: by(parseRevocationId, 'rvk_ and a lower-case ULID'),
  receipt: by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID'),
  repositoryId: by(parseRepositoryId, 'a non-negative safe integer'),
  revokedBy: (value: unknown, path: string): RevocationBody['revokedBy'] => readMembers({value, path}, personMembers),
  statement: (value: unknown, path: string): RevocationBody['statement'] =>
    value === null ? null : readMembers({value, path}, statementMembers),
  at: by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists'),
  cause: oneOf(...revocationCauses),
  publicKey: by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits'),
  signature: by(parseSignature, 'ed25519: and 128 lower-case hex digits'),
}

/** A parsed JSON value as a revocation, or the first thing wrong with it. No cryptography and no clock. */
export function parseRevocation(value: unknown): Result<Revocation, string> {
  try {
    const revocation: Revocation = readMembers({value, path: ''}, revocationMembers)
    const {cause, statement} = revocation
    if (statement === null && (cause === 'person' || cause === 'denied')) {
      throw new ShapeFault('statement', 'must name the comment that asked for it')
    }
    return {ok: true, value: revocation}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

export interface RevocationTerms {
  readonly keys: PinnedKeys
  /** What it must revoke. A member that is present but undefined refuses. */
  readonly expect?: {readonly receipt?: unknown; readonly repositoryId?: unknown} | undefined
}

export interface RevocationResult {
  readonly valid: true
  readonly revocation: Revocation
  /** Members of `expect` that were not given, so not compared. */
  readonly unchecked: readonly string[]
}

export const revocationTargets = ['receipt', 'repositoryId'] as const

/** Total. No clock: a revocation has no end, and one whose time is still to come already forbids. */
export function verifyRevocation(input: unknown, {keys, expect = {}}: RevocationTerms): RevocationResult | Faulty {
  const read = readSigned(input, parseRevocation, keys)
  if (!read.ok) return faulty(`revocation_${read.fault.wrong}`, read.fault.reason)
  const unchecked = revocationTargets.filter((name) => !Object.hasOwn(expect, name))
  return checkTarget(read.value, expect) ?? {valid: true, revocation: read.value, unchecked}
}

function checkTarget(revocation: Revocation, expect: object): Faulty | undefined {
  for (const name of revocationTargets) {
    if (!Object.hasOwn(expect, name)) continue
    const wanted: unknown = (expect as Record<string, unknown>)[name]
    if (wanted === revocation[name]) continue
    const shown = typeof wanted === 'string' ? quote(wanted) : typeof wanted === 'number' ? wanted : 'no usable value'
    return faulty('revocation_mismatch', `its "${name}" is ${revocation[name]}, and ${shown} was expected`)
  }
  return undefined
}
