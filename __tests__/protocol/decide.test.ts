/** A verdict and a job's limits: allow only when every limit is met and nothing was left open. */
import {describe, expect, test} from '@jest/globals'
import {
  type Decision,
  type Flag,
  type Limits,
  type SecondsTime,
  type Standing,
  type StatusWord,
  type Terms,
  accept,
  decide,
  deny,
  parsePinnedKeys,
  verifyReceipt,
} from '#protocol'
import {type Overrides, aReceipt, approvalBody, expected, noon} from './builders.ts'

const usual: Limits = {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self', 'emergency']}

interface Given {
  readonly terms?: Partial<Terms>
  readonly standing?: Partial<Standing>
}

function decided(overrides: Overrides, limits: Partial<Limits> = {}, {terms, standing}: Given = {}): Decision {
  const {text, key} = aReceipt(overrides)
  const pinned = parsePinnedKeys(key.pin)
  if (!pinned.ok) throw new Error(pinned.fault.join())
  const usualTerms: Terms = {keys: pinned.value, now: noon, expect: expected, maxTtl: 86_400_000}
  const acceptance = accept(verifyReceipt(text, {...usualTerms, ...terms}), {...usual, ...limits})
  return acceptance.kind === 'deny'
    ? acceptance
    : decide(acceptance.accepted, {revocation: {kind: 'not asked'}, redeemed: false, ...standing})
}

const two = [approvalBody({id: 1, login: 'hubot', proof: 'passkey'}), approvalBody()]
const emergency = {id: 'rcpt_bg_01jdaa3x7k9m2n4p6q8r0s2t4v', flags: ['emergency']}

describe('allow', () => {
  test.each<readonly [string, Overrides, Partial<Limits>]>([
    ['one approval where one is needed', {}, {}],
    ['two approvals where two are needed', {approvals: two}, {minApprovals: 2}],
    ['one passkey among two where one is needed', {approvals: two}, {requireProof: 'passkey'}],
    ['a passkey where a comment is enough', {approvals: [approvalBody({proof: 'passkey'})]}, {}],
    ['a flag that is not refused', {flags: ['escalated']}, {}],
    ['a flag that the job takes', emergency, {refuseFlags: []}],
  ])('%s', (_, overrides, limits) => {
    const decision = decided(overrides, limits)
    expect(decision.kind).toBe('allow')
    if (decision.kind === 'allow') expect(decision.because.unchecked).toEqual([])
  })
})

describe('deny', () => {
  test.each<readonly [string, Overrides, Partial<Limits>, object]>([
    ['one approval where two are needed', {}, {minApprovals: 2}, {code: 'too_few_approvals', approvals: 1, needed: 2}],
    ['a limit that is no number', {}, {minApprovals: NaN}, {code: 'too_few_approvals'}],
    [
      'a comment where a passkey is needed',
      {},
      {requireProof: 'passkey'},
      {code: 'proof_too_weak', proven: 0, needed: 1},
    ],
    [
      'one passkey where two are needed',
      {approvals: two},
      {minApprovals: 2, requireProof: 'passkey'},
      {code: 'proof_too_weak', proven: 1},
    ],
    ['a proof that no receipt can carry', {}, {requireProof: 'Passkey' as never}, {code: 'proof_too_weak', proven: 0}],
    ['the flag self', {flags: ['self']}, {}, {code: 'flag_refused', flags: ['self']}],
    ['the flag emergency', emergency, {}, {code: 'flag_refused', flags: ['emergency']}],
    [
      'a flag that the job refuses',
      {flags: ['escalated', 'once']},
      {refuseFlags: ['escalated']},
      {code: 'flag_refused', flags: ['escalated']},
    ],
    ['the flag fresh', {flags: ['fresh']}, {}, {code: 'source_unreachable'}],
    ['the flag once', {flags: ['once']}, {refuseFlags: []}, {code: 'source_unreachable'}],
  ])('%s', (...[, overrides, limits, refusal]) => {
    expect(decided(overrides, limits)).toMatchObject({kind: 'deny', refusal})
  })
  test('a receipt that did not verify, with its own refusal', () => {
    expect(decided({}, {}, {terms: {now: noon + 3_600_000}})).toMatchObject({kind: 'deny', refusal: {code: 'expired'}})
    expect(decided({}, {}, {terms: {now: NaN}})).toMatchObject({kind: 'deny', refusal: {code: 'not_yet_valid'}})
    expect(decided({}, {}, {terms: {maxTtl: NaN}})).toMatchObject({kind: 'deny', refusal: {code: 'lifetime_too_long'}})
  })
  test.each(['action', 'repositoryId', 'repository', 'sha', 'environment'])(
    'a question about %s that was forgotten',
    (name) => {
      const asked = Object.fromEntries(Object.entries(expected).filter(([member]) => member !== name))
      expect(decided({}, {}, {terms: {expect: asked}})).toMatchObject({
        kind: 'deny',
        refusal: {code: 'internal_error', problem: `not compared: ${name}`},
      })
    },
  )
  test('a receipt judged at its own time, whether its life is over, running or has not begun', () => {
    for (const clock of [undefined, noon, noon + 86_400_000, 0]) {
      expect(decided({}, {}, {terms: {now: 'issued', clock}})).toMatchObject({
        kind: 'deny',
        refusal: {code: 'internal_error'},
      })
    }
  })
})

describe('what is known since it was signed', () => {
  const said = (status: StatusWord): Standing['revocation'] => ({
    kind: 'status',
    status: {
      valid: true,
      receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
      status,
      at: '2026-04-02T15:00:00Z' as SecondsTime,
    },
  })
  const readToTheEnd = {kind: 'read to the end'} as const
  const codeFor = (flags: readonly Flag[], standing: Partial<Standing>): string => {
    const decision = decided({flags}, {refuseFlags: []}, {standing})
    return decision.kind === 'deny' ? decision.refusal.code : 'allow'
  }
  test('a status that says revoked or expired refuses, whatever the receipt says', () => {
    expect(codeFor([], {revocation: said('revoked'), redeemed: true})).toBe('revoked')
    expect(codeFor([], {revocation: said('expired'), redeemed: true})).toBe('expired')
  })
  test('so does one that says that there never was such a receipt', () => {
    expect(codeFor([], {revocation: said('unknown'), redeemed: true})).toBe('receipt_unknown')
  })
  test('asked in vain refuses; not asked, or read to the end, does not', () => {
    expect(codeFor([], {revocation: {kind: 'unknown', problems: ['GitHub: it answered 500']}})).toBe(
      'source_unreachable',
    )
    expect(codeFor([], {revocation: readToTheEnd})).toBe('allow')
    expect(codeFor([], {revocation: {kind: 'not asked'}})).toBe('allow')
  })
  test('redeemed alone is no refusal: the redemption decides', () => {
    expect(codeFor([], {revocation: said('redeemed')})).toBe('allow')
    expect(codeFor(['once'], {revocation: said('redeemed'), redeemed: true})).toBe('allow')
  })
  test('fresh needs a status, once a redemption, and neither stands for the other', () => {
    expect(codeFor(['fresh'], {revocation: said('active')})).toBe('allow')
    expect(codeFor(['fresh'], {redeemed: true})).toBe('source_unreachable')
    expect(codeFor(['fresh'], {revocation: readToTheEnd, redeemed: true})).toBe('source_unreachable')
    expect(codeFor(['once'], {revocation: said('active')})).toBe('source_unreachable')
    expect(codeFor(['once'], {redeemed: true})).toBe('allow')
    expect(codeFor(['fresh', 'once'], {revocation: said('active'), redeemed: true})).toBe('allow')
  })
})

test('deny carries its refusal as it is', () => {
  const refusal = {code: 'internal_error', problem: 'x'} as const
  expect(deny(refusal)).toEqual({kind: 'deny', refusal})
})
