/** The primitives on Node: node:crypto. Only crypto.ts imports this, through #crypto, with its strict checks in front. */
import {createHash, createPublicKey, verify} from 'node:crypto'

/** DER of an Ed25519 SubjectPublicKeyInfo up to the raw key (RFC 8410 §4). */
const spkiPrefix = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00])

/** `publicKey` 32 bytes, `signature` 64 bytes: pure Ed25519 (RFC 8032 §5.1.7). */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([spkiPrefix, publicKey])
  // The key type follows from the prefix: verify(null, …) would take RSA, EC and Ed448 keys as well.
  return verify(null, message, createPublicKey({key: der, format: 'der', type: 'spki'}), signature)
}

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
