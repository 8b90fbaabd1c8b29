/** `countersign audit`, spawned against a loopback issuer: what an honest one proves, in words, as JSON and as CSV. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {publicJwk} from '#protocol'
import {approvalBody, commit, makeKey} from '../protocol/builders.ts'
import {
  type TestIssuer,
  at,
  auditWords,
  deployed,
  ids,
  keys,
  ledgerKey,
  openIssuer,
  pin,
  publish,
  run,
  tokenKey,
} from './audit-issuer.ts'
import {type CommandRun, countersign, fileOf, useBuiltCommand} from './command.ts'

useBuiltCommand()

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await openIssuer()
})
afterEach(() => issuer.close())

const audit = (more: readonly string[] = [], given = keys): Promise<CommandRun> =>
  countersign([...auditWords(issuer), ...given, ...more])

describe('an honest answer', () => {
  test('says who authorized which commit until when, and where the ledger has it', async () => {
    issuer.issue()
    const {code, out, err} = await audit()
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`Authorized at that time: ${commit}, by octocat.`)
    expect(out).toMatch(/ledger {9}entry 1 of 2, 2026-04-02T14:31:01\.\d{6}Z, countersign\.example\//)
    expect(out).toContain('until          2026-04-02T15:30:00Z, from 2026-04-02T14:30:00Z')
    expect(out).toMatch(/decided {8}2026-04-02T14:30:00\.123456Z, 2 of 2 rules passed, risk 0\.25/)
    expect(out).not.toMatch(/deployed/i)
    expect(out).not.toContain('\u001b')
  })

  test('says "deployed" only where a job reported it, and that this is its own report', async () => {
    issuer.issue({more: {executions: [deployed('2026-04-02T14:33:00Z')]}})
    const {code, out} = await audit()
    expect(code).toBe(0)
    expect(out).toContain(
      `Deployed then: ${commit}, authorized by octocat. That it was deployed is the job's own report.`,
    )
    expect(out).toContain(
      `finished, success 2026-04-02T14:33:00Z by run 7, attempt 1, ${run.url}, environment attested`,
    )
  })

  test('a deployment that ended later was not running then', async () => {
    issuer.issue({more: {executions: [deployed('2026-04-02T14:36:00Z')]}})
    issuer.answer = (honest) => ({...honest, running: null})
    expect((await audit()).out).toContain('Authorized at that time')
  })

  test('names every approver and pull request of each record, newest first', async () => {
    issuer.issue({issuedAt: '2026-04-02T14:25:00Z', expiresAt: '2026-04-02T14:34:00Z', more: {state: 'expired'}})
    issuer.issue({approvals: [approvalBody(), approvalBody({id: 2, login: 'hubot'})], authorizedBy: 'hubot'})
    const {code, out} = await audit()
    expect(code).toBe(0)
    expect(out).toContain('by octocat, hubot.')
    expect(out.indexOf(ids[1] ?? '')).toBeLessThan(out.indexOf(ids[0] ?? ''))
    expect(out).toContain(`${ids[0] ?? ''}  expired`)
  })

  test('takes a receipt of an earlier name where another one shows that the id has the name now', async () => {
    issuer.issue({scope: {repository: 'octo-org/old-name'}})
    const alone = await audit()
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining('(repository_mismatch)')])
    issuer.issue()
    const {code, out} = await audit()
    expect([code, out]).toEqual([0, expect.stringContaining(`${commit} of octo-org/old-name`)])
  })

  test('says so when nothing was alive at that moment', async () => {
    issuer.issue({issuedAt: '2026-04-02T14:25:00Z', expiresAt: '2026-04-02T14:34:00Z', more: {state: 'expired'}})
    const {code, out} = await audit()
    expect([code, out]).toEqual([0, expect.stringContaining(`Nothing was authorized at ${at}`)])
  })

  test.each([
    ['before', '2026-04-02T14:32:00Z', 'revoked', 'Nothing was authorized', '(person)\n'],
    ['after', '2026-04-02T14:50:00Z', 'active', 'Authorized at that time', '(person), later\n'],
  ])('tells a revocation %s the moment', async (...[, time, state, answer, told]) => {
    const record = issuer.issue({more: {state}})
    const revocation = issuer.revocation(record.receipt, time)
    record.revocation = revocation
    const {code, out, err} = await audit()
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(answer)
    expect(out).toContain(`revoked        ${time} by monalisa ${told}`)
  })

  test('tells which run used a receipt for one run', async () => {
    issuer.issue({more: {state: 'redeemed', redemption: {run: {id: '7', attempt: 1}, at: '2026-04-02T14:32:00Z'}}})
    const {code, out} = await audit()
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('used           2026-04-02T14:32:00Z by run 7, attempt 1\n'),
    ])
  })

  test("shows GitHub's deployments without a receipt as the issuer's word", async () => {
    issuer.issue()
    const uncovered = [
      {deployment: 1, sha: 'a'.repeat(40), at: '2026-04-02T14:00:00Z', url: 'https://github.com/octo-org/api-service'},
    ]
    issuer.answer = (honest) => ({...honest, unauthorized: uncovered})
    const {out} = await audit()
    expect(out).toContain("GitHub's deployments without a receipt, as the issuer tells it:")
    expect(out).toContain('a'.repeat(40))
  })

  test('asks about now when no time is given', async () => {
    const before = Date.now()
    await audit([], [])
    const asked = new URL(issuer.requests[0]?.url ?? '', issuer.origin).searchParams.get('at') ?? ''
    expect(asked).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(asked)).toBeGreaterThan(before - 1001)
  })

  test('without a receipt is exit code 1: nothing found and nothing shown look the same', async () => {
    const {code, out, err} = await audit()
    expect([code, err]).toEqual([1, expect.stringContaining('The answer: refused (receipt_missing)')])
    expect(out).not.toContain('uthorised')
  })
})

describe('the keys', () => {
  test('that were given are said to be, and so are those of the issuer', async () => {
    issuer.issue()
    const {out} = await audit()
    expect(out).toContain(`receipt keys   given by you ${pin.pin}`)
    expect(out).toContain(`token keys     taken from the issuer itself ${tokenKey.kid}`)
    expect(out).toContain(`ledger key     given by you ${ledgerKey}`)
    expect(out).toContain('The token keys are those that the issuer shows now')
  })

  test('none given: the result says that it shows only that the issuer agrees with itself', async () => {
    issuer.issue()
    const {code, out} = await audit([], ['--at', at])
    expect(code).toBe(0)
    expect(out).toContain(`receipt keys   taken from the issuer itself ${pin.pin}`)
    expect(out).toContain('the signatures show only that the issuer agrees with itself')
    expect(out).toContain('No ledger key is given')
    expect(out).not.toContain('entry 1')
  })

  test('a moment may have an offset, and the issuer is asked about the same in UTC', async () => {
    issuer.issue()
    const {code, out} = await audit(['--json'], ['--at', '2026-04-02T16:35+02:00'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({valid: true, at})
  })

  test('that the issuer itself has revoked are no keys', async () => {
    issuer.issue()
    issuer.keySet = publish({status: 'revoked', revokedAt: '2026-04-02T14:34:00Z'})
    const {code, err} = await audit([], ['--at', at])
    expect([code, err]).toEqual([1, expect.stringContaining('refused (key_revoked)')])
  })

  test.each(['PEM', 'JWKS'])('of tokens may be a file (%s), and then the issuer is not asked', async (form) => {
    issuer.issue()
    issuer.jwks = '<html>'
    const jwk = publicJwk(tokenKey.publicKey)
    const pem = tokenKey.publicKey.export({type: 'spki', format: 'pem'})
    const file = fileOf(form === 'PEM' ? String(pem) : JSON.stringify({keys: [jwk]}))
    const {code, out} = await audit(['--token-key', file])
    expect([code, out]).toEqual([0, expect.stringContaining('token keys     given by you')])
    expect(await audit(['--token-key', 'jwks'])).toMatchObject({code: 3})
  })
})

describe('--json', () => {
  test('says what is proven, and apart from it what is told', async () => {
    issuer.issue({more: {executions: [deployed('2026-04-02T14:33:00Z')]}})
    const {code, out} = await audit(['--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      type: 'countersign.audit-verdict/v1',
      at,
      valid: true,
      deployed: ids[0],
      records: [{valid: true, state: 'active', place: {seq: 1, size: 2}, told: {executions: [{outcome: 'success'}]}}],
      keys: [
        {use: 'receipts', source: 'pinned'},
        {use: 'tokens', source: 'issuer'},
        {use: 'ledger', source: 'pinned'},
      ],
    })
  })

  test('of a refused record says its code and nothing of it', async () => {
    issuer.issue()
    const {code, out} = await audit(['--json'], ['--pin', makeKey().pin, '--at', at])
    expect(code).toBe(1)
    const verdict = JSON.parse(out) as {records: object[]}
    expect(verdict).toMatchObject({
      valid: false,
      deployed: null,
      authorized: null,
      records: [{valid: false, code: 'key_not_pinned'}],
    })
    expect(Object.keys(verdict.records[0] ?? {}).sort()).toEqual(['code', 'fix', 'reason', 'valid'])
  })
})
