/** Scenario: a receipt that is right in everything but signed by a stranger, whose key it carries. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {makeKey} from '../protocol/builders.ts'
import {postCheckRun, signedFor} from './receipts.ts'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const stranger = makeKey()

test("a stranger's receipt is refused from the input and from a check run, naming the key", async () => {
  const receipt = signedFor(stage, {}, stranger)
  expect(expectRefused(await stage.gate({with: {receipt}}), 'key_not_pinned')).toContain(stranger.pin)
  postCheckRun(stage, receipt)
  expect(expectRefused(await stage.gate(), 'key_not_pinned')).toContain(stranger.pin)
})

test("the issuer's key written over the stranger's does not help: the signature is not the issuer's", async () => {
  const receipt = signedFor(stage, {publicKey: stage.issuer.pin}, stranger)
  expectRefused(await stage.gate({with: {receipt}}), 'signature_invalid')
})

test('the same receipt passes where that key is pinned, alone or beside the issuer, so the key alone is at fault', async () => {
  const receipt = signedFor(stage, {}, stranger)
  expectAllowed(await stage.gate({with: {receipt, 'public-key': stranger.pin}}), stage.head)
  const both = `${stage.issuer.pin}\n${stranger.pin}`
  expectAllowed(await stage.gate({with: {receipt, 'public-key': both}}), stage.head)
  expect(stage.world.violations).toEqual([])
})
