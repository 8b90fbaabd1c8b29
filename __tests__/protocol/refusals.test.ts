/** Every code has words, and every code that verification can give is reached by a receipt that deserves it. */
import {describe, expect, test} from '@jest/globals'
import {
  type Limits,
  type Refusal,
  type RefusalCode,
  type Terms,
  accept,
  decide,
  describeRefusal,
  parsePinnedKeys,
  refusalCodes,
  verify,
  verifyReceipt,
} from '#protocol'
import {refusalRows} from '../../scripts/refusals/refusal-rows.ts'
import {type Json, type Overrides, aReceipt, expected, makeKey, noon} from './builders.ts'

const example = (code: RefusalCode): Refusal => ({code, ...refusalRows[code].example}) as Refusal
const {asked} = refusalRows.receipt_missing.example

/** The same refusals where the job could say less. */
const sparse: readonly Refusal[] = [
  {code: 'receipt_missing', asked: {environment: 'production', sha: asked.sha}, sources: []},
  {code: 'key_revoked', publicKey: 'pp_pk_00', until: '2026-04-02T14:00:00Z'},
  ...(['action', 'repository', 'commit', 'tree', 'environment', 'issuer'] as const).map(
    (what) => ({code: `${what}_mismatch`, authorized: 'this'}) as const,
  ),
  {code: 'too_few_approvals', approvals: 3, needed: 4},
  {code: 'revoked', receipt: 'rcpt_dg_1'},
  {code: 'already_used', receipt: 'rcpt_dg_1'},
  {code: 'denied', environment: 'production'},
  {code: 'input_invalid', problems: ['a', 'b']},
  {code: 'input_invalid', problems: []},
]

describe('the words', () => {
  test.each([...refusalCodes.map(example), ...sparse].map((refusal) => [refusal.code, refusal] as const))(
    '%s: what happened and what to do, whole sentences on one line, with no hole in them',
    (_, refusal) => {
      const {what, fix} = describeRefusal(refusal)
      for (const sentence of [what, fix]) {
        expect(sentence).toMatch(/^[A-Z0-9a-z][^\n\r]{10,}\.$/)
        expect(sentence).not.toMatch(/undefined|null|NaN|\[object|\.\.$| {2}/)
      }
    },
  )
  test('facts stand in the sentence', () => {
    expect(describeRefusal(example('commit_mismatch')).what).toContain(
      'authorizes commit this, and this job deploys that',
    )
    expect(describeRefusal(example('receipt_missing')).fix).toContain(
      `/authorize production ${asked.sha}\` on pull request #42`,
    )
  })
})

const key = makeKey()

/** The code that a job gives for a receipt signed with `key`: verified, then decided, with one thing changed. */
function codeFor(
  overrides: Overrides,
  terms: Partial<Terms> & {pins?: string} = {},
  limits: Partial<Limits> = {},
): string {
  const pinned = parsePinnedKeys(terms.pins ?? key.pin)
  if (!pinned.ok) throw new Error(pinned.fault.join())
  const usual = {keys: pinned.value, now: noon, expect: expected, maxTtl: 86_400_000}
  const verdict = verifyReceipt(aReceipt(overrides, key).text, {...usual, ...terms})
  const acceptance = accept(verdict, {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self'], ...limits})
  const decision =
    acceptance.kind === 'deny'
      ? acceptance
      : decide(acceptance.accepted, {revocation: {kind: 'not asked'}, redeemed: false})
  return decision.kind === 'deny' ? decision.refusal.code : 'allowed'
}

const expecting = (other: Json): string => codeFor({}, {expect: {...expected, ...other}})
const tampered = (): string => {
  const verdict = verify.receipt({...aReceipt({}, key).receipt, action: 'x'}, {keys: key.pin, now: noon})
  return verdict.valid ? 'valid' : verdict.code
}

/** How codes of the receipt itself come about. The built gate gives every code in acceptance/refusal-codes. */
const reached: {readonly [Code in RefusalCode]?: () => string} = {
  receipt_malformed: () => codeFor({type: 'x'}),
  receipt_too_large: () => codeFor({comment: 'x'.repeat(16_384)}),
  key_not_pinned: () => codeFor({}, {pins: makeKey().pin}),
  key_revoked: () => codeFor({}, {pins: `${key.pin} revoked`}),
  signature_invalid: tampered,
  not_yet_valid: () => codeFor({}, {now: 0}),
  expired: () => codeFor({}, {now: noon * 2}),
  lifetime_too_long: () => codeFor({}, {maxTtl: 1}),
  action_mismatch: () => expecting({action: 'x'}),
  repository_mismatch: () => expecting({repositoryId: 1}),
  commit_mismatch: () => expecting({sha: 'x'}),
  tree_mismatch: () => expecting({tree: 'x'}),
  environment_mismatch: () => expecting({environment: 'x'}),
  issuer_mismatch: () => expecting({issuer: 'x'}),
  too_few_approvals: () => codeFor({}, {}, {minApprovals: 2}),
  proof_too_weak: () => codeFor({}, {}, {requireProof: 'passkey'}),
  flag_refused: () => codeFor({flags: ['self']}),
  source_unreachable: () => codeFor({flags: ['fresh']}),
  input_invalid: () => {
    const verdict = verify.receipt('', {keys: 'x'})
    return verdict.valid ? 'valid' : verdict.code
  },
  internal_error: () => codeFor({}, {expect: {}}),
}

test('with nothing changed, the job allows', () => {
  expect(codeFor({})).toBe('allowed')
})

test.each(Object.entries(reached))('%s is given for what its name says', (code, reach) => {
  expect(reach()).toBe(code)
})
