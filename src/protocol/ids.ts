/** Branded values: a string or number that has passed its parser. The casts of the protocol live here and nowhere else. */

declare const brand: unique symbol
type Branded<T, Name extends string> = T & {readonly [brand]: Name}

/** 40 (SHA-1) or 64 (SHA-256) lower-case hex digits, never abbreviated. */
export type CommitSha = Branded<string, 'CommitSha'>
/** Same form as a commit's, of a git tree. */
export type TreeSha = Branded<string, 'TreeSha'>
/** A deployment environment's name; compares exactly. */
export type Environment = Branded<string, 'Environment'>
/** `owner/name`; compares ASCII case-insensitively (see sameRepository). */
export type RepositoryName = Branded<string, 'RepositoryName'>
/** GitHub's numeric id of a repository or an account: a non-negative safe integer. */
export type RepositoryId = Branded<number, 'RepositoryId'>
export type AccountId = Branded<number, 'AccountId'>
/** An account's login (or a role's name): printable ASCII, 1 to 64 characters. */
export type Login = Branded<string, 'Login'>
/** `rcpt_dg_` (or `rcpt_bg_` for an emergency) and a lower-case ULID. */
export type ReceiptId = Branded<string, 'ReceiptId'>
/** `dec_` and a lower-case ULID. */
export type DecisionId = Branded<string, 'DecisionId'>
/** `sha256:` and 64 lower-case hex digits. */
export type Digest = Branded<string, 'Digest'>
/** `pp_pk_` and the 64 hex digits of a raw Ed25519 public key. */
export type PublicKey = Branded<string, 'PublicKey'>
/** `ed25519:` and 128 hex digits. */
export type Signature = Branded<string, 'Signature'>
/** An origin without path: `https`, or `http` on loopback. */
export type Origin = Branded<string, 'Origin'>

const patterns = {
  sha: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  environment: /^[a-z0-9][a-z0-9._/-]{0,62}$/,
  // GitHub gives no repository the name `.` or `..`, and in a path they would lead elsewhere.
  repository: /^[A-Za-z0-9_-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  login: /^[\x20-\x7e]{1,64}$/,
  receiptId: /^rcpt_(?:dg|bg)_[0-9a-hjkmnp-tv-z]{26}$/,
  decisionId: /^dec_[0-9a-hjkmnp-tv-z]{26}$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  publicKey: /^pp_pk_[0-9a-f]{64}$/,
  signature: /^ed25519:[0-9a-f]{128}$/,
  // The URL standard takes hosts such as a'(b); a name that is printed into Markdown and shells has none of that.
  origin: /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/,
} as const

/** Characters that a signed string never holds: they would act in Markdown, shells or logs (formats §1). */
const unsafeCharacter = /[^\x20-\x7e]|[`$"\\<]/

/** True when every character may stand in a signed object's string. */
export const isSafeText = (text: string): boolean => !unsafeCharacter.test(text)

type Parse<T> = (value: unknown) => T | undefined

function matching<T extends string>(pattern: RegExp): Parse<T> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? (value as T) : undefined)
}

function safeInteger<T extends number>(): Parse<T> {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
      ? (value as T)
      : undefined
}

export const parseCommitSha = matching<CommitSha>(patterns.sha)
export const parseTreeSha = matching<TreeSha>(patterns.sha)
export const parseReceiptId = matching<ReceiptId>(patterns.receiptId)
export const parseDecisionId = matching<DecisionId>(patterns.decisionId)
export const parseDigest = matching<Digest>(patterns.digest)
export const parsePublicKey = matching<PublicKey>(patterns.publicKey)
export const parseSignature = matching<Signature>(patterns.signature)
export const parseRepositoryName = matching<RepositoryName>(patterns.repository)
export const parseRepositoryId = safeInteger<RepositoryId>()
export const parseAccountId = safeInteger<AccountId>()

export function parseLogin(value: unknown): Login | undefined {
  const text = matching<Login>(patterns.login)(value)
  return text !== undefined && isSafeText(text) ? text : undefined
}

/** A name outside the pattern is refused, never normalized (formats §1). */
export function parseEnvironment(value: unknown): Environment | undefined {
  const text = matching<Environment>(patterns.environment)(value)
  if (text === undefined || text.includes('..') || text.includes('//') || /[/.]$/.test(text)) return undefined
  return text
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Parse, print again, compare: only the canonical spelling of an origin is one. */
export function parseOrigin(value: unknown): Origin | undefined {
  const text = matching<Origin>(patterns.origin)(value)
  if (text === undefined || text.length > 255 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname))
  return secure && url.origin === text ? text : undefined
}

/** `owner/name` compared as GitHub does: ASCII letters without case. Both sides are ASCII by their pattern. */
export const sameRepository = (a: RepositoryName, b: RepositoryName): boolean => a.toLowerCase() === b.toLowerCase()
