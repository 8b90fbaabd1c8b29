/** Scenario: the issuer is down, and what it authorized still goes out: GitHub, a file or a line carries the receipt. */
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let receipt: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  receipt = stage.receiptText()
  await stage.issuer.stop()
})
afterAll(() => stage.close())

const offline = {'github-token': '', 'issuer-url': undefined}

test("GitHub's check run is enough: it shows every revocation, and one warning says that the issuer was not there", async () => {
  const allowed = await stage.gate()
  expectAllowed(allowed, stage.head)
  expect(allowed.annotations.map(({level, message}) => `${level}: ${message}`)).toEqual([
    'warning: The issuer gave no valid status of the receipt: it could not be reached (ECONNREFUSED).',
  ])
  expect(allowed.summary).toContain('GitHub shows no revocation')
})

test('a file is enough, without GitHub and without the network, and the summary says what nobody was asked', async () => {
  const before = (workspace: string): Promise<void> => writeFile(join(workspace, '..', 'receipt.json'), receipt)
  const asked = stage.world.requests.length
  const allowed = await stage.gate({with: {...offline, receipt: '../receipt.json'}, before})
  expectAllowed(allowed, stage.head)
  expect(allowed.summary).toContain('Revocation not checked')
  expect(stage.world.requests.slice(asked)).toEqual([])
})

test('so is the receipt itself, on one line or on many', async () => {
  expectAllowed(await stage.gate({with: {...offline, receipt}}), stage.head)
  const line = JSON.stringify(JSON.parse(receipt))
  expectAllowed(await stage.gate({with: {...offline, receipt: line}}), stage.head)
})

test('where only the issuer is asked, its silence is said, and nothing passes', async () => {
  const words = expectRefused(await stage.gate({with: {'github-token': ''}}), 'source_unreachable')
  expect(words).toContain(`the issuer ${stage.issuer.url}: it could not be reached (ECONNREFUSED)`)
})

test('a commit that nobody authorized is stopped, with a word on who did not answer', async () => {
  const other = await stage.propose('other')
  const trigger = {event: 'push', branch: 'other'} as const
  const words = expectRefused(await stage.gate({job: {trigger}}), 'receipt_missing')
  expect(words).toContain(other.head)
  expect(words).toContain('ECONNREFUSED')
  expect(stage.world.violations).toEqual([])
})
