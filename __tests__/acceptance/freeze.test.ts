/** Scenario: a freeze is near. What is authorized before it cannot be deployed in it. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {printTime} from '../../sandbox/clock.ts'
import {Stage, repository} from './stage.ts'
import {expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** Published on the default branch by somebody who may. */
async function freezeIn(seconds: number): Promise<number> {
  const from = Math.floor(Date.now() / 1000) * 1000 + seconds * 1000
  const window = `{from: ${printTime(new Date(from))}, to: ${printTime(new Date(from + 3_600_000))}, reason: holidays}`
  const files = {
    '.github/countersign.yml': `version: 1\nenvironments:\n  production: {ttl: 24h, freeze: [${window}]}\n`,
  }
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', files})
  return from
}

test('five minutes before it a receipt ends with its beginning', async () => {
  const from = await freezeIn(300)
  await stage.authorize()
  const {expiresAt} = JSON.parse(stage.receiptText()) as {expiresAt: string}
  expect(expiresAt).toBe(printTime(new Date(from)))
})

test('twelve seconds before it nothing is minted', async () => {
  const other = await stage.propose('late')
  await freezeIn(12)
  const reply = await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
  expect(reply).toContain('holidays')
  expectRefused(await stage.gate({job: {trigger: {event: 'push', branch: 'late', sha: other.head}}}), 'receipt_missing')
  expect(stage.world.violations).toEqual([])
})
