/** When an authority token holds (formats §3): form, algorithm, key, signature, claims, times, issuer and audience. */
import {recogniseClaims} from './canonical-claims.ts'
import {type RsaKey, verifyRs256} from './crypto.ts'
import {type CompactJws, parseCompactJws, parseJsonObject} from './jws.ts'
import {quote} from './json.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import type {TokenKeys} from './rsa-key.ts'
import {maxTokenLength, maxTokenLifeSeconds, tokenType} from './token.ts'
import {type DecisionWord, type TokenClaims, parseClaims} from './token-claims.ts'
import type {MicrosTime} from './times.ts'

export interface TokenTerms {
  /** Milliseconds since the epoch, or `issued`: judge the token at its own time (it is a record). */
  readonly now: number | 'issued'
  /** Compared exactly; an `issuer` that is undefined is not asked. */
  readonly issuer: string | undefined
  readonly audience: string
}

export interface TokenResult {
  readonly valid: true
  readonly decision: DecisionWord
  /** `decidedAt`: when the decision was made, to the microsecond. */
  readonly timestamp: MicrosTime
  /** A valid DENY is valid and not allowed. */
  readonly allowed: boolean
  readonly claims: TokenClaims
}

/** Clocks may differ by this much on the start of a token's life, never on its end. */
const skewSeconds = 60

/** Total. Whoever verifies many tokens reads the keys once, with readTokenKeys. */
export function verifyToken(token: unknown, keys: TokenKeys, terms: TokenTerms): TokenResult | Faulty {
  const read = readToken(token)
  if ('valid' in read) return read
  const key = findKey(read, keys)
  if ('valid' in key) return key
  if (!verifyRs256(key, read.signingInput, read.signature)) {
    return faulty('token_signature_invalid', 'something in the token was changed, or another key signed it')
  }
  const claims = readClaims(read.payload)
  if ('valid' in claims) return claims
  const {decision, decidedAt} = claims
  return (
    checkTimes(claims, terms.now) ??
    checkParties(claims, terms) ?? {
      valid: true,
      decision,
      timestamp: decidedAt,
      allowed: decision === 'ALLOW',
      claims,
    }
  )
}

function readToken(token: unknown): CompactJws | Faulty {
  if (typeof token !== 'string') return faulty('token_malformed', 'it must be a text')
  if (token.length > maxTokenLength) {
    return faulty('token_too_large', `${token.length} characters of at most ${maxTokenLength}`)
  }
  const parsed = parseCompactJws(token)
  return parsed.ok ? parsed.value : faulty('token_malformed', parsed.fault)
}

const headerNames = ['alg', 'kid', 'typ']

/** RS256 whatever the header asks for, and no name but three: `jku`, `jwk`, `x5u`, `crit`, `b64` and `zip` end here. */
function findKey({header}: CompactJws, keys: TokenKeys): RsaKey | Faulty {
  const {alg, kid, typ} = header
  if (alg !== 'RS256') {
    return faulty('token_algorithm_refused', typeof alg === 'string' ? `"alg" is ${quote(alg)}` : '"alg" is no text')
  }
  const other = Object.keys(header).find((name) => !headerNames.includes(name))
  if (other !== undefined) return faulty('token_header_refused', `${quote(other)} stands in it`)
  if (typ !== tokenType) return faulty('token_header_refused', `"typ" must be "${tokenType}"`)
  if (typeof kid !== 'string') return faulty('token_header_refused', '"kid" must be a text')
  return keys.get(kid) ?? faulty('token_key_unknown', `${quote(kid)} is not the thumbprint of a given key`)
}

function readClaims(payload: Uint8Array): TokenClaims | Faulty {
  const recognized = recogniseClaims(payload)
  if (recognized !== undefined) return recognized
  const json = parseJsonObject(payload)
  if (!json.ok) return faulty('token_malformed', `its payload ${json.fault}`)
  const parsed = parseClaims(json.value)
  return parsed.ok ? parsed.value : faulty('token_claims_invalid', parsed.fault)
}

/** Every test is written so that NaN refuses. */
function checkTimes({iat, nbf, exp}: TokenClaims, now: number | 'issued'): Faulty | undefined {
  if (!(exp - iat <= maxTokenLifeSeconds)) {
    return faulty('token_lifetime_too_long', `${exp - iat} seconds of at most ${maxTokenLifeSeconds}`)
  }
  const at = now === 'issued' ? iat : now / 1000
  if (!(Math.max(iat, nbf) - skewSeconds <= at)) {
    return faulty(
      'token_not_yet_valid',
      `it holds from ${Math.max(iat, nbf)}, and here it is ${at} (seconds since 1970)`,
    )
  }
  if (!(at < exp)) return faulty('token_expired', `it held until ${exp}, and here it is ${at} (seconds since 1970)`)
  return undefined
}

function checkParties({iss, aud}: TokenClaims, {issuer, audience}: TokenTerms): Faulty | undefined {
  if (issuer !== undefined && iss !== issuer) {
    return faulty('token_issuer_mismatch', `it is of ${iss}, and ${quote(issuer)} was expected`)
  }
  if (aud !== audience)
    return faulty('token_audience_mismatch', `it is for ${aud}, and ${quote(audience)} was expected`)
  return undefined
}
