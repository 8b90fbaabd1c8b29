/** Keys that live as long as one run: what they signed is published, they are not. */
import {type KeyObject, generateKeyPairSync, sign} from 'node:crypto'
import {type PublicKey, canonicalBytes, printPublicKey, printSignature} from '#protocol'
import type {Json} from './cases.ts'

export interface SigningKey {
  readonly pin: PublicKey
  readonly signBytes: (bytes: Uint8Array) => Uint8Array
  /** The body with this key as its `publicKey`, and its signature. */
  readonly sign: (body: Json) => Json
}

export function makeSigningKey(): SigningKey {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const pin = printPublicKey(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)))
  const signBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, privateKey))
  return {
    pin,
    signBytes,
    sign: (body) => {
      const signed = {...body, publicKey: pin}
      return {...signed, signature: printSignature(signBytes(canonicalBytes(signed)))}
    },
  }
}

export interface TokenKey {
  readonly publicKey: KeyObject
  readonly sign: (input: string) => Uint8Array
}

export function makeTokenKey(modulusLength: number): TokenKey {
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength})
  return {publicKey, sign: (input) => new Uint8Array(sign('sha256', Buffer.from(input), privateKey))}
}

/** L, the order of the base point (RFC 8032 §5.1). */
const order = 2n ** 252n + 27742317777372353535851937790883648493n

/** The same signature with S + L for S: equal in the group, and another spelling. Verifiers that take it have two. */
export function addOrder(signature: string): string {
  const hex = signature.slice('ed25519:'.length)
  const s = BigInt(`0x${Buffer.from(hex.slice(64), 'hex').reverse().toString('hex')}`) + order
  return `ed25519:${hex.slice(0, 64)}${Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex')}`
}
