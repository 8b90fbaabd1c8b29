/** The keys that a receipt's page is held against, and how the one that signed stands with this issuer. */
import type {PinnedKeys, PublicKey} from '#protocol'
import type {ReceiptProof} from './proof.ts'

/** `earlier`: signs no more, and is trusted in what it signed. `foreign`: never a key of this issuer. */
export type KeyStanding = 'current' | 'earlier' | 'revoked' | 'foreign'

export interface HeldKeys {
  /** What the receipt is verified with: the key that signed it where that is this issuer's, else the current one. */
  readonly pin: PublicKey
  /** One line a key, as a workflow pins them: that of the receipt, and that of its revocation where it is another. */
  readonly pinned: string
  readonly standing: KeyStanding
}

export interface KnownKeys {
  readonly keys: PinnedKeys
  /** The one that signs now. */
  readonly pin: PublicKey
}

/** A stranger's key is never filled in: what it signed is held against the newest one. */
export function holdKeys({receipt, happened}: ReceiptProof, {keys, pin: current}: KnownKeys): HeldKeys {
  const {publicKey} = receipt
  const pin = keys.has(publicKey) ? publicKey : current
  const revokers = happened.flatMap(({revocation}) => (revocation === undefined ? [] : [revocation.publicKey]))
  const lines = [...new Set([pin, ...revokers])].map((key) => printPin(key, keys))
  return {pin, pinned: lines.join('\n'), standing: standingOf(publicKey, {keys, pin: current})}
}

const printPin = (key: PublicKey, keys: PinnedKeys): string =>
  keys.get(key)?.status === 'revoked' ? `${key} revoked` : key

function standingOf(key: PublicKey, {keys, pin}: KnownKeys): KeyStanding {
  if (keys.get(key)?.status === 'revoked') return 'revoked'
  if (key === pin) return 'current'
  return keys.has(key) ? 'earlier' : 'foreign'
}
