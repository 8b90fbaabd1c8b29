/** How much of a pack was looked at, and how: what was not checked is counted as carefully as what was. */

export interface PackTally {
  entries: number
  /** Entries of which only number and hash are known. */
  masked: number
  receipts: number
  tokens: number
  /** Tokens whose signature was not looked at, for lack of a key. */
  tokensUnsigned: number
  bundles: number
  /** Sections that their header commits to and that were dropped. */
  redacted: number
  /** Bundles whose MAC was not looked at, for lack of their key. */
  bundlesUnsealed: number
  revocations: number
  /** What jobs reported of themselves: covered by no signature, only by the ledger. */
  runs: number
  keySets: number
  /** Key sets that no pinned key signed. */
  keySetsUnpinned: number
  policies: number
  /** Documents that the pack says to be without. */
  withheld: number
  /** Documents that are not here to be looked at: a page does not carry all of a large pack. */
  elsewhere: number
}

export const emptyTally = (): PackTally => ({
  entries: 0,
  masked: 0,
  receipts: 0,
  tokens: 0,
  tokensUnsigned: 0,
  bundles: 0,
  redacted: 0,
  bundlesUnsealed: 0,
  revocations: 0,
  runs: 0,
  keySets: 0,
  keySetsUnpinned: 0,
  policies: 0,
  withheld: 0,
  elsewhere: 0,
})
