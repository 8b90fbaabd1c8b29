/** Scenario: staging and production are authorized each for itself. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize({environment: 'staging'})
})
afterAll(() => stage.close())

const staging = {environment: 'staging'}

test('what is authorized for staging goes to staging', async () => {
  expectAllowed(await stage.gate({with: staging}), stage.head)
})

test('it does not go to production', async () => {
  expectRefused(await stage.gate(), 'receipt_missing')
  const receipt = stage.receiptText(staging)
  const words = expectRefused(await stage.gate({with: {receipt}}), 'environment_mismatch')
  expect(words).toContain('authorizes the environment staging, and this job deploys to production')
})

test('a name is compared exactly: another case or a space is another name', async () => {
  for (const environment of ['Staging', 'staging ', 'STAGING', 'stаging']) {
    expectRefused(await stage.gate({with: {environment}}), 'input_invalid')
  }
})

test('once authorized for both, each job finds its own receipt', async () => {
  await stage.authorize()
  const [there, here] = [await stage.gate({with: staging}), await stage.gate()]
  expectAllowed(there, stage.head)
  expectAllowed(here, stage.head)
  expect(there.outputs['receipt-id']).not.toBe(here.outputs['receipt-id'])
  expect(stage.world.violations).toEqual([])
})
