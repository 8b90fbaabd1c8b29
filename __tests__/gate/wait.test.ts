/** Waiting for a receipt: tried every ten seconds, told once a minute, and over in time. The clock is the test's. */
import {describe, expect, test} from '@jest/globals'
import type {GateRequest, GateTools, JobIdentity, ReceiptSource} from '../../src/gate/ports.ts'
import {runGate} from '../../src/gate.ts'
import {aReceipt, makeKey, noon} from '../protocol/builders.ts'
import {anAsk, someTools} from '../action/asks.ts'

const key = makeKey()
const {text} = aReceipt({}, key)
const second = 1000

interface Waiting {
  /** When the receipt appears, in seconds from the begin; never when absent. */
  readonly appears?: number
  /** How long one look takes, in seconds. */
  readonly takes?: number
  readonly overrides?: Partial<GateRequest>
  readonly tools?: Partial<GateTools>
}

async function wait({appears = Infinity, takes = 0, overrides, tools}: Waiting) {
  let now = noon
  const looks: number[] = []
  const lines: string[] = []
  const source: ReceiptSource = {
    name: 'GitHub',
    find: () => {
      looks.push((now - noon) / second)
      now += takes * second
      return Promise.resolve({candidates: now - noon >= appears * second ? [text] : []})
    },
  }
  const pause = (ms: number): Promise<void> => {
    expect(ms).toBeGreaterThan(0)
    now += ms
    return Promise.resolve()
  }
  const outcome = await runGate(anAsk(key.pin, {wait: 120 * second, ...overrides}), {
    ...someTools([source]),
    clock: {now: () => now, pause},
    progress: (line) => lines.push(line),
    ...tools,
  })
  const {decision} = outcome
  return {code: decision.kind === 'allow' ? 'allow' : decision.refusal.code, looks, lines, took: (now - noon) / second}
}

test('a receipt that appears is taken at the next look', async () => {
  expect(await wait({appears: 35})).toMatchObject({code: 'allow', looks: [0, 10, 20, 30, 40]})
})

test('one that never appears is missed when the time is over, after a last look', async () => {
  const {code, looks, took} = await wait({overrides: {wait: 25 * second}})
  expect([code, looks, took]).toEqual(['receipt_missing', [0, 10, 20, 25], 25])
})

test('nobody who does not wait looks twice', async () => {
  expect(await wait({overrides: {wait: 0}})).toMatchObject({code: 'receipt_missing', looks: [0], lines: []})
})

test('one line a minute says what is waited for', async () => {
  const {lines} = await wait({})
  expect(lines).toHaveLength(2)
  expect(lines[0]).toBe('Waiting for a receipt (receipt_missing): 0 of at most 2 minutes.')
  expect(lines[1]).toBe('Waiting for a receipt (receipt_missing): 1 of at most 2 minutes.')
})

test('minutes are whole numbers', async () => {
  const {lines} = await wait({overrides: {wait: 90 * second}})
  expect(lines[0]).toBe('Waiting for a receipt (receipt_missing): 0 of at most 2 minutes.')
})

test('one token request that fails spoils one try, and the job goes on waiting', async () => {
  let asked = 0
  const identity: JobIdentity = {
    environment: () => {
      asked += 1
      return Promise.resolve(asked < 3 ? {kind: 'unknown', problem: 'it answered 500'} : {kind: 'unnamed'})
    },
    forgetOutage: () => undefined,
  }
  expect(await wait({appears: 0, tools: {identity}})).toMatchObject({
    code: 'allow',
    looks: [20],
    lines: ['Waiting for a receipt (source_unreachable): 0 of at most 2 minutes.'],
  })
})

test('slow looks follow each other after a second, and do not make it longer than one look', async () => {
  const {looks, took} = await wait({takes: 20, overrides: {wait: 50 * second}})
  expect(looks).toEqual([0, 21, 42])
  expect(took).toBe(62)
})

describe('ends at once', () => {
  test('where the checkout is another: no receipt changes that', async () => {
    const inspect = () => Promise.resolve({kind: 'differs', problem: 'p', fix: 'f'} as const)
    const checkout = {inspect, readTree: () => Promise.resolve(undefined)}
    expect(await wait({appears: 0, tools: {checkout}})).toMatchObject({code: 'checkout_mismatch', looks: [0]})
  })

  test("where the job's own environment is another", async () => {
    const identity: JobIdentity = {
      environment: () => Promise.resolve({kind: 'named', environment: 'staging'}),
      forgetOutage: () => undefined,
    }
    expect(await wait({appears: 0, tools: {identity}})).toMatchObject({
      code: 'environment_mismatch',
      looks: [],
      took: 0,
    })
  })

  test('where the clock gives no time', async () => {
    const clock = {now: () => NaN, pause: () => Promise.reject(new Error('never'))}
    expect(await wait({appears: 0, tools: {clock}})).toMatchObject({code: 'not_yet_valid', looks: [0]})
  })
})
