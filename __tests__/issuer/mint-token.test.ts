/** Authority tokens as they are minted: each ruling becomes one that verifies, whatever strangers wrote. */
import {generateKeyPairSync, sign} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {digestOf, printMicrosTime, publicJwk, readTokenKeys, tokenSigningInput, verify} from '#protocol'
import {acceptSignedToken, mintTokenClaims, sayPlainly} from '../../issuer/mint/mint-token.ts'
import {evaluate} from '../../issuer/policy/rules.ts'
import type {Case, Ruling} from '../../issuer/model/ruling.ts'
import {aCase, aPartBy, type CaseChanges, decidedAt, decision, head, origin, otherCommit} from './builders.ts'

const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
const jwk = publicJwk(publicKey)

function claimsOf(asked: Case, ruling: Ruling = evaluate(asked)) {
  const at = printMicrosTime(decidedAt * 1000)
  const evidence = digestOf('evidence')
  return mintTokenClaims({decision, case: asked, ruling, said: 'ALLOW', at, issuer: origin, evidence})
}

function signed(input: string): string {
  const keys = readTokenKeys(jwk)
  if (!keys.ok) throw new Error(keys.fault)
  return acceptSignedToken(input, new Uint8Array(sign('sha256', Buffer.from(input), privateKey)), keys.value)
}

function verified(asked: Case) {
  const token = signed(tokenSigningInput(claimsOf(asked), jwk.kid))
  const verdict = verify.token(token, jwk, {now: decidedAt})
  if (!verdict.valid) throw new Error(`${verdict.code}: ${verdict.reason}`)
  return verdict
}

const words: readonly (readonly [string, CaseChanges, boolean])[] = [
  ['DENY', {request: {sha: otherCommit}}, false],
  ['DENY', {request: {sha: otherCommit}, range: {parts: [aPartBy('octocat')]}}, false],
  ['ESCALATE', {range: {parts: [aPartBy('octocat')]}}, false],
  ['ESCALATE', {environment: {approvals: 2}}, false],
]

describe('an authority token', () => {
  test.each(words)('says %s for such a ruling, and is valid and not allowed', (word, changes, allowed) => {
    expect(verified(aCase(changes))).toMatchObject({decision: word, allowed, timestamp: '2026-04-02T14:30:00.345000Z'})
  })

  test('lists every rule with its outcome: the missing approval of an escalation asks for a person', () => {
    const {claims} = verified(aCase({environment: {approvals: 2}}))
    expect(claims.policies.map(({id}) => id)).toEqual(evaluate(aCase()).outcomes.map(({rule}) => rule))
    expect(claims.policies.filter(({outcome}) => outcome !== 'pass')).toMatchObject([
      {id: 'enough-approvals', outcome: 'escalate'},
      {id: 'seen-by-others', outcome: 'escalate', why: '#42 by hubot: one more person without a hand in it.'},
    ])
  })

  test('says what is true of the hands in what goes out', () => {
    const said = (changes: CaseChanges): string | undefined =>
      verified(aCase({...changes, isVoid: true})).claims.policies.find(({id}) => id === 'seen-by-others')?.why
    expect(said({})).toBe('octocat had no hand in the 3 commits since bbbbbbb.')
    expect(said({range: {parts: [aPartBy('octocat')]}})).toBe('#41 by octocat: one more person. octocat opened #41.')
  })

  test('names the agent, the reviewer, the scope and the evidence', () => {
    const {claims} = verified(
      aCase({environment: {approvals: 2}, pullRequest: {author: {id: 7, login: 'dependabot[bot]', type: 'Bot'}}}),
    )
    expect(claims).toMatchObject({
      iss: origin,
      aud: 'countersign-gate',
      sub: 'agent:dependabot[bot]',
      jti: decision,
      agent: {login: 'dependabot[bot]', id: 7, kind: 'app'},
      reviewer: {login: 'octocat', id: 583231, decision: 'ALLOW'},
      intent: {domain: 'software-delivery', category: 'deploy', action: 'deploy:production', scope: {sha: head}},
      evidence: digestOf('evidence'),
    })
  })

  test('is made whatever the pull request\u2019s author is called', () => {
    for (const login of ['', 'x'.repeat(200), 'a"b', 'l\u00f6gin', 'ghost']) {
      expect(
        verified(aCase({environment: {approvals: 2}, pullRequest: {author: {id: 7, login, type: 'User'}}})).valid,
      ).toBe(true)
    }
  })

  test('has reasons in plain characters, cut where they are long', () => {
    expect(sayPlainly('the branch `x` of "y" <z> $HOME \\ \u00e9')).toBe('the branch ?x? of ?y? ?z> ?HOME ? ?')
    expect(sayPlainly('x'.repeat(999))).toHaveLength(200)
    expect(sayPlainly('')).toBe('-')
  })

  test('lives as long as a receipt would, and a day at most', () => {
    const lifeOf = (ttl: number) => {
      const {iat, exp} = claimsOf(aCase({environment: {ttl}}))
      return exp - iat
    }
    expect([lifeOf(3_600_000), lifeOf(7 * 86_400_000), lifeOf(10)]).toEqual([3600, 86_400, 1])
  })

  test('with a signature of another key is never given out', () => {
    const input = tokenSigningInput(claimsOf(aCase({environment: {approvals: 2}})), jwk.kid)
    const other = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey
    const keys = readTokenKeys(jwk)
    if (!keys.ok) throw new Error(keys.fault)
    const forged = new Uint8Array(sign('sha256', Buffer.from(input), other))
    expect(() => acceptSignedToken(input, forged, keys.value)).toThrow('does not verify')
  })
})
