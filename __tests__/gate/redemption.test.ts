/** Receipts that serve one run: recorded by the issuer for this run, after everything else has passed, or refused. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type RefusalCode, parsePinnedKeys} from '#protocol'
import {openIssuer} from '../../src/action/issuer/open-issuer.ts'
import type {CheckoutFinding, GateOutcome, GateRequest} from '../../src/gate/ports.ts'
import {runGate} from '../../src/gate.ts'
import {type Json, aReceipt, makeKey} from '../protocol/builders.ts'
import {aPlace, aSource, anAsk, someTools} from '../action/asks.ts'
import {type Answer, TestIssuer, keyEntry, refusal} from '../action/test-issuer.ts'

const key = makeKey()
const first = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const second = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'

let issuer: TestIssuer
let masked: string[]
beforeEach(async () => {
  issuer = await TestIssuer.start(key)
  masked = []
})
afterEach(() => issuer.close())

const receipt = (overrides: Json = {}): string => aReceipt({issuer: issuer.origin, ...overrides}, key).text

interface Given {
  readonly ask?: Partial<GateRequest>
  readonly candidates?: readonly string[]
  readonly checkout?: CheckoutFinding
  readonly env?: Readonly<Record<string, string>>
  readonly runId?: string
}

function run({ask: overrides, candidates = [receipt()], checkout, env = issuer.env, runId = '7'}: Given = {}) {
  const ask = anAsk(key.pin, {issuer: issuer.origin, redeem: true, ...overrides})
  const place = {issuer: issuer.origin, runId, env, mask: (secret: string) => void masked.push(secret)}
  const tools = someTools([aPlace('GitHub', {candidates})], checkout)
  const {tools: client, identity} = openIssuer(ask, place)
  return runGate(ask, {...tools, issuer: client, identity})
}

const codeOf = ({decision}: GateOutcome): RefusalCode | 'allow' =>
  decision.kind === 'allow' ? 'allow' : decision.refusal.code
const redemptions = (): readonly string[] => issuer.pathsAsked().filter((path) => path.startsWith('POST '))

describe('is recorded', () => {
  test('for this run, with a token of this job that nobody saw before', async () => {
    const outcome = await run()
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.examined?.redeemedAt).toBe('2026-04-02T14:59:00Z')
    expect(redemptions()).toEqual([`POST /v1/receipts/${first}/redemptions`])
    expect(issuer.asked.at(-1)).toMatchObject({caller: {run_id: '7', aud: issuer.origin}, body: ''})
  })

  test('again for the same run, and not for another', async () => {
    await run()
    expect(codeOf(await run())).toBe('allow')
    issuer.claims = {...issuer.claims, run_id: '8'}
    const outcome = await run({runId: '8'})
    expect(outcome.decision).toEqual({
      kind: 'deny',
      refusal: {
        code: 'already_used',
        receipt: first,
        run: 'https://github.example/runs/7',
        at: '2026-04-02T14:59:00Z',
      },
    })
  })

  test('for a receipt flagged once, whatever the input says; and not for another', async () => {
    expect(codeOf(await run({ask: {redeem: false}, candidates: [receipt({flags: ['once']})]}))).toBe('allow')
    expect(redemptions()).toHaveLength(1)
    expect(codeOf(await run({ask: {redeem: false}}))).toBe('allow')
    expect(redemptions()).toHaveLength(1)
  })

  test('of the next receipt when the first is used up', async () => {
    issuer.redeemed.set(first, '6')
    expect(codeOf(await run({candidates: [receipt(), receipt({id: second})]}))).toBe('allow')
    expect(issuer.redeemed.get(second)).toBe('7')
  })

  test('and every token of the job is masked', async () => {
    await run()
    expect(masked.length).toBeGreaterThan(1)
    expect(new Set(masked).size).toBe(masked.length)
  })
})

describe('uses nothing up', () => {
  test('where the checkout is another', async () => {
    const checkout = {kind: 'differs', problem: 'its HEAD is another', fix: 'Check it out.'} as const
    expect(codeOf(await run({checkout}))).toBe('checkout_mismatch')
    expect(redemptions()).toEqual([])
  })

  test('where the receipt needs a fresh status and there is none', async () => {
    issuer.instead = ({path}) => (path.endsWith('/status') ? refusal(503, 'internal_error') : undefined)
    expect(codeOf(await run({candidates: [receipt({flags: ['fresh', 'once']})]}))).toBe('source_unreachable')
    expect(redemptions()).toEqual([])
  })

  test('where the receipt is revoked', async () => {
    issuer.statuses.set(first, 'revoked')
    expect(codeOf(await run())).toBe('revoked')
    expect(redemptions()).toEqual([])
  })
})

describe('refuses', () => {
  test.each<readonly [string, Answer, RefusalCode]>([
    ['revoked meanwhile', refusal(409, 'revoked'), 'revoked'],
    ['over meanwhile', refusal(409, 'expired'), 'expired'],
    ['a 409 without a reason', refusal(409, 'because'), 'source_unreachable'],
    ['a caller that the issuer does not take', refusal(401, 'caller_unknown'), 'source_unreachable'],
    ['a 403 of somebody in between', {status: 403, body: '<html>'}, 'source_unreachable'],
    ['a job that may not say so', refusal(403, 'workflow_refused'), 'input_invalid'],
    ['an outage', refusal(500, 'internal_error'), 'source_unreachable'],
    ['a page', {status: 200, body: '<html>'}, 'source_unreachable'],
    ['a yes that nobody signed', {status: 200, body: {receipt: first, run: {id: '7'}, at: 'x'}}, 'source_unreachable'],
  ])('%s', async (_, answer, code) => {
    issuer.instead = ({method}) => (method === 'POST' ? answer : undefined)
    expect(codeOf(await run())).toBe(code)
  })

  const use = {id: '7', attempt: 1, at: '2026-04-02T14:59:00Z'}
  test.each<readonly [string, () => Json, RefusalCode | 'allow']>([
    ['that names this run', () => issuer.status(first, {status: 'redeemed', run: use}), 'allow'],
    ['of its second attempt', () => issuer.status(first, {status: 'redeemed', run: {...use, attempt: 2}}), 'allow'],
    ['of another run', () => issuer.status(first, {status: 'redeemed', run: {...use, id: '8'}}), 'already_used'],
    [
      'of a run by number',
      () => issuer.status(first, {status: 'redeemed', run: {...use, id: 7}}),
      'source_unreachable',
    ],
    ['that names none', () => issuer.status(first, {status: 'redeemed'}), 'source_unreachable'],
    ['that says active', () => issuer.status(first), 'source_unreachable'],
    ['that says active of a run', () => issuer.status(first, {run: use}), 'source_unreachable'],
    ['that says revoked', () => issuer.status(first, {status: 'revoked', run: use}), 'revoked'],
    ['that says unknown', () => issuer.status(first, {status: 'unknown'}), 'receipt_unknown'],
    ['of another receipt', () => issuer.status(second, {status: 'redeemed', run: use}), 'source_unreachable'],
    ['by another key', () => issuer.status(first, {status: 'redeemed', run: use}, makeKey()), 'source_unreachable'],
    [
      'of six minutes ago',
      () => issuer.status(first, {status: 'redeemed', run: use, at: '2026-04-02T14:54:00Z'}),
      'source_unreachable',
    ],
    [
      'whose run was changed',
      () => ({...issuer.status(first, {status: 'redeemed', run: {...use, id: '8'}}), run: use}),
      'source_unreachable',
    ],
  ])('a signed status %s', async (...[, body, code]) => {
    issuer.instead = ({method}) => (method === 'POST' ? {status: 200, body: body()} : undefined)
    expect(codeOf(await run())).toBe(code)
  })

  test('a status by a key that the key set takes away, since a thief could sign it', async () => {
    const other = makeKey()
    issuer.keys = [keyEntry(key), keyEntry(other, {status: 'revoked', revokedAt: '2026-04-02T14:00:00Z'})]
    issuer.instead = ({method}) =>
      method === 'POST' ? {status: 200, body: issuer.status(first, {status: 'redeemed', run: use}, other)} : undefined
    const pinned = parsePinnedKeys(`${key.pin}\n${other.pin}`)
    if (!pinned.ok) throw new Error(pinned.fault.join())
    expect(codeOf(await run({ask: {keys: pinned.value}}))).toBe('source_unreachable')
  })

  test('in the words of the issuer, where they are safe to show', async () => {
    const problemOf = async (message: string): Promise<string> => {
      const body = {error: {code: 'workflow_refused', message}}
      issuer.instead = ({method}) => (method === 'POST' ? {status: 403, body} : undefined)
      const {decision} = await run()
      return decision.kind === 'deny' && decision.refusal.code === 'input_invalid'
        ? decision.refusal.problems.join()
        : decision.kind
    }
    expect(await problemOf('only a workflow of main may say so')).toContain(
      'it answered 403 (workflow_refused: only a workflow of main may say so)',
    )
    expect(await problemOf('<img src=x>')).toMatch(/it answered 403 \(workflow_refused\)$/)
  })

  test('a job without the permission, naming it', async () => {
    const {decision} = await run({env: {}})
    expect(decision).toMatchObject({
      refusal: {code: 'input_invalid', problems: [expect.stringContaining('permissions: id-token: write')]},
    })
  })

  test('a job whose tokens cannot be had', async () => {
    const env = {...issuer.env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong'}
    expect(codeOf(await run({env}))).toBe('source_unreachable')
    expect(issuer.tokensAsked).toBe(1)
  })

  test('outside a workflow run', async () => {
    expect(codeOf(await run({runId: ''}))).toBe('already_used')
  })

  test('a receipt flagged once where no issuer is named', async () => {
    const ask = anAsk(key.pin)
    const sources = [aSource('GitHub', {candidates: [receipt({flags: ['once']})]})]
    const {decision} = await runGate(ask, someTools(sources))
    expect(decision).toMatchObject({
      refusal: {code: 'input_invalid', problems: [expect.stringContaining('issuer-url')]},
    })
  })
})

describe("the job's own environment", () => {
  test('that GitHub names in its token must be the input', async () => {
    issuer.claims = {...issuer.claims, environment: 'production'}
    expect(codeOf(await run())).toBe('allow')
    const asked = issuer.asked.length
    for (const environment of ['staging', 'Production', '', 7]) {
      issuer.claims = {...issuer.claims, environment}
      expect(codeOf(await run())).toBe('environment_mismatch')
    }
    expect(issuer.asked).toHaveLength(asked)
  })

  test('is unnamed in jobs without one, or without the permission, and the outcome says which', async () => {
    expect(await run()).toMatchObject({decision: {kind: 'allow'}, jobEnvironment: 'unnamed'})
    const nameless = await run({env: {}, ask: {redeem: false}})
    expect(nameless).toMatchObject({decision: {kind: 'allow'}, jobEnvironment: 'no token'})
  })

  test('that the token service does not tell is not known, and that refuses before anything is asked', async () => {
    const env = {...issuer.env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'wrong'}
    const {decision} = await run({env, ask: {redeem: false}})
    expect(decision).toMatchObject({
      refusal: {code: 'source_unreachable', problems: [expect.stringContaining('which environment GitHub gives')]},
    })
    expect(issuer.asked).toEqual([])
  })
})
