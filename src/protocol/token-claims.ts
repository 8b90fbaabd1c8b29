/** What an authority token claims (formats §3): the form of each claim, and what must hold between them. */
import {
  type AccountId,
  type DecisionId,
  type Digest,
  type Login,
  type Origin,
  type ReceiptId,
  isSafeText,
  parseAccountId,
  parseDecisionId,
  parseDigest,
  parseLogin,
  parseOrigin,
  parseReceiptId,
} from './ids.ts'
import type {Scope} from './receipt.ts'
import type {Result} from './result.ts'
import {readScope} from './scope.ts'
import {ShapeFault, by, listOf, oneOf, optional, readMembers} from './shape.ts'
import {type MicrosTime, microsTimeToMicros, parseMicrosTime} from './times.ts'

export type DecisionWord = 'ALLOW' | 'DENY' | 'ESCALATE'
/** How a rule came out. `escalate`: it asks a person, whose answer is the claim `reviewer`. */
export type PolicyOutcome = 'pass' | 'fail' | 'escalate'

export interface RiskFactor {
  readonly name: string
  readonly weight: number
  readonly value: number
  readonly why: string
}

export interface PolicyResult {
  readonly id: string
  readonly digest: Digest
  readonly outcome: PolicyOutcome
  readonly why: string
}

export interface Agent {
  readonly login: Login
  readonly id: AccountId
  readonly kind: 'user' | 'bot' | 'app'
}

/** Who answered an escalation, and how. */
export interface Reviewer {
  readonly login: Login
  readonly id: AccountId
  readonly decision: 'ALLOW' | 'DENY'
  readonly at: MicrosTime
}

export interface Intent {
  readonly domain: string
  readonly category: string
  readonly action: string
  readonly summary: string
  readonly scope: Scope
}

export interface TokenClaims {
  readonly iss: Origin
  readonly aud: string
  /** `user:` for an agent of kind `user`, else `agent:`; then its login. */
  readonly sub: string
  readonly jti: DecisionId
  /** Whole seconds since 1970, as `nbf` and `exp` are. */
  readonly iat: number
  readonly nbf: number
  readonly exp: number
  /** The same moment as `iat`, to the microsecond. */
  readonly decidedAt: MicrosTime
  readonly decision: DecisionWord
  readonly intent: Intent
  readonly risk: {readonly score: number; readonly factors: readonly RiskFactor[]}
  readonly policies: readonly PolicyResult[]
  readonly agent: Agent
  /** Never null where a rule escalated and the decision is made. */
  readonly reviewer: Reviewer | null
  /** Digest of the evidence bundle's header. */
  readonly evidence: Digest
  /** Stands exactly where `decision` is ALLOW. */
  readonly receipt?: ReceiptId | undefined
}

/** Characters of a `why` or a `summary`; rules and factors that a token names. */
export const maxClaimTextLength = 300
export const maxClaimItems = 64

const wordsIn = (max: number): ReturnType<typeof by<string>> =>
  by(
    (value) =>
      typeof value === 'string' && value.length >= 1 && value.length <= max && isSafeText(value) ? value : undefined,
    `1 to ${max} printable ASCII characters without \` $ " \\ <`,
  )
const numberWhere = (holds: (value: number) => boolean, expected: string): ReturnType<typeof by<number>> =>
  by((value) => (typeof value === 'number' && holds(value) ? value : undefined), expected)

const name = wordsIn(64)
const sentence = wordsIn(maxClaimTextLength)
const seconds = numberWhere((value) => Number.isSafeInteger(value) && value >= 0, 'whole seconds since 1970')
const size = numberWhere((value) => value >= 0 && value < Infinity, 'a number from 0 up')
const digest = by(parseDigest, '"sha256:" and 64 lower-case hex digits')
const micros = by(parseMicrosTime, 'a time YYYY-MM-DDTHH:MM:SS.ffffffZ that exists')
const account = {
  login: by(parseLogin, '1 to 64 printable ASCII characters without ` $ " \\ <'),
  id: by(parseAccountId, 'a non-negative safe integer'),
}

const factorMembers = {name, weight: size, value: size, why: sentence}
const policyMembers = {id: name, digest, outcome: oneOf('pass', 'fail', 'escalate'), why: sentence}
const items = {min: 0, max: maxClaimItems}
const riskMembers = {
  score: numberWhere((value) => value >= 0 && value <= 1, 'a number from 0 to 1'),
  factors: listOf((value, path) => readMembers({value, path}, factorMembers), items),
}
const intentMembers = {domain: name, category: name, action: wordsIn(128), summary: sentence, scope: readScope}
const agentMembers = {...account, kind: oneOf('user', 'bot', 'app')}
const reviewerMembers = {...account, decision: oneOf('ALLOW', 'DENY'), at: micros}

const claimReaders = {
  iss: by(parseOrigin, 'an origin without path (https, or http on loopback)'),
  aud: wordsIn(255),
  sub: wordsIn(80),
  jti: by(parseDecisionId, 'dec_ and a lower-case ULID'),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  decidedAt: micros,
  decision: oneOf('ALLOW', 'DENY', 'ESCALATE'),
  intent: (value: unknown, path: string): Intent => readMembers({value, path}, intentMembers),
  risk: (value: unknown, path: string): TokenClaims['risk'] => readMembers({value, path}, riskMembers),
  policies: listOf((value, path): PolicyResult => readMembers({value, path}, policyMembers), items),
  agent: (value: unknown, path: string): Agent => readMembers({value, path}, agentMembers),
  reviewer: (value: unknown, path: string): Reviewer | null =>
    value === null ? null : readMembers({value, path}, reviewerMembers),
  evidence: digest,
  receipt: optional(by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID')),
}

/** A parsed JSON value as claims, or the first thing wrong with it. No cryptography and no clock. */
export function parseClaims(value: unknown): Result<TokenClaims, string> {
  try {
    const claims: TokenClaims = readMembers({value, path: ''}, claimReaders)
    checkRelations(claims)
    return {ok: true, value: claims}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

/** Rules between claims that are each in their form. Throws ShapeFault. */
export function checkRelations(claims: TokenClaims): void {
  checkTimes(claims)
  checkPeople(claims)
  checkDecision(claims)
}

function checkTimes({iat, nbf, exp, decidedAt}: TokenClaims): void {
  if (!(iat < exp)) throw new ShapeFault('exp', 'must be later than iat')
  if (!(nbf < exp)) throw new ShapeFault('exp', 'must be later than nbf')
  if (Math.floor(microsTimeToMicros(decidedAt) / 1_000_000) !== iat) {
    throw new ShapeFault('decidedAt', 'must lie in the second that iat names')
  }
}

function checkPeople({sub, agent}: TokenClaims): void {
  const expected = `${agent.kind === 'user' ? 'user' : 'agent'}:${agent.login}`
  if (sub !== expected) {
    throw new ShapeFault('sub', 'must be "user:" (for an agent of kind "user") or "agent:", and the login of "agent"')
  }
}

/**
 * A decision answers an escalation where a rule came out as `escalate` and the word is not ESCALATE any more. Then a
 * person stands in `reviewer`, and what that person refused is never allowed.
 */
function checkDecision({decision, policies, reviewer, receipt}: TokenClaims): void {
  if ((receipt !== undefined) !== (decision === 'ALLOW')) {
    throw new ShapeFault('receipt', 'must stand exactly where the decision is ALLOW')
  }
  const escalated = policies.some(({outcome}) => outcome === 'escalate')
  if (escalated && decision !== 'ESCALATE' && reviewer === null) {
    throw new ShapeFault('reviewer', 'must name who answered the escalation that stands in "policies"')
  }
  if (decision !== 'ALLOW') return
  if (reviewer?.decision === 'DENY') throw new ShapeFault('decision', 'must not be ALLOW where the reviewer said DENY')
  if (policies.some(({outcome}) => outcome === 'fail')) {
    throw new ShapeFault('decision', 'must not be ALLOW where a policy came out as "fail"')
  }
}
