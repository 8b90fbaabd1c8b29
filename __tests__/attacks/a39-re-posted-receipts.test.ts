/** A39: a receipt that was taken back is posted again: in a check run, by the input, with the issuer gone, after a renewal. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Stage} from '../acceptance/stage.ts'
import {carryReceipt, demand, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

/** Authorized, and taken back. */
async function revoked(): Promise<string> {
  await stage.authorize()
  const receipt = stage.receiptText()
  await stage.say('/revoke production')
  return receipt
}

const idOf = (receipt: string): string => (JSON.parse(receipt) as {id: string}).id

test('with and without the issuer, it is refused wherever it is put', async () => {
  const receipt = await revoked()
  carryReceipt(stage, {text: receipt})
  for (const more of [{}, {'issuer-url': undefined}]) {
    expectStopped(await stage.gate({with: more}), 'revoked')
    expectStopped(await stage.gate({with: {...more, receipt}}), 'revoked')
  }
  await stage.issuer.stop()
  expectStopped(await stage.gate({with: {receipt}}), 'revoked')
})

test('GitHub out of reach, the issuer’s word is enough', async () => {
  const receipt = await revoked()
  expectStopped(await stage.gate({with: {receipt, 'github-token': ''}}), 'revoked')
  expectStopped(await stage.gate({with: {receipt}, env: {GITHUB_API_URL: 'http://127.0.0.1:9'}}), 'revoked')
})

test('after a renewal the old one is refused still, and what goes out goes out under the new one', async () => {
  const first = await revoked()
  const second = await revoked()
  await stage.authorize()
  const third = stage.receiptText()
  // The newest check run hides the ones before it, and carries what they said.
  await stage.issuer.stop()
  for (const receipt of [first, second]) {
    carryReceipt(stage, {text: receipt})
    for (const more of [{}, {'issuer-url': undefined}]) {
      const step = await stage.gate({with: {...more, receipt}})
      expectAllowed(step, stage.head)
      expect(step.outputs['receipt-id']).toBe(idOf(third))
    }
  }
  await stage.issuer.restart()
  await stage.say('/revoke production')
  await stage.issuer.stop()
  for (const receipt of [first, second, third]) {
    carryReceipt(stage, {text: receipt})
    expectStopped(await stage.gate({with: {receipt}}), 'revoked')
  }
})

test('with GitHub and the issuer both out of reach nobody knows, so it is refused; flagged fresh, GitHub is not enough', async () => {
  await demand(stage, 'fresh: true')
  const fresh = await revoked()
  const alone = {env: {GITHUB_API_URL: 'http://127.0.0.1:9'}}
  await stage.issuer.stop()
  expectStopped(await stage.gate({...alone, with: {receipt: fresh}}), 'source_unreachable')
  await stage.issuer.restart()
  await stage.authorize()
  await stage.issuer.stop()
  expectStopped(await stage.gate(), 'source_unreachable')
  await stage.issuer.restart()
  await demand(stage, 'fresh: false')
  const plain = await revoked()
  await stage.issuer.stop()
  const step = await stage.gate({...alone, with: {receipt: plain}})
  expectStopped(step, 'source_unreachable')
  expect(step.summary).toContain('was revoked is not known')
  // Only who names neither of them was not asking.
  const airGapped = await stage.gate({with: {receipt: plain, 'github-token': '', 'issuer-url': undefined}})
  expectAllowed(airGapped, stage.head)
  expect(airGapped.summary).toContain('Revocation not checked')
})

test('a revocation of the attacker’s making takes nothing back, and does not stand in for the real one', async () => {
  await stage.authorize()
  const real = stage.receiptText()
  const forged = JSON.stringify({
    type: 'countersign.revocation/v1',
    id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4v',
    receipt: idOf(real),
    signature: `ed25519:${'0'.repeat(128)}`,
  })
  carryReceipt(stage, {text: forged})
  expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
})

test('one environment’s revocation is not another’s', async () => {
  await stage.authorize({environment: 'staging'})
  await revoked()
  expectStopped(await stage.gate(), 'revoked')
  expectAllowed(await stage.gate({with: {environment: 'staging'}}), stage.head)
  expect(stage.world.violations).toEqual([])
})
