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
import {type Json, type Overrides, aReceipt, expected, makeKey, noon} from './builders.ts'

const asked = {environment: 'production', sha: '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b', pullRequest: 42}
const compared = {authorized: 'this', deploying: 'that'}

/** One refusal a code: a code that is missing here does not compile. */
const examples: {readonly [Code in RefusalCode]: Extract<Refusal, {code: Code}>} = {
  receipt_missing: {code: 'receipt_missing', asked, sources: ['GitHub', 'the issuer']},
  receipt_malformed: {code: 'receipt_malformed', problem: 'scope.sha is missing'},
  receipt_too_large: {code: 'receipt_too_large', problem: '16385 bytes of at most 16384'},
  key_not_pinned: {code: 'key_not_pinned', publicKey: 'pp_pk_00'},
  key_revoked: {code: 'key_revoked', publicKey: 'pp_pk_00'},
  signature_invalid: {code: 'signature_invalid', publicKey: 'pp_pk_00'},
  not_yet_valid: {code: 'not_yet_valid', issuedAt: '2026-04-02T14:30:00Z', now: '2026-04-02T14:00:00Z'},
  expired: {code: 'expired', expiresAt: '2026-04-02T15:30:00Z', now: '2026-04-02T16:00:00Z'},
  lifetime_too_long: {code: 'lifetime_too_long', seconds: 90_000, maxSeconds: 86_400},
  action_mismatch: {code: 'action_mismatch', ...compared},
  repository_mismatch: {code: 'repository_mismatch', ...compared},
  commit_mismatch: {code: 'commit_mismatch', ...compared},
  tree_mismatch: {code: 'tree_mismatch', ...compared},
  environment_mismatch: {code: 'environment_mismatch', ...compared},
  issuer_mismatch: {code: 'issuer_mismatch', ...compared},
  too_few_approvals: {code: 'too_few_approvals', approvals: 1, needed: 2},
  proof_too_weak: {code: 'proof_too_weak', proven: 0, needed: 1, proof: 'passkey'},
  flag_refused: {code: 'flag_refused', flags: ['self']},
  revoked: {code: 'revoked', receipt: 'rcpt_dg_1', by: 'octocat', at: '2026-04-02T15:00:00Z'},
  already_used: {code: 'already_used', receipt: 'rcpt_dg_1', run: '7', at: '2026-04-02T15:00:00Z'},
  checkout_mismatch: {code: 'checkout_mismatch', problem: 'HEAD is another commit', fix: 'Check out the commit.'},
  denied: {code: 'denied', environment: 'production', by: 'octocat', at: '2026-04-02T15:00:00Z'},
  source_unreachable: {code: 'source_unreachable', problems: ['GitHub: 503']},
  input_invalid: {code: 'input_invalid', problems: ['environment: is missing']},
  event_unsupported: {code: 'event_unsupported', event: 'issue_comment', problem: 'it names no commit'},
  internal_error: {code: 'internal_error', problem: 'a bug'},
}

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
  test('the examples and the table have the same codes', () => {
    expect([...refusalCodes].sort()).toEqual(Object.keys(examples).sort())
  })
  test.each([...Object.values(examples), ...sparse].map((refusal) => [refusal.code, refusal] as const))(
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
    expect(describeRefusal(examples.commit_mismatch).what).toContain(
      'authorizes commit this, and this job deploys that',
    )
    expect(describeRefusal(examples.receipt_missing).fix).toContain(
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
  if (!pinned.ok) throw new Error(pinned.problems.join())
  const usual = {keys: pinned.keys, now: noon, expect: expected, maxTtl: 86_400_000}
  const verdict = verifyReceipt(aReceipt(overrides, key).text, {...usual, ...terms})
  const acceptance = accept(verdict, {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self'], ...limits})
  const decision = acceptance.kind === 'deny' ? acceptance : decide(acceptance.accepted, {redeemed: false})
  return decision.kind === 'deny' ? decision.refusal.code : 'allowed'
}

const expecting = (other: Json): string => codeFor({}, {expect: {...expected, ...other}})
const tampered = (): string => {
  const verdict = verify.receipt({...aReceipt({}, key).receipt, action: 'x'}, {keys: key.pin, now: noon})
  return verdict.valid ? 'valid' : verdict.code
}

/** How each code comes about. Those that need a runner, a network or a ledger belong to the gate and its tests. */
const reached: {readonly [Code in RefusalCode]: (() => string) | 'by the gate'} = {
  receipt_missing: 'by the gate',
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
  revoked: 'by the gate',
  already_used: 'by the gate',
  checkout_mismatch: 'by the gate',
  denied: 'by the gate',
  source_unreachable: () => codeFor({flags: ['fresh']}),
  input_invalid: () => {
    const verdict = verify.receipt('', {keys: 'x'})
    return verdict.valid ? 'valid' : verdict.code
  },
  event_unsupported: 'by the gate',
  internal_error: () => codeFor({}, {expect: {}}),
}

test('with nothing changed, the job allows', () => {
  expect(codeFor({})).toBe('allowed')
})

test.each(
  Object.entries(reached).flatMap(([code, reach]) => (reach === 'by the gate' ? [] : [[code, reach] as const])),
)('%s is given for what its name says', (code, reach) => {
  expect(reach()).toBe(code)
})
