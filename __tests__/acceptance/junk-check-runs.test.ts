/** A hundred check runs of the receipt's name by other Apps, with junk in them, and the good one among them. */
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

const junk = (i: number): string =>
  ['', '{}', '{"type":"countersign.receipt/v1"}', '['.repeat(60_000), '```', '\u0000', 'x'.repeat(60_000)][i % 7] ?? ''

test('junk before and behind the good one does not hide it', async () => {
  for (let i = 0; i < 100; i++) {
    stage.world.addApp({slug: `ci-${i}`, owner: 'octo-org', permissions: {checks: 'write'}})
    if (i < 50) postCheckRun(stage, junk(i), `ci-${i}`)
  }
  const step = await stage.gate({with: {'issuer-url': undefined}})
  expect(expectRefused(step, 'receipt_missing')).toContain('50 there that hold no receipt')
  await stage.authorize()
  for (let i = 50; i < 100; i++) postCheckRun(stage, junk(i), `ci-${i}`)
  const allowed = await stage.gate({with: {'issuer-url': undefined}})
  expectAllowed(allowed, stage.head)
  expect(allowed.outputs['authorized-by']).toBe('octocat')
})

test('well-formed receipts of forty strangers do not hide it either, nor are they what the job is told of first', async () => {
  for (let i = 0; i < 40; i++) postCheckRun(stage, signedFor(stage, {}, makeKey()), `ci-${i}`)
  expectAllowed(await stage.gate({with: {'issuer-url': undefined}}), stage.head)
  expect(stage.world.violations).toEqual([])
})
