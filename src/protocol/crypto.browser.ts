/** The primitives in browsers: tweetnacl and @noble/hashes, behind the `browser` condition of #crypto. */
import {sha256 as hash} from '@noble/hashes/sha2.js'
import nacl from 'tweetnacl'

/** `publicKey` 32 bytes, `signature` 64 bytes. tweetnacl takes S >= L: crypto.ts has refused it before. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return nacl.sign.detached.verify(message, signature, publicKey)
}

export const sha256 = (bytes: Uint8Array): Uint8Array => hash(bytes)
