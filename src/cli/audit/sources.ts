/** Where the keys came from that an answer was judged by: those that came with it prove nothing against its issuer. */
import type {PinnedKeys, TokenKeys} from '#protocol'
import type {GivenKeys} from './question.ts'

export type KeySource = 'pinned' | 'issuer' | 'none'

export interface KeyUse {
  readonly use: 'receipts' | 'tokens' | 'ledger'
  readonly source: KeySource
  readonly keys: readonly string[]
}

export function keysInUse(
  given: GivenKeys,
  used: {readonly receipts: PinnedKeys; readonly tokens: TokenKeys},
): readonly KeyUse[] {
  const from = (key: unknown): KeySource => (key === undefined ? 'issuer' : 'pinned')
  return [
    {use: 'receipts', source: from(given.receipts), keys: [...used.receipts.keys()]},
    {use: 'tokens', source: from(given.tokens), keys: [...used.tokens.keys()]},
    {
      use: 'ledger',
      source: given.ledger === undefined ? 'none' : 'pinned',
      keys: given.ledger === undefined ? [] : [given.ledger],
    },
  ]
}

/** In words, for whoever reads the result. */
export const sourceWords: Readonly<Record<KeySource, string>> = {
  pinned: 'given by you',
  issuer: 'taken from the issuer itself',
  none: 'not given',
}

/** What the verdict does not say. */
export function cautionsOf(uses: readonly KeyUse[]): readonly string[] {
  const source = (use: KeyUse['use']): KeySource => uses.find((one) => one.use === use)?.source ?? 'none'
  return [
    ...(source('receipts') === 'issuer'
      ? ['No receipt key is pinned (--pin): the signatures show only that the issuer agrees with itself.']
      : []),
    ...(source('tokens') === 'issuer'
      ? ['The token keys are those that the issuer shows now (--token-key gives others).']
      : []),
    ...(source('ledger') === 'none'
      ? ['No ledger key is given (--ledger-key): the order and the completeness of the ledger were not looked at.']
      : []),
    'What the issuer leaves out, a revocation too, cannot be seen in one answer: the whole ledger shows it.',
  ]
}
