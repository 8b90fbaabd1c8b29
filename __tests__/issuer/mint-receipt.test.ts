/** Receipts as they are minted: gates accept them, and nothing that does not verify is ever taken for one. */
import {describe, expect, test} from '@jest/globals'
import {type CommitSha, parsePinnedKeys, printReceipt, signingBytes, verify, verifyReceipt} from '#protocol'
import {acceptSigned, receiptIdOf} from '../../issuer/mint/mint-receipt.ts'
import {evaluate} from '../../issuer/policy/rules.ts'
import {makeKey} from '../protocol/builders.ts'
import {
  type CaseChanges,
  aCase,
  aPartBy,
  bodyDigest,
  bodyFor,
  decidedAt,
  decision,
  evidenceOf,
  head,
  mintFor,
  receiptFor,
  repositoryId,
  signWith,
  tree,
} from './builders.ts'

const key = makeKey()

describe('a receipt', () => {
  test.each([
    ['ends where the next freeze begins', 5 * 60_000, '2026-04-02T14:35:00Z'],
    ['has its whole life before a later freeze', 2 * 3_600_000, '2026-04-02T15:30:00Z'],
  ])('%s', (_, inMs, expiresAt) => {
    const freeze = [
      {from: decidedAt - 1000, to: decidedAt, reason: 'over'},
      {from: decidedAt + 3 * 3_600_000, to: decidedAt + 4 * 3_600_000, reason: 'later'},
      {from: decidedAt + inMs, to: decidedAt + inMs + 3_600_000, reason: 'holidays'},
    ]
    expect(bodyFor(key, {environment: {freeze}}).expiresAt).toBe(expiresAt)
  })

  test('says who authorized what, until when, and where the proof of it is', () => {
    const asked = aCase()
    expect(bodyFor(key)).toEqual({
      type: 'countersign.receipt/v1',
      id: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w',
      action: 'deploy',
      scope: {
        repository: 'octo-org/api-service',
        repositoryId,
        sha: head,
        tree,
        environment: 'production',
        pullRequest: 42,
      },
      authorizedBy: 'octocat',
      approvals: [
        {
          login: 'octocat',
          id: 583231,
          role: 'maintain',
          at: '2026-04-02T14:29:58Z',
          statement: {kind: 'issue_comment', id: 99262140, digest: bodyDigest},
          binding: 'commit',
          proof: 'comment',
        },
      ],
      flags: [],
      issuedAt: '2026-04-02T14:30:00Z',
      expiresAt: '2026-04-02T15:30:00Z',
      issuer: 'https://countersign.example',
      decision,
      evidence: evidenceOf(asked).digest,
      policy: evaluate(asked).policy,
      publicKey: key.pin,
    })
  })

  test('verifies as a gate verifies it', () => {
    const result = verify.receipt(printReceipt(receiptFor(key)), {
      keys: key.pin,
      now: decidedAt,
      expect: {
        action: 'deploy',
        repositoryId,
        repository: 'octo-org/api-service',
        sha: head,
        environment: 'production',
      },
    })
    expect(result).toMatchObject({valid: true, unchecked: [], expired: false})
  })

  test('names the commit that its range was counted from, where there is one', () => {
    const since = 'e'.repeat(40) as CommitSha
    expect(receiptFor(key, {since}).scope).toEqual({...bodyFor(key).scope, since})
    expect(bodyFor(key, {since: undefined}).scope).not.toHaveProperty('since')
  })

  test('of the bare form is bound to the head', () => {
    const body = bodyFor(key, {request: {sha: undefined}, environment: {binding: ['commit', 'head']}})
    expect(body.approvals[0]?.binding).toBe('head')
    expect(body.scope.sha).toBe(head)
  })

  test('of an approver’s own work is flagged', () => {
    const own = {parts: [aPartBy('octocat')]}
    expect(bodyFor(key, {range: own, environment: {independence: 'none'}}).flags).toEqual(['self'])
  })

  test.each(['release "captain"', 'löser', '<b>', '', 'x'.repeat(65)])('has no odd role such as %j', (role) => {
    expect(bodyFor(key, {standing: {role}}).approvals[0]?.role).toBe('maintain')
  })

  test('keeps the name of a custom role that the format allows', () => {
    expect(bodyFor(key, {standing: {role: 'release captain'}}).approvals[0]?.role).toBe('release captain')
  })

  test.each<readonly [string, CaseChanges]>([
    ['a login that the format forbids', {standing: {author: {id: 583231, login: 'octo`cat', type: 'User'}}}],
    ['an id that is none', {standing: {author: {id: -1, login: 'octocat', type: 'User'}}}],
    ['a life of no seconds', {environment: {ttl: 0}}],
  ])('cannot be made with %s, and that is a value', (_, changes) => {
    expect(mintFor(key, changes)).toEqual({
      kind: 'unmintable',
      why: expect.stringMatching(/account|approvals\[0\]|expiresAt/) as unknown,
    })
  })

  test('has the ULID of its decision', () => {
    expect(receiptIdOf(decision)).toBe(`rcpt_dg_${decision.slice(4)}`)
  })
})

describe('a signed receipt is accepted', () => {
  const body = bodyFor(key)
  const signature = signWith(key, signingBytes(body))

  test('only with its own signature', () => {
    const receipt = acceptSigned(body, signature)
    const pinned = parsePinnedKeys(key.pin)
    if (!pinned.ok) throw new Error('the key of the test is not a pin')
    expect(verifyReceipt(receipt, {keys: pinned.value, now: 'issued', expect: {}, maxTtl: 3_600_000}).valid).toBe(true)
  })

  test.each([
    ['of another key', signWith(makeKey(), signingBytes(body))],
    ['of another receipt', signWith(key, signingBytes({...body, action: 'erase'}))],
    ['with a bit turned', signature.map((byte, i) => (i === 3 ? byte ^ 1 : byte))],
    ['cut', signature.slice(0, 63)],
    ['of nothing', new Uint8Array()],
  ])('never with a signature %s', (_, wrong) => {
    expect(() => acceptSigned(body, wrong)).toThrow(
      /^the signed receipt does not verify: (signature_invalid|receipt_malformed)$/,
    )
  })
})
