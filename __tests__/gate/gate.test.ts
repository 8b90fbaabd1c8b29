/** The gate's story: which source is asked when, which refusal is reported, and that nothing but a receipt allows. */
import {describe, expect, test} from '@jest/globals'
import type {Refusal, RefusalCode} from '#protocol'
import {checkOf, rankOfCheck} from '../../src/gate/checks.ts'
import type {GateOutcome} from '../../src/gate/ports.ts'
import {runGate} from '../../src/gate.ts'
import {aReceipt, makeKey} from '../protocol/builders.ts'
import {aSource, anAsk, someTools} from '../action/asks.ts'

const key = makeKey()
const good = aReceipt({}, key).text
const ask = anAsk(key.pin)
const none = aSource('GitHub', {candidates: []})
const down = aSource('the issuer', {candidates: [], problem: 'it answered 500'})

const codeOf = ({decision}: GateOutcome): RefusalCode | 'allow' =>
  decision.kind === 'allow' ? 'allow' : decision.refusal.code

const refusalOf = ({decision}: GateOutcome): Refusal | undefined =>
  decision.kind === 'deny' ? decision.refusal : undefined

describe('the search', () => {
  test('ends at the first source whose receipt this job accepts', async () => {
    const first = aSource('first', {candidates: [good]})
    const second = aSource('second', {candidates: [good]})
    expect(codeOf(await runGate(ask, someTools([first, second])))).toBe('allow')
    expect([first.asked(), second.asked()]).toEqual([1, 0])
  })

  test('goes on behind a good receipt for something else', async () => {
    const other = aReceipt({scope: {environment: 'staging'}}, key).text
    const sources = [aSource('file', {candidates: [other]}), aSource('GitHub', {candidates: [other, good]})]
    expect(codeOf(await runGate(ask, someTools(sources)))).toBe('allow')
  })

  test('goes on behind a file that is no receipt, and behind a source that is down', async () => {
    const refusal: Refusal = {code: 'receipt_too_large', problem: '20971520 bytes of at most 16384'}
    const sources = [aSource('file', {candidates: [], refusal}), down, aSource('last', {candidates: [good]})]
    const outcome = await runGate(ask, someTools(sources))
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.answers.map(({answer}) => answer.problem)).toEqual([undefined, 'it answered 500', undefined])
  })

  test('reports the refusal that got furthest, whatever the order', async () => {
    const stranger = aReceipt().text
    const expired = aReceipt({issuedAt: '2026-04-02T10:00:00Z', expiresAt: '2026-04-02T11:00:00Z'}, key).text
    const otherCommit = aReceipt({scope: {sha: '0'.repeat(40)}}, key).text
    for (const candidates of [
      ['{', stranger, expired, otherCommit],
      [otherCommit, expired, stranger, '{'],
    ]) {
      expect(codeOf(await runGate(ask, someTools([aSource('GitHub', {candidates})])))).toBe('commit_mismatch')
    }
  })

  test('reports the check that got furthest, not the one that its code usually stands for', async () => {
    const once = aReceipt({flags: ['once']}, key).text
    const otherCommit = aReceipt({scope: {sha: '0'.repeat(40)}}, key).text
    for (const candidates of [
      [once, otherCommit],
      [otherCommit, once],
    ]) {
      const outcome = await runGate(ask, someTools([aSource('GitHub', {candidates})]))
      expect(refusalOf(outcome)).toMatchObject({
        code: 'input_invalid',
        problems: [expect.stringContaining('the receipt serves one run')],
      })
      expect(outcome.examined?.refusedAt).toBe('single use')
    }
  })

  test('reports a refused receipt even where another source answered none and a third is down', async () => {
    const sources = [aSource('file', {candidates: ['{']}), none, down]
    expect(codeOf(await runGate(ask, someTools(sources)))).toBe('receipt_malformed')
  })

  test('says receipt_missing as soon as one source answered that there is none', async () => {
    const outcome = await runGate(ask, someTools([down, none]))
    expect(refusalOf(outcome)).toMatchObject({
      code: 'receipt_missing',
      asked: {environment: 'production', pullRequest: 42},
      sources: ['the issuer: it answered 500', 'GitHub'],
    })
  })

  test('says source_unreachable when no source answered', async () => {
    const outcome = await runGate(ask, someTools([down]))
    expect(refusalOf(outcome)).toEqual({code: 'source_unreachable', problems: ['the issuer: it answered 500']})
  })
})

describe('the decision', () => {
  test('uses the limits of the job', async () => {
    const limits = {minApprovals: 2, requireProof: 'comment', refuseFlags: []} as const
    const tools = someTools([aSource('GitHub', {candidates: [good]})])
    expect(codeOf(await runGate(anAsk(key.pin, {limits}), tools))).toBe('too_few_approvals')
    expect(codeOf(await runGate(anAsk(key.pin, {maxTtl: 1000}), tools))).toBe('lifetime_too_long')
  })

  test('compares the issuer only where the job names one', async () => {
    const tools = someTools([aSource('GitHub', {candidates: [good]})])
    const other = 'https://other.example' as NonNullable<typeof ask.issuer>
    expect(codeOf(await runGate(anAsk(key.pin, {issuer: other}), tools))).toBe('issuer_mismatch')
  })

  test('refuses when the clock gives no time', async () => {
    const tools = someTools([aSource('GitHub', {candidates: [good]})])
    const clock = {...tools.clock, now: () => NaN}
    expect(codeOf(await runGate(ask, {...tools, clock}))).toBe('not_yet_valid')
  })

  test('refuses a checkout that differs, and lets one that is not there yet pass', async () => {
    const sources = [aSource('GitHub', {candidates: [good]})]
    const differs = {kind: 'differs', problem: 'its HEAD is another', fix: 'Check it out.'} as const
    expect(refusalOf(await runGate(ask, someTools(sources, differs)))).toEqual({
      code: 'checkout_mismatch',
      problem: 'its HEAD is another',
      fix: 'Check it out.',
    })
    expect(codeOf(await runGate(ask, someTools(sources, {kind: 'empty', path: '/somewhere'})))).toBe('allow')
  })

  test('does not look at the checkout when it is told to ignore it, nor after a refusal', async () => {
    const differs = {kind: 'differs', problem: 'p', fix: 'f'} as const
    const allowed = await runGate(
      anAsk(key.pin, {checkout: 'ignore'}),
      someTools([aSource('x', {candidates: [good]})], differs),
    )
    expect(codeOf(allowed)).toBe('allow')
    expect((await runGate(ask, someTools([none], differs))).checkout).toBeUndefined()
  })
})

test('the ranks follow the order of checks of the receipt format', () => {
  const order: readonly RefusalCode[] = [
    'receipt_missing',
    'receipt_malformed',
    'key_not_pinned',
    'key_revoked',
    'signature_invalid',
    'expired',
    'action_mismatch',
    'repository_mismatch',
    'commit_mismatch',
    'environment_mismatch',
    'issuer_mismatch',
    'too_few_approvals',
    'proof_too_weak',
    'flag_refused',
    'revoked',
    'checkout_mismatch',
    'already_used',
  ]
  const ranks = order.map((code) => rankOfCheck(checkOf(code)))
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
  expect(new Set(ranks).size).toBe(ranks.length)
})
