/** The primitives in browsers: tweetnacl and @noble/hashes, behind the `browser` condition of #crypto. */
import {hkdf} from '@noble/hashes/hkdf.js'
import {hmac} from '@noble/hashes/hmac.js'
import {sha256 as hash} from '@noble/hashes/sha2.js'
import nacl from 'tweetnacl'

type HkdfOrder = Readonly<Record<'secret' | 'salt' | 'info', Uint8Array> & {length: number}>

/** `publicKey` 32 bytes, `signature` 64 bytes. tweetnacl takes S >= L: crypto.ts has refused it before. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return nacl.sign.detached.verify(message, signature, publicKey)
}

export const sha256 = (bytes: Uint8Array): Uint8Array => hash(bytes)

export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => hmac(hash, key, message)

export const hkdfSha256 = ({secret, salt, info, length}: HkdfOrder): Uint8Array =>
  hkdf(hash, secret, salt, info, length)

/** Both of one length: looks at every byte, whatever the first ones say. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0)
  return difference === 0
}

/** Forgiving, as `atob` is: base64url.ts prints again and compares. Undefined for what is no base64 even so. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

export function encodeBase64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Tokens are not verified in browsers. */
export const rsa = undefined
