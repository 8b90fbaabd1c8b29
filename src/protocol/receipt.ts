/**
 * Receipt v1 (formats §2): who authorized what.
 *
 *   signing input = UTF-8( RFC 8785( receipt without its member "signature" ) ), at most 4096 bytes
 *   signature     = "ed25519:" + hex( Ed25519( signing input ) ), pure, no prefix, no pre-hash
 */
import {
  type AccountId,
  type CommitSha,
  type DecisionId,
  type Digest,
  type Environment,
  type Login,
  type Origin,
  type PublicKey,
  type ReceiptId,
  type RepositoryId,
  type RepositoryName,
  type Signature,
  type TreeSha,
  parseAccountId,
  parseDecisionId,
  parseDigest,
  parseLogin,
  parseOrigin,
  parsePublicKey,
  parseReceiptId,
  parseRepositoryId,
  parseSignature,
} from './ids.ts'
import {canonicalBytes} from './json.ts'
import type {Result} from './result.ts'
import {readScope} from './scope.ts'
import {ShapeFault, by, listOf, oneOf, readMembers} from './shape.ts'
import {type SecondsTime, parseSecondsTime, secondsTimeToMs} from './times.ts'

/** Words a receipt may be flagged with, sorted. Any other word refuses. */
export const flagWords = ['emergency', 'escalated', 'fresh', 'once', 'self'] as const
export type Flag = (typeof flagWords)[number]
/** `comment`: an account said so. `passkey`: its owner was present. Weakest first. */
export const proofWords = ['comment', 'passkey'] as const
export type Proof = (typeof proofWords)[number]
/** `commit`: the statement named the full SHA. `head`: the policy takes the bare form. */
export type Binding = 'commit' | 'head'

export interface Scope {
  readonly repository: RepositoryName
  readonly repositoryId: RepositoryId
  readonly sha: CommitSha
  readonly tree: TreeSha
  readonly environment: Environment
  readonly pullRequest?: number | undefined
  /** The newest commit beneath `sha` that was authorized for this environment; equal to `sha` for an empty range. */
  readonly since?: CommitSha | undefined
}

export interface Approval {
  readonly login: Login
  readonly id: AccountId
  /** GitHub's `role_name`, for show. */
  readonly role: Login
  readonly at: SecondsTime
  readonly statement: {readonly kind: 'issue_comment'; readonly id: number; readonly digest: Digest}
  readonly binding: Binding
  readonly proof: Proof
}

/** Everything that is signed. */
export interface ReceiptBody {
  readonly type: 'countersign.receipt/v1'
  readonly id: ReceiptId
  /** `deploy` today; another word is well formed and refused by its own code. */
  readonly action: string
  readonly scope: Scope
  readonly authorizedBy: Login
  readonly approvals: readonly Approval[]
  readonly flags: readonly Flag[]
  readonly issuedAt: SecondsTime
  readonly expiresAt: SecondsTime
  readonly issuer: Origin
  readonly decision: DecisionId
  readonly evidence: Digest
  readonly policy: Digest
  readonly publicKey: PublicKey
}

export interface Receipt extends ReceiptBody {
  readonly signature: Signature
}

/** The largest message that a cloud key service signs, and the largest file that is read, in bytes. */
export const maxSignedBytes = 4096
export const maxReceiptBytes = 16_384
export const maxApprovals = 6

const count = by((value) => parseRepositoryId(value) as number | undefined, 'a non-negative safe integer')
const digest = by(parseDigest, '"sha256:" and 64 lower-case hex digits')
const login = by(parseLogin, '1 to 64 printable ASCII characters without ` $ " \\ <')
const time = by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists')

const statementMembers = {kind: oneOf('issue_comment'), id: count, digest}
const approvalMembers = {
  login,
  id: by(parseAccountId, 'a non-negative safe integer'),
  role: login,
  at: time,
  statement: (value: unknown, path: string): Approval['statement'] => readMembers({value, path}, statementMembers),
  binding: oneOf('commit', 'head'),
  proof: oneOf(...proofWords),
}

const readAction = by(
  (value) => (typeof value === 'string' && /^[a-z]{1,32}$/.test(value) ? value : undefined),
  'a lower-case word, such as "deploy"',
)

const receiptMembers = {
  type: oneOf('countersign.receipt/v1'),
  id: by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID'),
  action: readAction,
  scope: readScope,
  authorizedBy: login,
  approvals: listOf((value, path): Approval => readMembers({value, path}, approvalMembers), {
    min: 1,
    max: maxApprovals,
  }),
  flags: listOf(oneOf(...flagWords), {min: 0, max: flagWords.length}),
  issuedAt: time,
  expiresAt: time,
  issuer: by(parseOrigin, 'an origin without path (https, or http on loopback)'),
  decision: by(parseDecisionId, 'dec_ and a lower-case ULID'),
  evidence: digest,
  policy: digest,
  publicKey: by(parsePublicKey, 'pp_pk_ and 64 lower-case hex digits'),
  signature: by(parseSignature, 'ed25519: and 128 lower-case hex digits'),
}

/** A parsed JSON value as a receipt, or the first thing wrong with it. No cryptography and no clock. */
export function parseReceipt(value: unknown): Result<Receipt, string> {
  try {
    const receipt: Receipt = readMembers({value, path: ''}, receiptMembers)
    checkRelations(receipt)
    return {ok: true, value: receipt}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

/** Rules between members; no JSON Schema can say them. */
function checkRelations({approvals, authorizedBy, flags, id, issuedAt, expiresAt}: Receipt): void {
  if (!isSortedStrictly(flags)) throw new ShapeFault('flags', 'must be sorted, without repeats')
  if (id.startsWith('rcpt_bg_') !== flags.includes('emergency')) {
    throw new ShapeFault('id', 'must begin with rcpt_bg_ exactly when the flag "emergency" stands')
  }
  const people = new Set(approvals.map((approval) => approval.id))
  if (people.size !== approvals.length) throw new ShapeFault('approvals', 'must come from different accounts')
  if (!approvals.every((approval, i) => i === 0 || (approvals[i - 1]?.at ?? '') <= approval.at)) {
    throw new ShapeFault('approvals', 'must stand in the order of "at"')
  }
  if (approvals.at(-1)?.login !== authorizedBy) {
    throw new ShapeFault('authorizedBy', 'must be the login of the last approval')
  }
  if (!(secondsTimeToMs(issuedAt) < secondsTimeToMs(expiresAt))) {
    throw new ShapeFault('expiresAt', 'must be later than issuedAt')
  }
}

const isSortedStrictly = (words: readonly string[]): boolean =>
  words.every((word, i) => i === 0 || (words[i - 1] ?? '') < word)

/** The bytes that a signature of a receipt, or of anything signed like one, covers. */
export function signingBytes(signed: object): Uint8Array {
  const {signature: _, ...body} = signed as {readonly signature?: unknown}
  return canonicalBytes(body)
}

/** A receipt as text for people and files: two-space JSON. Any layout verifies. */
export const printReceipt = (receipt: Receipt): string => JSON.stringify(receipt, null, 2)
