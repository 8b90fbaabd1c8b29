/** Scenario: one byte of a receipt is changed, wherever it stands, and the signature does not fit any more. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {changed, postCheckRun} from './receipts.ts'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let receipt: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  receipt = stage.receiptText()
})
afterAll(() => stage.close())

/** The tampered receipt alone: the good one on GitHub and at the issuer would otherwise be found. */
const alone = {'github-token': '', 'issuer-url': undefined}

test('a receipt with one byte changed is refused as not fitting its signature', async () => {
  const digit = (text: string): string => (text.endsWith('0') ? '1' : '0')
  const [signature = ''] = /ed25519:[0-9a-f]{128}/.exec(receipt) ?? []
  const [evidence = ''] = /"evidence": "sha256:[0-9a-f]{64}/.exec(receipt) ?? []
  const changes = [
    ['"maintain"', '"maintaim"'],
    [`"sha": "${stage.head}"`, `"sha": "${stage.head.slice(0, -1)}${digit(stage.head)}"`],
    [signature, signature.slice(0, -1) + digit(signature)],
    [evidence, evidence.slice(0, -1) + digit(evidence)],
    ['"flags": []', '"flags":[ ]'],
  ] as const
  for (const [before, after] of changes) {
    const step = await stage.gate({with: {...alone, receipt: changed(receipt, [before, after])}})
    if (before === '"flags": []') expectAllowed(step, stage.head)
    else expect(expectRefused(step, 'signature_invalid')).toContain('something in it was changed')
  }
})

test('a receipt made to say that another commit was authorized is refused, not compared', async () => {
  const other = await stage.propose('other')
  const trigger = {event: 'push', branch: 'other'} as const
  const step = await stage.gate({job: {trigger}, with: {...alone, receipt: receipt.replace(stage.head, other.head)}})
  expectRefused(step, 'signature_invalid')
  expect(step.summary).toMatch(/\| signature \| .*failed \|/)
})

test('a tampered copy in a check run of the workflow does not hide the true receipt', async () => {
  postCheckRun(stage, receipt.replace('"maintain"', '"maintaim"'))
  expectAllowed(await stage.gate(), stage.head)
  expect(stage.world.violations).toEqual([])
})
