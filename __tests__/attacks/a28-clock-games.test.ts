/** A28: clock games: a runner or an issuer whose clock is wrong, gone or jumps, and receipts with times that are none. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type RefusalCode, printSecondsTime} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage} from '../acceptance/stage.ts'
import {type Json, makeKey} from '../protocol/builders.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** For a process's environment: what its clock says, where `now()` is the true time. */
const clock = (says: string): {readonly NODE_OPTIONS: string} => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => ${says}`)}`,
})
const ahead = (ms: number): {readonly NODE_OPTIONS: string} => clock(`now() + ${ms}`)

describe('a runner', () => {
  const receiptOf = (): {readonly with: {readonly receipt: string; readonly 'github-token': string}} => ({
    with: {receipt: stage.receiptText(), 'github-token': ''},
  })
  beforeAll(async () => {
    await stage.authorize()
  })

  test.each<readonly [string, number, RefusalCode | 'allowed']>([
    ['half a minute behind', -minute / 2, 'allowed'],
    ['ten minutes behind', -10 * minute, 'not_yet_valid'],
    ['a day behind', -day, 'not_yet_valid'],
    ['before time', -3 * Date.now(), 'not_yet_valid'],
    ['four minutes ahead', 4 * minute, 'allowed'],
    // By its clock the issuer's word is too old to count, and nobody else was asked whether it was revoked.
    ['fifty minutes ahead', 50 * minute, 'source_unreachable'],
    ['an hour ahead', hour, 'expired'],
    ['at the end of time', 8e15, 'expired'],
  ])('whose clock is %s', async (_, ms, code) => {
    const step = await stage.gate({...receiptOf(), env: ahead(ms)})
    if (code === 'allowed') expectAllowed(step, stage.head)
    else expectStopped(step, code)
  })

  test('whose clock is fifty minutes ahead goes by what GitHub shows, and a signed no counts by any clock', async () => {
    const {head, pullRequest} = await stage.propose('ahead')
    await stage.authorize({sha: head, pullRequest})
    const receipt = stage.receiptText({sha: head})
    const job = {trigger: {event: 'push', branch: 'ahead', sha: head}} as const
    expectAllowed(await stage.gate({job, env: ahead(50 * minute)}), head)
    await stage.say('/revoke production', {pullRequest})
    const alone = {receipt, 'github-token': ''}
    expectStopped(await stage.gate({job, with: alone, env: ahead(50 * minute)}), 'revoked')
  })

  test.each(['NaN', 'Infinity', 'undefined', '8.64e15 + 1', '{}'])(
    'whose clock says %s lets nothing out',
    async (says) => {
      const step = await stage.gate({...receiptOf(), env: clock(says)})
      expect(step.exitCode).toBe(1)
      expect(step.outputs['authorized'] ?? 'false').toBe('false')
      expect(step.outputs['sha'] ?? '').toBe('')
    },
  )

  test('whose clock jumps back while it waits, does not wait for ever', async () => {
    const jumping = clock('now() - 1000 * ((globalThis.looks = (globalThis.looks ?? 0) + 1) > 8 ? 0 : 7200)')
    const ask = {with: {environment: 'staging', wait: '1s'}, env: jumping}
    expectStopped(await stage.gate(ask), 'receipt_missing')
  })
})

describe('a receipt of a pinned key', () => {
  const key = makeKey()
  const gate = (times: Json): Promise<StepResult> =>
    stage.gate({
      with: {receipt: signedFor(stage, times, key), 'public-key': key.pin, 'github-token': '', 'issuer-url': undefined},
    })
  const at = (ms: number): string => printSecondsTime(Date.now() + ms)

  test.each<readonly [string, () => Json, RefusalCode]>([
    ['issued tomorrow', () => ({issuedAt: at(day), expiresAt: at(day + hour)}), 'not_yet_valid'],
    ['issued in two minutes', () => ({issuedAt: at(2 * minute), expiresAt: at(hour)}), 'not_yet_valid'],
    [
      'of the year 9999',
      () => ({issuedAt: '9999-12-31T22:00:00Z', expiresAt: '9999-12-31T23:00:00Z'}),
      'not_yet_valid',
    ],
    ['that lives for ever', () => ({issuedAt: at(-minute), expiresAt: '9999-12-31T23:59:59Z'}), 'lifetime_too_long'],
    ['that lives a minute too long', () => ({issuedAt: at(0), expiresAt: at(day + minute)}), 'lifetime_too_long'],
    ['that is over before it begins', () => ({issuedAt: at(0), expiresAt: at(-hour)}), 'receipt_malformed'],
    ['of a leap day that was none', () => ({expiresAt: '2027-02-29T00:00:00Z'}), 'receipt_malformed'],
    ['of a leap second', () => ({expiresAt: '2026-12-31T23:59:60Z'}), 'receipt_malformed'],
    ['of the hour 24', () => ({expiresAt: '2026-12-31T24:00:00Z'}), 'receipt_malformed'],
    ['of a year with six digits', () => ({expiresAt: '+275760-09-13T00:00:00Z'}), 'receipt_malformed'],
    ['with an offset', () => ({expiresAt: at(hour).replace('Z', '+00:00')}), 'receipt_malformed'],
    ['with milliseconds', () => ({expiresAt: at(hour).replace('Z', '.999Z')}), 'receipt_malformed'],
    ['without an end', () => ({expiresAt: null}), 'receipt_malformed'],
  ])('%s', async (_, times, code) => {
    expectStopped(await gate(times()), code)
  })

  test('of a life around now is let out: the times were all that was wrong', async () => {
    expectAllowed(await gate({issuedAt: at(-minute), expiresAt: at(hour)}), stage.head)
  })
})

/** With a plain token: GitHub does not even listen to an App whose clock is wrong. */
describe('an issuer', () => {
  let plain: Stage
  beforeAll(async () => {
    plain = await Stage.open({plainToken: true})
  })
  afterAll(() => plain.close())

  const restarted = async (env: Readonly<Record<string, string>>): Promise<void> => {
    await plain.issuer.stop()
    await plain.issuer.restart(env)
  }

  /** With a clock that far from the truth, a change is authorized and deployed. */
  async function deployUnder(ms: number, branch: string): Promise<[StepResult, string]> {
    await restarted(ahead(ms))
    const {head, pullRequest} = await plain.propose(branch)
    expect(await plain.authorize({sha: head, pullRequest})).toContain('Authorized for `production`')
    return [await plain.gate({job: {trigger: {event: 'push', branch, sha: head}}}), head]
  }

  test('two hours behind does not go back behind its ledger: what it signs begins where that ends', async () => {
    expectAllowed(...(await deployUnder(-2 * hour, 'behind')))
  })

  test('two hours ahead makes receipts that begin in two hours', async () => {
    const [step] = await deployUnder(2 * hour, 'ahead')
    expectStopped(step, 'not_yet_valid')
  })

  test('right again, it takes every yes and no; its ledger goes on forwards, and what follows begins there', async () => {
    await restarted({})
    expect(await plain.authorize()).toContain('Authorized for `production`')
    expectStopped(await plain.gate(), 'not_yet_valid')
    expect(await plain.say('/deny production')).toContain('Denied for `production`')
    const times = (await checkedEntries(plain)).map(({time}) => time)
    expect(times).toHaveLength(6)
    expect(times).toEqual([...times].sort())
  })
})
