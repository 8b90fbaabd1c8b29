/** Scenario: a receipt is taken back, and no way of handing it over again lets the job go on. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {postCheckRun} from './receipts.ts'
import {Stage, until} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let receipt: string
beforeEach(async () => {
  stage = await Stage.open()
  await stage.authorize()
  receipt = stage.receiptText()
  expectAllowed(await stage.gate(), stage.head)
})
afterEach(() => stage.close())

/** Resolves when the revocation stands on GitHub. */
async function takeBack(body: string): Promise<void> {
  await stage.say(body)
  await until(() => stage.world.checkRuns.find(({conclusion}) => conclusion === 'failure'), 'the revocation')
}

test('after a /revoke, with and without the issuer', async () => {
  await takeBack('/revoke production')
  const words = expectRefused(await stage.gate(), 'revoked')
  expect(words).toContain('was revoked by octocat')
  expectRefused(await stage.gate({with: {receipt}}), 'revoked')
  expectRefused(await stage.gate({with: {'issuer-url': undefined}}), 'revoked')
  expectRefused(await stage.gate({with: {'issuer-url': undefined, receipt}}), 'revoked')
})

test('after a /deny, which says who denied it', async () => {
  await takeBack('/deny production not before the audit')
  expect(expectRefused(await stage.gate({with: {'issuer-url': undefined}}), 'denied')).toContain('denied by octocat')
})

test('in a check run of the attacker, and while the issuer is gone', async () => {
  await takeBack('/revoke production')
  postCheckRun(stage, receipt)
  expectRefused(await stage.gate({with: {'issuer-url': undefined}}), 'revoked')
  await stage.issuer.close()
  expectRefused(await stage.gate({with: {receipt}}), 'revoked')
})

test('and authorized anew, it goes out again', async () => {
  await takeBack('/revoke production')
  await stage.authorize()
  expectAllowed(await stage.gate(), stage.head)
  expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
  expect(stage.world.violations).toEqual([])
})
