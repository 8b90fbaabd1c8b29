/**
 * The authority token (formats §3): what was decided, as a JWT.
 *
 *   signing input = base64url( {"alg":"RS256","kid":…,"typ":"authority+jwt"} ) "." base64url( RFC 8785( claims ) )
 *   token         = signing input "." base64url( RSASSA-PKCS1-v1_5-SHA-256( signing input ) )
 */
import {printBase64url} from './base64url.ts'
import {canonicalBytes} from './json.ts'
import {type TokenClaims, parseClaims} from './token-claims.ts'

export const tokenAudience = 'countersign-gate'
export const tokenType = 'authority+jwt'
export const maxTokenLength = 16_384
export const maxTokenLifeSeconds = 86_400
/** The longest signature that fits, of a key of 8192 bits, and the dot before it. */
const signatureRoom = 1367

/**
 * What the token key signs, as ASCII. `kid` is the key's thumbprint. Throws TypeError for claims that no verifier
 * would take, and RangeError for more than a token has room for: nothing is signed that does not verify.
 */
export function tokenSigningInput(claims: TokenClaims, kid: string): string {
  const parsed = parseClaims(claims)
  if (!parsed.ok) throw new TypeError(`token: ${parsed.fault}`)
  const header = {alg: 'RS256', kid, typ: tokenType}
  const input = [header, parsed.value].map((part) => printBase64url(canonicalBytes(part))).join('.')
  if (input.length > maxTokenLength - signatureRoom) {
    throw new RangeError(
      `token: ${input.length} characters to sign; name fewer policies and factors, or shorter reasons`,
    )
  }
  return input
}

/** The token: a signing input and the raw signature over its ASCII bytes. */
export const assembleToken = (input: string, signature: Uint8Array): string => `${input}.${printBase64url(signature)}`
