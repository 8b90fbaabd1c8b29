/** The checks of a receipt in the order in which they are made (formats §2, §7), and what is known of each refusal code. */
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

interface Trait {
  /** The check that gives it; `none`: it is about the job or its sources, not about a receipt that was read. */
  readonly check: CheckName | 'none'
  /** Whether a new authorization of this commit for this environment would help. */
  readonly cured: boolean
}

const traits: {readonly [Code in RefusalCode]: Trait} = {
  receipt_malformed: {check: 'well-formed receipt', cured: false},
  receipt_too_large: {check: 'well-formed receipt', cured: false},
  key_not_pinned: {check: 'pinned key', cured: false},
  key_revoked: {check: 'key still trusted', cured: true},
  signature_invalid: {check: 'signature', cured: false},
  lifetime_too_long: {check: 'life and times', cured: false},
  not_yet_valid: {check: 'life and times', cured: false},
  expired: {check: 'life and times', cured: true},
  action_mismatch: {check: 'action', cured: false},
  repository_mismatch: {check: 'repository', cured: true},
  commit_mismatch: {check: 'commit', cured: true},
  tree_mismatch: {check: 'tree', cured: true},
  environment_mismatch: {check: 'environment', cured: true},
  issuer_mismatch: {check: 'issuer', cured: false},
  too_few_approvals: {check: 'number of approvals', cured: true},
  proof_too_weak: {check: 'proof of approvals', cured: true},
  flag_refused: {check: 'flags', cured: true},
  // Of a receipt that was read: nobody could say whether it was revoked.
  source_unreachable: {check: 'revocation', cured: false},
  revoked: {check: 'revocation', cured: true},
  denied: {check: 'revocation', cured: false},
  receipt_unknown: {check: 'revocation', cured: false},
  already_used: {check: 'single use', cured: true},
  checkout_mismatch: {check: 'checkout', cured: false},
  receipt_missing: {check: 'none', cured: true},
  input_invalid: {check: 'none', cured: false},
  event_unsupported: {check: 'none', cured: false},
  internal_error: {check: 'none', cured: false},
}

export const curedByComment = (code: RefusalCode): boolean => traits[code].cured

/** The check that usually gives this refusal. */
export const checkOf = (code: RefusalCode): Trait['check'] => traits[code].check

/** How many checks a receipt passed before this one; -1 where none was made of it. */
export const rankOfCheck = (check: Trait['check']): number => (check === 'none' ? -1 : checkNames.indexOf(check))

export type CheckResult = 'passed' | 'failed' | 'not reached' | 'not asked'

export interface Check {
  readonly name: CheckName
  readonly result: CheckResult
}
