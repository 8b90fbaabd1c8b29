/** The only door to a crypto library: strict checks in front of it, so that every runtime gives the same verdict. */
import * as primitives from '#crypto'
import type {HkdfOrder, RsaKey, RsaPrimitives, RsaSource} from '#crypto'
import type {Digest, PublicKey, Signature} from './ids.ts'

/** What a runtime's library gives; see crypto.node.ts and crypto.browser.ts. */
export interface Primitives {
  readonly verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  readonly sha256: (bytes: Uint8Array) => Uint8Array
  readonly hmacSha256: (key: Uint8Array, message: Uint8Array) => Uint8Array
  readonly hkdfSha256: (order: HkdfOrder) => Uint8Array
  readonly equalBytes: (a: Uint8Array, b: Uint8Array) => boolean
  readonly decodeBase64url: (text: string) => Uint8Array | undefined
  readonly encodeBase64url: (bytes: Uint8Array) => string
  /** Undefined in browsers: tokens are not verified there. */
  readonly rsa: RsaPrimitives | undefined
}

export type {RsaKey}

/** The order of the base point, L (RFC 8032 §5.1), and the field's prime, p, as 32 little-endian bytes. */
const order = littleEndian('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed')
const prime = littleEndian('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed')

/**
 * The y coordinates of the eight points of small order (sign bit cleared): 0, 1, p - 1 and the two of order 8.
 * A signature under such a key fits every message. Encodings with y >= p are refused before by isBelow.
 */
const smallOrderY = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000001',
  '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec',
  '05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826',
  '7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7',
].map(littleEndian)

/**
 * Strict Ed25519 (formats §1): signature 64 bytes, key 32, S < L, y of A and of R below p, neither of small order,
 * then the library. Total: false for anything else. Node's own verdicts differ between versions without this.
 */
export function verifyEd25519(
  {publicKey, message, signature}: {publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array},
  library: Pick<Primitives, 'verifyEd25519'> = primitives,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const r = signature.subarray(0, 32)
  if (!isBelow(signature.subarray(32), order) || !isStrictPoint(publicKey) || !isStrictPoint(r)) return false
  try {
    return library.verifyEd25519(publicKey, message, signature)
  } catch {
    return false // A key that is no point of the curve: libraries throw or say false.
  }
}

/** True when a 32-byte encoding names a point that strict verification takes as a key: y < p, not of small order. */
export function isStrictPoint(encoding: Uint8Array): boolean {
  const y = Uint8Array.from(encoding)
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, prime) && !smallOrderY.some((small) => small.every((byte, i) => byte === y[i]))
}

/** Compares two 32-byte little-endian numbers. Public values only: not constant in time. */
function isBelow(value: Uint8Array, limit: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (value[i] ?? 0) - (limit[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function littleEndian(hex: string): Uint8Array {
  return hexToBytes(hex).reverse()
}

/** SHA-256 (FIPS 180-4) of bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => primitives.sha256(bytes)

/** HMAC-SHA-256 (RFC 2104). */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => primitives.hmacSha256(key, message)

/** HKDF-SHA-256 (RFC 5869). Throws RangeError for more bytes than it can give. */
export function hkdfSha256(order: HkdfOrder): Uint8Array {
  if (!(order.length >= 1 && order.length <= 255 * 32)) throw new RangeError('HKDF gives 1 to 8160 bytes')
  return primitives.hkdfSha256(order)
}

/** In constant time for a given length: for values that an attacker may not learn byte by byte. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && primitives.equalBytes(a, b)

/** The platform's own, forgiving: for base64url.ts alone, which is strict. */
export const decodeBase64url = (text: string): Uint8Array | undefined => primitives.decodeBase64url(text)
export const encodeBase64url = (bytes: Uint8Array): string => primitives.encodeBase64url(bytes)

/** Total: undefined for what the library does not take as an RSA public key, and in browsers. */
export function importRsaKey(source: RsaSource): RsaKey | undefined {
  try {
    return primitives.rsa?.importKey(source)
  } catch {
    return undefined // Libraries throw sentences that may quote the key's text.
  }
}

/** Strict RS256: a signature has exactly as many bytes as the modulus (RFC 8017 §8.2.2, step 1). Total. */
export function verifyRs256(key: RsaKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== Math.ceil(key.bits / 8)) return false
  try {
    return primitives.rsa?.verify(key, message, signature) === true
  } catch {
    return false
  }
}

/** `sha256:` and the hex of the SHA-256 of bytes, or of a text's UTF-8. */
export function digestOf(content: string | Uint8Array): Digest {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return `sha256:${bytesToHex(sha256(bytes))}` as Digest
}

/** For text that a parser has matched as lower-case hex of even length. */
export function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digitAt(hex, 2 * i) << 4) | digitAt(hex, 2 * i + 1)
  return bytes
}

/** The letters a to f follow 0x60, as the digits follow 0x30. */
function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at)
  return (code & 15) + (code > 0x39 ? 9 : 0)
}

export function bytesToHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const publicKeyBytes = (key: PublicKey): Uint8Array => hexToBytes(key.slice('pp_pk_'.length))
export const signatureBytes = (signature: Signature): Uint8Array => hexToBytes(signature.slice('ed25519:'.length))
/** Prints 32 raw bytes as a pinned key's text. */
export const printPublicKey = (raw: Uint8Array): PublicKey => `pp_pk_${bytesToHex(raw)}` as PublicKey
/** Prints 64 raw bytes as a signature's text. */
export const printSignature = (raw: Uint8Array): Signature => `ed25519:${bytesToHex(raw)}` as Signature
