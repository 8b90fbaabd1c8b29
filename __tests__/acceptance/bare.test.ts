/** Scenario: the bare form is answered with the line to copy, and mints nothing. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'
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
  const files = {'second.txt': 'second\n'}
  const head = await stage.world.push({repository, branch: 'second', pusher: 'hubot', parents: [stage.head], files})
  const opened = await stage.world.openPullRequest({repository, head: 'second', author: 'hubot'})
  const other = {head, pullRequest: opened.number}
  const reply = await stage.say('/authorize production', {pullRequest: other.pullRequest})
  expect(copied(reply)).toBe(`/authorize production ${other.head}`)
  expect(reply).toContain(`since \`${stage.head}\``)
  expect(stage.world.violations).toEqual([])
})

test('what names a commit in any other way is answered with that line, even where the head may be taken unnamed', async () => {
  const lenient = await Stage.open({
    files: {'.github/countersign.yml': 'version: 1\nenvironments:\n  production: {binding: [commit, head]}\n'},
  })
  const {world, head} = lenient
  const other = 'ab12'.repeat(10)
  for (const words of [
    `https://github.com/octo-org/api-service/commit/${other}`,
    `commit ${other}`,
    `\`${other}\``,
    `${other}.`,
    head.slice(0, 7),
  ]) {
    const reply = await lenient.say(`/authorize production ${words}`)
    expect([words, copied(reply)]).toEqual([words, `/authorize production ${head}`])
  }
  expect(copied(await lenient.say(`/authorise production ${head}`))).toBe(`/authorize production ${head}`)
  expect(world.checkRuns).toEqual([])
  // Nothing that forbids is asked for in such a way.
  expect(copied(await lenient.say('/Deny production'))).not.toMatch(/^\/authorize production [0-9a-f]{40}$/)
  expect(await lenient.say('/authorize production looks good')).toContain('Authorized')
  expect(await lenient.say('/authorize production once more')).toContain('nothing new')
  expect(world.violations).toEqual([])
  await lenient.close()
})
