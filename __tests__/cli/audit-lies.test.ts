/** Each way in which an answer to `countersign audit` can lie: refused with its code, and nothing of it printed as a fact. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {digestOf, printMicrosTime} from '#protocol'
import {reseal} from '../../scripts/vectors/ledger.ts'
import {type Json, commit, makeKey} from '../protocol/builders.ts'
import {entryAfter, proveInclusion, sign} from '../protocol/ledger-builders.ts'
import {aToken, makeTokenKey} from '../protocol/token-builders.ts'
import {type TestIssuer, at, auditWords, changed, deployed, keys, openIssuer, pin} from './audit-issuer.ts'
import {countersign, useBuiltCommand} from './command.ts'

useBuiltCommand()

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await openIssuer()
})
afterEach(() => issuer.close())

/** The code that the changed answer is refused with; of what is refused nothing may be printed. */
async function codeOf(change: (honest: Json) => Json, given = keys): Promise<string | undefined> {
  issuer.answer = change
  const {code, out, err} = await countersign([...auditWords(issuer), ...given])
  expect(code).toBe(1)
  expect(out).not.toMatch(/uthorised|Deployed|octocat/)
  expect(out + err).not.toContain(commit)
  return /refused \((\w+)\)/.exec(err)?.[1]
}

const firstOf = (answer: Json): Json => (answer['records'] as readonly Json[])[0] ?? {}

describe('a receipt', () => {
  test.each([
    [
      'of another repository of the same issuer',
      {scope: {repository: 'octo-org/website', repositoryId: 7}},
      'repository_mismatch',
    ],
    ['of a repository that had the name before', {scope: {repositoryId: 7}}, 'repository_mismatch'],
    ['for another environment', {scope: {environment: 'staging'}}, 'environment_mismatch'],
    ['for another action', {action: 'delete'}, 'action_mismatch'],
    ['of another issuer', {issuer: 'https://other.example'}, 'issuer_mismatch'],
    ['signed with a key that is not pinned', {by: makeKey()}, 'key_not_pinned'],
    ['that lives longer than a day', {expiresAt: '2026-04-04T00:00:00Z'}, 'lifetime_too_long'],
    ['issued after the moment', {issuedAt: '2026-04-02T14:36:00Z'}, 'audit_other_question'],
  ])('%s is refused', async (...[, issuing, code]) => {
    issuer.issue(issuing)
    expect(await codeOf((honest) => honest)).toBe(code)
  })

  test('of another repository is refused beside one of the right one', async () => {
    issuer.issue({scope: {repository: 'octo-org/website', repositoryId: 7}})
    issuer.issue()
    const {code, out, err} = await countersign([...auditWords(issuer), ...keys])
    expect([code, err]).toEqual([1, expect.stringContaining('Record 2 of 2: refused (repository_mismatch)')])
    expect(out).not.toContain('website')
  })

  test('that was changed is refused', async () => {
    const {receipt} = issuer.issue()
    expect(await codeOf((honest) => changed(honest, {receipt: {...receipt, authorizedBy: 'hubot'}}))).toBe(
      'receipt_malformed',
    )
    const scope = {...(receipt['scope'] as Json), sha: 'a'.repeat(40)}
    expect(await codeOf((honest) => changed(honest, {receipt: {...receipt, scope}}))).toBe('signature_invalid')
  })

  test('that is none is refused', async () => {
    issuer.issue()
    expect(await codeOf((honest) => changed(honest, {receipt: null}))).toBe('receipt_malformed')
  })

  test('that stands there twice is refused, and nothing is called deployed or authorized', async () => {
    issuer.issue()
    issuer.answer = (honest) => ({...honest, records: [firstOf(honest), firstOf(honest)]})
    const {code, out, err} = await countersign([...auditWords(issuer), ...keys])
    expect([code, err]).toEqual([1, expect.stringContaining('refused (audit_contradiction)')])
    expect(out).not.toMatch(/^(Authorized|Deployed)/m)
  })
})

describe('a token', () => {
  const swapped = (claims: Json): Promise<string | undefined> => {
    issuer.issue({claims})
    return codeOf((honest) => honest)
  }
  test.each([
    ['of another receipt', {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4z'}],
    ['of another decision', {jti: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4z'}],
    ['on other evidence', {evidence: digestOf('other')}],
  ])('%s is refused', async (_, claims) => {
    expect(await swapped(claims)).toBe('audit_token_mismatch')
  })

  test('of another scope is refused', async () => {
    const intent = {domain: 'd', category: 'c', action: 'deploy:production', summary: 's'}
    const scope = {repository: 'octo-org/api-service', repositoryId: 1296269, environment: 'production'}
    const other = {...scope, sha: 'a'.repeat(40), tree: 'b'.repeat(40), pullRequest: 42}
    expect(await swapped({intent: {...intent, scope: other}})).toBe('audit_token_mismatch')
  })

  test('of another issuer is refused', async () => {
    expect(await swapped({iss: 'https://other.example'})).toBe('token_issuer_mismatch')
  })

  test('that another key signed is refused', async () => {
    issuer.issue()
    expect(await codeOf((honest) => changed(honest, {token: aToken(makeTokenKey())}))).toBe('token_key_unknown')
  })

  test('for this very receipt that is not the one of the ledger is refused', async () => {
    const {receipt} = issuer.issue()
    const token = issuer.token(receipt, {risk: {score: 0, factors: []}})
    expect(await codeOf((honest) => changed(honest, {token}))).toBe('audit_entry_mismatch')
  })
})

describe('an entry', () => {
  test.each([
    ['with', keys],
    ['without', ['--pin', pin.pin, '--at', at]],
  ])('that was changed is refused %s a ledger key', async (_, given) => {
    const {entry} = issuer.issue()
    const time = '2026-04-02T14:30:00.000001Z'
    expect(await codeOf((honest) => changed(honest, {entry: {...entry, time}}), given)).toBe('entry_hash_mismatch')
  })

  test('that is masked is refused: it would show nothing', async () => {
    const {seq, hash} = issuer.issue().entry
    expect(await codeOf((honest) => changed(honest, {entry: {seq, hash}}))).toBe('entry_malformed')
  })

  test('of another receipt is refused', async () => {
    const {entry} = issuer.issue()
    const other = reseal({...entry, subject: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4z'})
    expect(await codeOf((honest) => changed(honest, {entry: other}))).toBe('audit_entry_mismatch')
  })

  test.each(['receipt', 'token', 'decision', 'evidence'])('with another %s in its digests is refused', async (name) => {
    const {entry} = issuer.issue()
    const other = name === 'decision' ? 'dec_01jdaa3x7k9m2n4p6q8r0s2t4z' : digestOf('other')
    const forged = reseal({...entry, digests: {...entry.digests, [name]: other}})
    expect(await codeOf((honest) => changed(honest, {entry: forged}))).toBe('audit_entry_mismatch')
  })

  test('of something else is refused', async () => {
    issuer.issue()
    const other = issuer.append({event: 'key.rotated', subject: issuer.entries[0]?.ledger ?? '', digests: {}})
    expect(await codeOf((honest) => changed(honest, {entry: other}))).toBe('audit_entry_mismatch')
  })

  test('that was written days after its receipt says shows a receipt that was dated back', async () => {
    const {entry} = issuer.issue()
    const late = reseal({...entry, time: printMicrosTime(Date.parse('2026-04-05T10:00:00Z') * 1000)})
    expect(await codeOf((honest) => changed(honest, {entry: late}))).toBe('audit_contradiction')
  })
})

describe('the ledger', () => {
  test('with a proof for another place is refused', async () => {
    issuer.issue()
    issuer.append({event: 'key.rotated', subject: issuer.entries[0]?.ledger ?? '', digests: {}})
    const proof = proveInclusion(issuer.entries, {seq: 2, size: 3})
    const inclusion = {seq: 1, size: 3, hash: 'a'.repeat(64), proof: [...proof, 'a'.repeat(64)]}
    expect(await codeOf((honest) => changed(honest, {inclusion}))).toBe('inclusion_mismatch')
  })

  test('whose checkpoint another key signed is refused', async () => {
    issuer.issue()
    const forged = sign(issuer.entries, makeKey())
    expect(await codeOf((honest) => ({...honest, checkpoint: forged}))).toBe('checkpoint_unsigned')
  })

  test('of another history under the right key is refused', async () => {
    issuer.issue()
    const other = sign([entryAfter(undefined), entryAfter(entryAfter(undefined))])
    expect(await codeOf((honest) => ({...honest, checkpoint: other}))).toBe('inclusion_mismatch')
  })

  test.each([
    ['no checkpoint', (honest: Json) => ({...honest, checkpoint: null})],
    ['no proof', (honest: Json) => changed(honest, {inclusion: null})],
  ])('with %s is refused where its key was given', async (_, change) => {
    issuer.issue()
    expect(await codeOf(change)).toBe('audit_not_covered')
  })
})

describe('a revocation', () => {
  test.each([
    ['of another receipt', {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4z'}],
    ['of another repository', {repositoryId: 7}],
  ])('%s is refused', async (_, overrides) => {
    const {receipt} = issuer.issue()
    const revocation = issuer.revocation(receipt, at, overrides)
    expect(await codeOf((honest) => changed(honest, {state: 'revoked', revocation}))).toBe('revocation_mismatch')
  })

  test('that another key signed is refused', async () => {
    const {receipt} = issuer.issue()
    const revocation = issuer.revocation(receipt, at, {by: makeKey()})
    expect(await codeOf((honest) => changed(honest, {state: 'revoked', revocation}))).toBe('revocation_key_not_pinned')
  })

  test.each(['active', 'expired', 'redeemed'])(
    'that holds, beside a state that says %s, is a contradiction',
    async (state) => {
      const {receipt} = issuer.issue()
      const revocation = issuer.revocation(receipt, at)
      expect(await codeOf((honest) => changed(honest, {state, revocation}))).toBe('audit_contradiction')
    },
  )

  test('that is only claimed by the state is a contradiction', async () => {
    issuer.issue()
    expect(await codeOf((honest) => changed(honest, {state: 'revoked'}))).toBe('audit_contradiction')
  })
})

describe('the whole answer', () => {
  test.each([
    ['another repository', {repository: 'octo-org/website'}],
    ['another environment', {environment: 'staging'}],
    ['another moment', {at: '2026-04-02T14:36:00Z'}],
  ])('about %s is refused', async (_, overrides) => {
    issuer.issue()
    expect(await codeOf((honest) => ({...honest, ...overrides}))).toBe('audit_other_question')
  })

  test('that calls something running without any report is refused', async () => {
    const {receipt} = issuer.issue()
    issuer.answer = (honest) => ({...honest, running: receipt['id']})
    const {code, out, err} = await countersign([...auditWords(issuer), ...keys])
    expect([code, err]).toEqual([1, expect.stringContaining('refused (audit_contradiction)')])
    expect(out).not.toMatch(/deployed/i)
  })

  test('whose records do not stand newest first is refused', async () => {
    issuer.issue()
    issuer.issue({issuedAt: '2026-04-02T14:30:30Z'})
    issuer.answer = (honest) => ({...honest, records: (honest['records'] as readonly Json[]).toReversed()})
    const {code, err} = await countersign([...auditWords(issuer), ...keys])
    expect([code, err]).toEqual([1, expect.stringContaining('newest first')])
  })

  test('with a good and a bad record shows the good one, names the bad one by its place, and calls nothing deployed', async () => {
    issuer.issue({by: makeKey()})
    issuer.issue({more: {executions: [deployed('2026-04-02T14:33:00Z')]}})
    const {code, out, err} = await countersign([...auditWords(issuer), ...keys])
    expect(code).toBe(1)
    expect(out).toContain(`Authorized at that time: ${commit}`)
    expect(out).not.toContain('Deployed')
    expect(err).toContain('Record 2 of 2: refused (key_not_pinned)')
  })
})
