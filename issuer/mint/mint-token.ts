/** What was decided, as the claims of an authority token (formats §3); and the last look at a signed one. */
import {
  type DecisionId,
  type DecisionWord,
  type Digest,
  type MicrosTime,
  type Origin,
  type PolicyOutcome,
  type ReceiptId,
  type Reviewer,
  type TokenClaims,
  type TokenKeys,
  assembleToken,
  isSafeText,
  maxTokenLifeSeconds,
  microsTimeToMicros,
  parseAccountId,
  parseLogin,
  printMicrosTime,
  tokenAudience,
  verifyToken,
} from '#protocol'
import type {Case, RuleOutcome, Ruling} from '../model/ruling.ts'

export interface TokenOrder {
  readonly decision: DecisionId
  readonly case: Case
  readonly ruling: Ruling
  /** What whoever spoke wanted: a `/deny` says DENY, an `/authorize` that the rules refuse says ALLOW. */
  readonly said: Reviewer['decision']
  readonly at: MicrosTime
  readonly issuer: Origin
  readonly evidence: Digest
  /** Of an ALLOW. */
  readonly receipt?: ReceiptId | undefined
}

const words = {allow: 'ALLOW', deny: 'DENY', escalate: 'ESCALATE'} as const satisfies Record<
  Ruling['kind'],
  DecisionWord
>

export function mintTokenClaims({decision, case: asked, ruling, said, at, issuer, ...rest}: TokenOrder): TokenClaims {
  const {agent} = ruling
  const iat = Math.floor(microsTimeToMicros(at) / 1_000_000)
  return {
    iss: issuer,
    aud: tokenAudience,
    sub: `${agent.kind === 'user' ? 'user' : 'agent'}:${agent.login}`,
    jti: decision,
    iat,
    nbf: iat,
    exp: iat + Math.min(Math.max(1, Math.floor(asked.environment.ttl / 1000)), maxTokenLifeSeconds),
    decidedAt: at,
    decision: words[ruling.kind],
    intent: {...ruling.intent},
    risk: {
      score: ruling.risk.score,
      factors: ruling.risk.factors.map(({why, ...factor}) => ({...factor, why: sayPlainly(why)})),
    },
    policies: ruling.outcomes.map((outcome) => ({
      id: outcome.rule,
      digest: ruling.policy,
      outcome: outcomeOf(outcome, ruling),
      why: sayPlainly(outcome.why),
    })),
    agent,
    reviewer: reviewerOf(asked, said),
    ...rest,
  }
}

/** What fails of an escalation is the one rule that more people can overcome, and that is no failure yet. */
const outcomeOf = ({outcome}: RuleOutcome, {kind}: Ruling): PolicyOutcome =>
  kind === 'escalate' && outcome === 'fail' ? 'escalate' : outcome

function reviewerOf({standing: {author, createdAt}}: Case, decision: Reviewer['decision']): Reviewer | null {
  const [login, id] = [parseLogin(author.login), parseAccountId(author.id)]
  if (login === undefined || id === undefined || !Number.isSafeInteger(createdAt)) return null
  return {login, id, decision, at: printMicrosTime(createdAt * 1000)}
}

/** All of a reason stands in the evidence; a token has 16 KiB for everything. */
const maxReason = 200

/** A reason in the characters of signed texts (formats §1): others are replaced, and what is too long is cut. */
export function sayPlainly(why: string): string {
  const cut = why.length > maxReason ? `${why.slice(0, maxReason - 3)}...` : why
  return Array.from(cut, (letter) => (isSafeText(letter) ? letter : '?')).join('') || '-'
}

/**
 * Joins a signing input and its signature, and verifies the whole as anybody will. Throws when it does not hold: a
 * wrong key or a faulty signer must end here, before the record is written.
 */
export function acceptSignedToken(input: string, signature: Uint8Array, keys: TokenKeys): string {
  const token = assembleToken(input, signature)
  const verdict = verifyToken(token, keys, {now: 'issued', issuer: undefined, audience: tokenAudience})
  if (!verdict.valid) throw new Error(`the signed token does not verify: ${verdict.code}`)
  return token
}
