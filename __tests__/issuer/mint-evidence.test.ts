/** Evidence bundles as they are minted: they verify under their own key, hold every section, and always fit. */
import {describe, expect, test} from '@jest/globals'
import {
  canonicalJson,
  digestOf,
  evidenceDigest,
  evidenceKey,
  parseEvidenceId,
  parseOrganizationId,
  verify,
} from '#protocol'
import {mintEvidence} from '../../issuer/mint/mint-evidence.ts'
import {evaluate} from '../../issuer/policy/rules.ts'
import type {Case} from '../../issuer/model/ruling.ts'
import {
  aCase,
  aPart,
  aPartBy,
  bodyDigest,
  decision,
  evidenceOf,
  evidenceOrder,
  evidenceSecret,
  head,
  must,
  nonce,
  otherCommit,
  seen,
} from './builders.ts'

const keyOf = (decisionId: string): Uint8Array =>
  evidenceKey(
    evidenceSecret,
    must(parseOrganizationId('9919')),
    must(parseEvidenceId(decisionId.replace('dec_', 'evd_'))),
  )

function verified(text: string) {
  const verdict = verify.evidence(text, keyOf(decision))
  if (!verdict.valid) throw new Error(`${verdict.code}: ${verdict.reason}`)
  return verdict
}

const maxBundle = 262_144

describe('an evidence bundle', () => {
  const asked = aCase()

  test('verifies under its own key alone, and its digest is that of its header', () => {
    const {text, digest} = evidenceOf(asked)
    const bundle = JSON.parse(text) as Parameters<typeof evidenceDigest>[0]
    expect(text).toBe(canonicalJson(bundle))
    expect(digest).toBe(evidenceDigest(bundle))
    expect(verified(text)).toMatchObject({redacted: 0, riskScore: evaluate(asked).risk.score})
    expect(verify.evidence(text, keyOf('dec_01jdaa3x7k9m2n4p6q8r0s2t4z'))).toMatchObject({valid: false})
  })

  test('says what was asked, what was read, how every rule came out, and who decided', () => {
    const {sections} = verified(evidenceOf(asked).text)
    expect(sections).toMatchObject({
      intent: {action: 'deploy:production', request: {sha: head}, statement: {comment: {id: 99262140}}},
      facts: {
        policy: {source: {kind: 'built-in'}, digest: evaluate(asked).policy},
        standing: {author: {login: 'octocat'}, bodyDigest},
        change: {
          pullRequest: {number: 42},
          range: {
            base: 'authorized',
            since: otherCommit,
            size: {commits: 3},
            parts: [
              {
                pullRequests: [{number: 42, author: 'hubot'}],
                hands: {kind: 'seen', accounts: [{did: 'opened #42'}, {}]},
              },
            ],
          },
        },
      },
      policyTrace: evaluate(asked).outcomes.map(({rule, ...outcome}) => ({id: rule, ...outcome})),
      risk: {score: evaluate(asked).risk.score, thresholds: null},
      escalations: {ruling: 'allow', approvals: [], denials: [], missing: 0},
      agent: {login: 'hubot', id: 2, kind: 'user'},
      reviewers: [{login: 'octocat', id: 583231, role: 'maintain'}],
      software: {countersign: '0.0.0'},
    })
  })

  test('names the paths that were read, and when by GitHub\u2019s clock', () => {
    const reads = [{path: '/repos/octo-org/api-service/issues/comments/99262140', at: '2026-04-02T14:30:00.000Z'}]
    const {sections} = verified(evidenceOf(aCase({standing: {reads}})).text)
    expect(sections).toMatchObject({facts: {reads}})
  })

  test('of a retry is the same one; under another nonce it is another', () => {
    const again = evidenceOf(asked)
    expect(evidenceOf(asked)).toEqual(again)
    expect(mintEvidence({...evidenceOrder(asked), nonce: 'f'.repeat(32)}).digest).not.toBe(again.digest)
  })

  test('does not show the nonce that its salts follow from', () => {
    expect(evidenceOf(asked).text).not.toContain(nonce)
  })

  test('of facts that JSON cannot say is still minted', () => {
    const lone = String.fromCharCode(0xd800)
    const odd = aCase({
      standing: {createdAt: NaN},
      range: {since: undefined, parts: [aPart({hands: seen([], [{name: `x${lone}`, email: '', id: undefined}])})]},
    })
    expect(verified(evidenceOf(odd).text).sections).toMatchObject({
      facts: {
        standing: {createdAt: null},
        change: {range: {parts: [{hands: {people: [{name: 'x\ufffd', email: ''}]}}]}},
      },
    })
  })

  test('of the largest change still fits, with the whole list under its digest', () => {
    const files = Array.from({length: 3000}, (_, i) => ({path: `${'d'.repeat(200)}/${i}`, additions: 1, deletions: 1}))
    const people = Array.from({length: 500}, (_, i) => ({name: 'n'.repeat(3000), email: `${i}@x.example`, id: i}))
    const parts = [
      ...Array.from({length: 999}, (_, i) => aPartBy('hubot', {id: 2, number: i})),
      aPart({hands: seen([], people)}),
    ]
    const large: Case = aCase({change: {files, filesCut: true}, range: {parts}})
    const {text} = evidenceOf(large)
    expect(text.length).toBeLessThan(maxBundle)
    expect(verified(text).sections).toMatchObject({
      facts: {
        change: {
          files: {count: 3000, digest: expect.stringMatching(/^sha256:/) as unknown},
          range: {since: otherCommit, parts: {count: 1000, digest: digestOf(canonicalJson(parts))}},
        },
      },
    })
  })
})
