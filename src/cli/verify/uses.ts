/** Which options are of use for which kind of document. One that none of the files needs was meant for something. */
import type {Kind} from './kind.ts'

/** `json` and the files are of use always. */
export const documentOptions = [
  'key',
  'jwks',
  'public-key',
  'hmac-key-file',
  'evidence-keys',
  'ledger-key',
  'checkpoint',
  'at',
] as const
export type DocumentOption = (typeof documentOptions)[number]

const usesOf: Readonly<Record<Kind | 'pack', readonly DocumentOption[]>> = {
  receipt: ['key', 'at'],
  attestation: ['key', 'at'],
  revocation: ['key'],
  token: ['jwks', 'public-key', 'at'],
  evidence: ['hmac-key-file'],
  checkpoint: ['ledger-key'],
  chain: ['ledger-key', 'checkpoint'],
  pack: ['key', 'jwks', 'public-key', 'evidence-keys', 'ledger-key'],
}

const needs: Readonly<Record<DocumentOption, string>> = {
  key: 'a receipt, an attestation, a revocation or a pack',
  jwks: 'a token or a pack',
  'public-key': 'a token or a pack',
  'hmac-key-file': 'an evidence bundle in a file of its own',
  'evidence-keys': 'a pack',
  'ledger-key': 'a checkpoint, a ledger or a pack',
  checkpoint: 'a ledger in a file of its own',
  at: 'a receipt, an attestation or a token in a file of its own',
}

/**
 * What is wrong with the options, given what the files turned out to be. A pack is as many documents, so whoever gives
 * it an option for one document believes of all of them that they were judged by it: there it is wrong even beside a
 * file that needs it.
 */
export function findUseless(given: readonly DocumentOption[], kinds: readonly (Kind | 'pack')[]): readonly string[] {
  return given.flatMap((option) => {
    const isOfPacks = usesOf.pack.includes(option)
    if (kinds.includes('pack') && !isOfPacks)
      return [`--${option} is of no use for a pack: it is for ${needs[option]}.`]
    const isUsed = kinds.some((kind) => usesOf[kind].includes(option))
    return isUsed ? [] : [`--${option} is of no use here: it is for ${needs[option]}, and there is none.`]
  })
}
