/** A token and an evidence bundle of one decision, minted by the issuer's own code; and texts with one bit flipped. */
import {sign} from 'node:crypto'
import {publicJwk, readTokenKeys, tokenSigningInput} from '#protocol'
import {acceptSignedToken, mintTokenClaims} from '../../issuer/mint/mint-token.ts'
import {receiptIdOf} from '../../issuer/mint/mint-receipt.ts'
import {aCase, allow, decidedAt, decision, evidenceOf, evidenceOrder, origin} from '../issuer/builders.ts'
import {makeTokenKey} from '../protocol/token-builders.ts'

const asked = aCase()

export const evidence = evidenceOf(asked)

const key = makeTokenKey(3072)
export const jwk = publicJwk(key.publicKey)
export const claims = mintTokenClaims({
  decision,
  case: asked,
  ruling: allow(asked),
  said: 'ALLOW',
  at: evidenceOrder(asked).at,
  issuer: origin,
  evidence: evidence.digest,
  receipt: receiptIdOf(decision),
})
export const issuedAt = decidedAt

export const token = signedToken()

function signedToken(): string {
  const input = tokenSigningInput(claims, jwk.kid)
  const keys = readTokenKeys(key.publicKey)
  if (!keys.ok) throw new TypeError(keys.fault)
  return acceptSignedToken(input, sign('sha256', Buffer.from(input), key.privateKey), keys.value)
}

/** Every token with one bit of the decoded header, payload or signature flipped, at three places of each. */
export function flippedTokens(): readonly string[] {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'))
  return parts.flatMap((bytes, i) =>
    [0, bytes.length >> 1, bytes.length - 1].map((at) =>
      parts.map((part, j) => (i === j ? flipBit(part, at * 8) : part).toString('base64url')).join('.'),
    ),
  )
}

export function flipBit(bytes: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}
