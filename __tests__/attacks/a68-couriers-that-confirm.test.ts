/** A68: a courier confirms that a run uses a receipt. Only a status counts that a pinned key signed and that names this run. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {type Env, type GateRun, inputs, pushJob, runBuiltGate} from '../action/built.ts'
import {type Answer, TestIssuer} from '../action/test-issuer.ts'
import {type Json, aReceipt, lifeAround, makeKey} from '../protocol/builders.ts'

const key = makeKey()
const id = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'

let courier: TestIssuer
beforeEach(async () => {
  courier = await TestIssuer.start(key)
  courier.now = Date.now
  courier.receipts = [aReceipt({issuer: courier.origin, ...lifeAround(Date.now()), flags: ['once']}, key).receipt]
})
afterEach(() => courier.close())

/** The courier knows every id, and its own answer stands in the place of the redemption's. */
const confirm = (answer: (path: string) => Answer): void => {
  courier.instead = ({method, path}) => (method === 'POST' ? answer(path) : undefined)
}

function gate(runId: string): Promise<GateRun> {
  courier.claims = {...courier.claims, run_id: runId}
  const given: Env = {'issuer-url': courier.origin, checkout: 'ignore', report: 'false'}
  return runBuiltGate({...pushJob(), ...courier.env, ...inputs(key.pin, given), GITHUB_RUN_ID: runId})
}

const codeOf = ({outputs, code}: GateRun): unknown => [code, outputs.get('reason-code')]
const used = (runId: string, more: Json = {}): Json => {
  const at = new Date(Date.now()).toISOString().replace(/\.\d+/, '')
  return {status: 'redeemed', run: {id: runId, attempt: 1, at}, ...more}
}

test('who has no key says yes to every run, and none is let out', async () => {
  for (const runId of ['77', '78']) {
    confirm(() => ({status: 200, body: {receipt: id, run: {id: runId, attempt: 1}, at: '2026-04-02T14:59:00Z'}}))
    expect(codeOf(await gate(runId))).toEqual([1, 'source_unreachable'])
    confirm(() => ({status: 200, body: courier.status(id, used(runId), makeKey())}))
    expect(codeOf(await gate(runId))).toEqual([1, 'source_unreachable'])
  }
})

test('a true answer to one run, kept and shown to another, says who used it; the same run is told again', async () => {
  const kept = courier.status(id, used('77'))
  confirm(() => ({status: 200, body: kept}))
  expect(codeOf(await gate('77'))).toEqual([0, ''])
  const other = await gate('78')
  expect(codeOf(other)).toEqual([1, 'already_used'])
  expect(other.log).toContain('was already used by run 77')
  expect(codeOf(await gate('77'))).toEqual([0, ''])
})

test('the status that was asked for first, which says redeemed, is no answer to the redemption of another run', async () => {
  confirm(() => ({status: 200, body: courier.status(id, used('76'))}))
  expect(codeOf(await gate('77'))).toEqual([1, 'already_used'])
  confirm(() => ({status: 200, body: courier.status(id)}))
  expect(codeOf(await gate('77'))).toEqual([1, 'source_unreachable'])
  confirm(() => ({status: 200, body: {...courier.status(id, used('76')), run: used('77')['run']}}))
  expect(codeOf(await gate('77'))).toEqual([1, 'source_unreachable'])
})

test('a receipt with a signature that holds, which the issuer never made: its signed word refuses, a 404 is none', async () => {
  courier.statuses.set(id, 'unknown')
  expect(codeOf(await gate('77'))).toEqual([1, 'receipt_unknown'])
  courier.instead = ({path}) => (path.endsWith('/status') ? {status: 404, body: {}} : undefined)
  expect(codeOf(await gate('77'))).toEqual([1, 'source_unreachable'])
})
