/**
 * Recognizes a token's payload that is its claims in canonical form (RFC 8785): names in order, no white space, every
 * value in its one spelling and without an escape. What is recognized here needs no parser; token-claims.ts is the law,
 * and whatever this file does not recognize is for it to judge.
 */
import {parseEnvironment, parseOrigin} from './ids.ts'
import {ShapeFault} from './shape.ts'
import {parseMicrosTime} from './times.ts'
import {type TokenClaims, checkRelations, maxClaimItems, maxClaimTextLength} from './token-claims.ts'

/** Printable ASCII without ` $ " \ <, in quotes. */
const words = (max: number): string => String.raw`"[ !#%-;=-\[\]-_a-~]{1,${max}}"`
const oneOf = (...known: readonly string[]): string => `"(?:${known.join('|')})"`
const object = (members: Readonly<Record<string, string>>): string =>
  String.raw`\{${Object.entries(members)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}\}`
const list = (item: string): string => String.raw`\[(?:${item}(?:,${item})*)?\]`

const name = words(64)
const sentence = words(maxClaimTextLength)
const ulid = '[0-9a-hjkmnp-tv-z]{26}'
const digest = '"sha256:[0-9a-f]{64}"'
const sha = '"(?:[0-9a-f]{40}|[0-9a-f]{64})"'
/** Of 15 digits each is a safe integer. */
const count = '(?:0|[1-9][0-9]{0,14})'
/** Whether it is a number's one spelling only printing it again tells. */
const size = String.raw`(?:0|[1-9][0-9]*)(?:\.[0-9]+)?`
const time = '"[0-9T:.Z-]{27}"'

const scope = object({
  environment: '"[a-z0-9][a-z0-9._/-]{0,62}"(?:,"pullRequest":' + count + ')?',
  repository: String.raw`"[A-Za-z0-9_-]{1,39}/(?!\.{1,2}")[A-Za-z0-9._-]{1,100}"`,
  repositoryId: count,
  sha: sha + '(?:,"since":' + sha + ')?',
  tree: sha,
})
const factor = object({name, value: size, weight: size, why: sentence})
const policy = object({digest, id: name, outcome: oneOf('pass', 'fail', 'escalate'), why: sentence})
const reviewer = object({at: time, decision: oneOf('ALLOW', 'DENY'), id: count, login: name})

const canonical = new RegExp(
  `^${object({
    agent: object({id: count, kind: oneOf('user', 'bot', 'app'), login: name}),
    aud: words(255),
    decidedAt: time,
    decision: oneOf('ALLOW', 'DENY', 'ESCALATE'),
    evidence: digest,
    exp: count,
    iat: count,
    intent: object({action: words(128), category: name, domain: name, scope, summary: sentence}),
    iss: words(255),
    jti: `"dec_${ulid}"`,
    nbf: count,
    policies: `${list(policy)}(?:,"receipt":"rcpt_(?:dg|bg)_${ulid}")?`,
    reviewer: `(?:null|${reviewer})`,
    risk: `(${object({factors: list(factor), score: size})})`,
    sub: words(80),
  })}$`,
)

/** A byte-order mark stays, and bytes that are not UTF-8 become a character that no claim has. */
const decoder = new TextDecoder('utf-8', {ignoreBOM: true})

/** Whole claims, as parseClaims gives them; undefined for what is not canonical and for what is refused. */
export function recogniseClaims(payload: Uint8Array): TokenClaims | undefined {
  const text = decoder.decode(payload)
  const [, risk] = canonical.exec(text) ?? []
  if (risk === undefined) return undefined
  const claims = JSON.parse(text) as TokenClaims
  return JSON.stringify(claims.risk) === risk && isWhole(claims) ? claims : undefined
}

/** What the pattern does not say. */
function isWhole(claims: TokenClaims): boolean {
  try {
    checkRelations(claims)
  } catch (fault) {
    if (fault instanceof ShapeFault) return false
    throw fault
  }
  const {decidedAt, intent, iss, policies, reviewer: person, risk} = claims
  return (
    risk.score <= 1 &&
    risk.factors.length <= maxClaimItems &&
    policies.length <= maxClaimItems &&
    parseOrigin(iss) !== undefined &&
    parseMicrosTime(decidedAt) !== undefined &&
    (person === null || parseMicrosTime(person.at) !== undefined) &&
    parseEnvironment(intent.scope.environment) !== undefined
  )
}
