/** The port of a private key: a local PEM file, or a key service that never gives it out. */
import type {PublicJwk, PublicKey, TokenKeys} from '#protocol'

export interface Signer {
  readonly publicKey: PublicKey
  /** Pure Ed25519 over at most 4096 bytes: the 64-byte signature. Rejects when the key cannot be used now. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

export interface TokenSigner {
  /** The key's RFC 7638 thumbprint. */
  readonly kid: string
  readonly jwk: PublicJwk
  /** What its signatures are verified with. */
  readonly keys: TokenKeys
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the message. Rejects when the key cannot be used now. */
  sign(message: Uint8Array): Promise<Uint8Array>
}
