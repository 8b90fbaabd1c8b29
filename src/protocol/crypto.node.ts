/** The primitives on Node: node:crypto. Only crypto.ts imports this, through #crypto, with its strict checks in front. */
import {
  KeyObject,
  constants,
  createHash,
  createHmac,
  createPublicKey,
  hkdfSync,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type {HkdfOrder, RsaKey, RsaPrimitives} from './crypto.ts'

/** DER of an Ed25519 SubjectPublicKeyInfo up to the raw key (RFC 8410 §4). */
const spkiPrefix = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00])

/** `publicKey` 32 bytes, `signature` 64 bytes: pure Ed25519 (RFC 8032 §5.1.7). */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([spkiPrefix, publicKey])
  // The key type follows from the prefix: verify(null, …) would take RSA, EC and Ed448 keys as well.
  return verify(null, message, createPublicKey({key: der, format: 'der', type: 'spki'}), signature)
}

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())

export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(message).digest())

export const hkdfSha256 = ({secret, salt, info, length}: HkdfOrder): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, length))

/** Both of one length. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => timingSafeEqual(a, b)

export type RsaHandle = KeyObject

export const rsa: RsaPrimitives | undefined = {
  importKey(source: unknown): RsaKey | undefined {
    const handle = toKeyObject(source)
    // createPublicKey would make a public key of a private one: whoever holds that should hear of it.
    if (handle?.type !== 'public' || handle.asymmetricKeyType !== 'rsa') return undefined
    const {modulusLength: bits, publicExponent: exponent} = handle.asymmetricKeyDetails ?? {}
    const {n, e} = handle.export({format: 'jwk'})
    if (bits === undefined || exponent === undefined || n === undefined || e === undefined) return undefined
    return {handle, bits, exponent, n, e}
  },
  verify({handle: key}: RsaKey, message: Uint8Array, signature: Uint8Array): boolean {
    return verify('sha256', message, {key, padding: constants.RSA_PKCS1_PADDING}, signature)
  },
}

function toKeyObject(source: unknown): KeyObject | undefined {
  if (source instanceof KeyObject) return source
  if (typeof source === 'string') return createPublicKey(source)
  if (typeof source === 'object' && source !== null) return createPublicKey({key: {...source}, format: 'jwk'})
  return undefined
}
