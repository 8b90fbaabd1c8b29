/** The primitives on Node: node:crypto. Only crypto.ts imports this, through #crypto, with its strict checks in front. */
import {KeyObject, createHash, createHmac, createPublicKey, hkdfSync, timingSafeEqual, verify} from 'node:crypto'

/** What goes into HKDF (RFC 5869 §2): `length` bytes come out, at most 8160. */
export interface HkdfOrder {
  readonly secret: Uint8Array
  readonly salt: Uint8Array
  readonly info: Uint8Array
  readonly length: number
}

export interface RsaPrimitives {
  /** Undefined for a private key and any other kind. */
  readonly importKey: (source: RsaSource) => RsaKey | undefined
  /** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2). */
  readonly verify: (key: RsaKey, message: Uint8Array, signature: Uint8Array) => boolean
}

/** Where a key comes from: one of the three. `object` is the library's own key object, or anything else. */
export type RsaSource = {readonly pem: string} | {readonly n: string; readonly e: string} | {readonly object: unknown}

/** An RSA public key as the library holds it, not yet judged (see rsa-key.ts). */
export interface RsaKey {
  readonly handle: KeyObject
  readonly bits: number
  readonly exponent: bigint
  /** Modulus and exponent as a JWK writes them (RFC 7518 §6.3.1). */
  readonly n: string
  readonly e: string
}

/** DER of an Ed25519 SubjectPublicKeyInfo up to the raw key (RFC 8410 §4). */
const spkiPrefix = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00])

/** `publicKey` 32 bytes, `signature` 64 bytes: pure Ed25519 (RFC 8032 §5.1.7). */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, importEd25519(publicKey), signature)
}

/** To import a key costs a third of a verification, and the same few come again. */
const knownKeys = new Map<string, KeyObject>()
const maxKnownKeys = 16

function importEd25519(publicKey: Uint8Array): KeyObject {
  const name = encodeBase64url(publicKey)
  const known = knownKeys.get(name)
  if (known !== undefined) return known
  // The key type follows from the prefix: verify(null, …) would take RSA, EC and Ed448 keys as well.
  const key = createPublicKey({key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki'})
  const [oldest] = knownKeys.keys()
  if (oldest !== undefined && knownKeys.size >= maxKnownKeys) knownKeys.delete(oldest)
  knownKeys.set(name, key)
  return key
}

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())

export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(message).digest())

export const hkdfSha256 = ({secret, salt, info, length}: HkdfOrder): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, length))

/** Both of one length. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => timingSafeEqual(a, b)

/** Forgiving, as Buffer is: base64url.ts prints again and compares. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const {buffer, byteOffset, length} = Buffer.from(text, 'base64url')
  return new Uint8Array(buffer, byteOffset, length)
}

export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')

export const rsa: RsaPrimitives | undefined = {
  importKey(source) {
    const handle = toKeyObject(source)
    // createPublicKey would make a public key of a private one: whoever holds that should hear of it.
    if (handle?.type !== 'public' || handle.asymmetricKeyType !== 'rsa') return undefined
    const {modulusLength: bits, publicExponent: exponent} = handle.asymmetricKeyDetails ?? {}
    const {n, e} = 'n' in source ? source : handle.export({format: 'jwk'})
    if (bits === undefined || exponent === undefined || n === undefined || e === undefined) return undefined
    return Object.freeze({handle, bits, exponent, n, e})
  },
  // PKCS#1 v1.5 is what node:crypto does for keys of type rsa; to say so with `padding` doubles the time, measured.
  verify: ({handle}, message, signature) => verify('sha256', message, handle, signature),
}

function toKeyObject(source: RsaSource): KeyObject | undefined {
  if ('pem' in source) return createPublicKey(source.pem)
  if ('n' in source) return createPublicKey({key: {kty: 'RSA', n: source.n, e: source.e}, format: 'jwk'})
  return source.object instanceof KeyObject ? source.object : undefined
}
