/** The body of `/.well-known/countersign-keys.json`, to be signed by the receipt key as receipts are. */
import {type KeySetBody, type PublicKey, printSecondsTime} from '#protocol'

export interface KeySetOrder {
  /** The receipt key: listed, and the one that signs the set. */
  readonly publicKey: PublicKey
  /** Since when it signs; milliseconds. */
  readonly notBefore: number
  /** Grows with every change of the set. */
  readonly version: number
  /** Milliseconds. */
  readonly now: number
}

export function mintKeySet({publicKey, notBefore, version, now}: KeySetOrder): KeySetBody {
  return {
    type: 'countersign.keys/v1',
    keys: [
      {
        publicKey,
        use: 'receipt',
        status: 'active',
        notBefore: printSecondsTime(notBefore),
        notAfter: null,
        revokedAt: null,
      },
    ],
    version,
    at: printSecondsTime(now),
    publicKey,
  }
}
