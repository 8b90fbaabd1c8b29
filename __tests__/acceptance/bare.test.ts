/** Scenario: the bare form is answered with the line to copy, and mints nothing. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const copied = (reply: string): string => /```\n(\/authorize [^\n]+)\n```/.exec(reply)?.[1] ?? ''

test('a bare command is answered with the exact line and what it would let out, and nothing is minted', async () => {
  const reply = await stage.say('/authorize production')
  expect(copied(reply)).toBe(`/authorize production ${stage.head}`)
  expect(reply).toContain('1 commit, 1 file (+1 −0)')
  expect(reply).not.toMatch(/^\//)
  expectRefused(await stage.gate(), 'receipt_missing')
  expect(await checkedEntries(stage)).toHaveLength(1)
})

test('the copied line authorizes', async () => {
  await stage.say(copied(await stage.say('/authorize production')))
  expectAllowed(await stage.gate(), stage.head)
})

test('afterwards the line says what goes out since the commit that was authorized', async () => {
  const other = await stage.propose('second')
  const reply = await stage.say('/authorize production', {pullRequest: other.pullRequest})
  expect(copied(reply)).toBe(`/authorize production ${other.head}`)
  expect(reply).toContain(`since \`${stage.head}\``)
  expect(stage.world.violations).toEqual([])
})
