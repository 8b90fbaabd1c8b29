/** The port of a private key: a local PEM file, or a key service that never gives it out. */
import type {PublicKey} from '#protocol'

export interface Signer {
  readonly publicKey: PublicKey
  /** Pure Ed25519 over at most 4096 bytes: the 64-byte signature. Rejects when the key cannot be used now. */
  sign(message: Uint8Array): Promise<Uint8Array>
}
