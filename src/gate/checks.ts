/** The checks of a receipt in the order in which they are made (formats §2, §7), and the one behind each refusal code. */
import type {RefusalCode} from '#protocol'

/** In the order of checks. A refusal by a later one got further: it is the one worth reporting. */
export const checkNames = [
  'well-formed receipt',
  'pinned key',
  'key still trusted',
  'signature',
  'life and times',
  'action',
  'repository',
  'commit',
  'tree',
  'environment',
  'issuer',
  'number of approvals',
  'proof of approvals',
  'flags',
  'revocation',
  'checkout',
  'single use',
] as const
export type CheckName = (typeof checkNames)[number]

/** `none`: the code is about the job or its sources, not about a receipt that was read. */
const checkOfCode: {readonly [Code in RefusalCode]: CheckName | 'none'} = {
  receipt_malformed: 'well-formed receipt',
  receipt_too_large: 'well-formed receipt',
  key_not_pinned: 'pinned key',
  key_revoked: 'key still trusted',
  signature_invalid: 'signature',
  lifetime_too_long: 'life and times',
  not_yet_valid: 'life and times',
  expired: 'life and times',
  action_mismatch: 'action',
  repository_mismatch: 'repository',
  commit_mismatch: 'commit',
  tree_mismatch: 'tree',
  environment_mismatch: 'environment',
  issuer_mismatch: 'issuer',
  too_few_approvals: 'number of approvals',
  proof_too_weak: 'proof of approvals',
  flag_refused: 'flags',
  // Of a receipt that was read: it is flagged for a fresh answer of the issuer, and there is none.
  source_unreachable: 'revocation',
  revoked: 'revocation',
  denied: 'revocation',
  already_used: 'single use',
  checkout_mismatch: 'checkout',
  receipt_missing: 'none',
  input_invalid: 'none',
  event_unsupported: 'none',
  internal_error: 'none',
}

/** How many checks a receipt passed before `code` refused it; -1 for a code that is about no receipt. */
export function rankOfRefusal(code: RefusalCode): number {
  const name = checkOfCode[code]
  return name === 'none' ? -1 : checkNames.indexOf(name)
}

export type CheckResult = 'passed' | 'failed' | 'not reached' | 'not asked'

export interface Check {
  readonly name: CheckName
  readonly result: CheckResult
}
