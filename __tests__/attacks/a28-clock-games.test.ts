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

  const word = async (by = 'octocat'): Promise<string> => plain.say(`/authorize production ${plain.head}`, {by})

  test.each([
    ['two hours behind', -2 * hour],
    ['two hours ahead', 2 * hour],
  ])('%s allows nothing and says why, denies as ever, and is not well', async (_, ms) => {
    await restarted(ahead(ms))
    const {head, pullRequest} = await plain.propose(`clock-${ms}`)
    const reply = await plain.authorize({sha: head, pullRequest})
    expect(reply).toContain("The issuer's clock is 7")
    expectStopped(
      await plain.gate({job: {trigger: {event: 'push', branch: `clock-${ms}`, sha: head}}}),
      'receipt_missing',
    )
    expect(await plain.say('/deny production', {pullRequest})).toContain('Denied for `production`')
    const health = await fetch(`${plain.issuer.url}/healthz`)
    expect([health.status, await health.text()]).toEqual([503, expect.stringContaining('clock_wrong')])
  })

  test('of the year 2099 denies, and when it is right again what lived is revoked and what comes next is authorized', async () => {
    await restarted({})
    expect(await word()).toContain('Authorized for `production`')
    await restarted(ahead(73 * 365 * day))
    expect(await plain.say('/deny production')).toContain('These receipts no longer count')
    await restarted({})
    expectStopped(await plain.gate(), 'revoked')
    expect(await word()).toContain('Authorized for `production`')
    expectAllowed(await plain.gate(), plain.head)
    const times = (await checkedEntries(plain)).map(({time}) => time)
    expect(times).toEqual([...times].sort())
    expect(Date.parse(times.at(-1) ?? '')).toBeLessThan(Date.now() + 2 * minute)
  })

  test('forty seconds ahead allows, and right again denies at once', async () => {
    await restarted(ahead(40_000))
    expect(await word()).toContain('Authorized for `production`')
    await restarted({})
    expect(await plain.say('/deny production')).toContain('Denied for `production`')
    expectStopped(await plain.gate(), 'revoked')
    const times = (await checkedEntries(plain)).map(({time}) => time)
    expect(times).toEqual([...times].sort())
  })
})
