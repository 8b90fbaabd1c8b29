/** Scenario: everything that people say to the issuer and that is no authorization. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {letTimePass} from '../faults/statements.ts'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('help tells the forms and the environments', async () => {
  const reply = await stage.say('/countersign help')
  expect(reply).toContain('/authorize <environment> <full commit SHA>')
  expect(reply).toContain('`production`, `staging`')
})

test('status tells what is authorized, before and after', async () => {
  expect(await stage.say('/countersign status')).toContain('`production`: nothing is authorized now.')
  await stage.authorize({environment: 'staging'})
  const reply = await stage.say('/countersign status')
  expect(reply).toMatch(/`staging`:\n {2}- `[0-9a-f]{40}` \(pull request \d+\) by `octocat`, until/)
  expect(reply).toContain(stage.head)
})

test('near misses are answered with what is wrong with them', async () => {
  const {head} = stage
  const misses: readonly (readonly [said: string, answer: string])[] = [
    [`/authorise production ${head}`, 'Did you mean /authorize'],
    [`/authorize production ${head.slice(0, 10)}`, 'abbreviated'],
    [`/authorize production ${head.toUpperCase()}`, 'capital letters'],
    [`/authorize ${head}`, 'The environment is missing'],
    [`/Authorize production ${head}`, 'small letters'],
    [` /authorize production ${head}`, 'a space before it'],
    [`/authorize production  ${head}`, 'a space too many'],
    [`Looks good.\n/authorize production ${head}`, 'on the first line'],
    [`/authorize production ${head}\n/authorize staging ${head}`, 'this one has a second'],
    [`/authorize prоduction ${head}`, 'not plain ASCII'],
    [`authorize production ${head}`, 'begins with a slash'],
    ['/deny Production', 'not a possible name'],
  ]
  for (const [said, answer] of misses) {
    const reply = await stage.say(said)
    expect([said, reply]).toEqual([said, expect.stringContaining('so nothing was done')])
    expect([said, reply.replaceAll(/\\(?=[^a-z])/g, '')]).toEqual([said, expect.stringContaining(answer)])
  }
})

test('an environment that the policy does not name is refused by name, with and without a commit', async () => {
  for (const said of ['/authorize qa', `/authorize qa ${stage.head}`]) {
    const reply = await stage.say(said)
    expect(reply).toContain('There is no environment `qa`')
    expect(reply).toContain('`production`, `staging`')
  }
})

test('ordinary comments, edits and conversations on issues are not answered', async () => {
  const {world} = stage
  const before = [...world.comments.values()].length
  const {number} = world.openIssue({repository, author: 'octocat'})
  const body = `/authorize production ${stage.head}`
  world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body: 'Nice: see docs/authorize.'})
  world.comment({repository, pullRequest: number, by: 'octocat', body})
  const {id} = world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body: 'Hm.'})
  world.editComment({id, body})
  await world.settled()
  await stage.say('/countersign status')
  expect([...world.comments.values()]).toHaveLength(before + 5)
})

test('who may not approve is told why, once a person, pull request and hour', async () => {
  const {world, head, pullRequest} = stage
  const reply = await stage.say(`/authorize production ${head}`, {by: 'monalisa'})
  expect(reply).toContain('**This comment does not count as an authorization**')
  expect(reply).toContain('monalisa has the permission read')
  const again = world.comment({repository, pullRequest, by: 'monalisa', body: `/authorize production ${head}`})
  await stage.say('/countersign status')
  const theirs = stage.replies().filter(({body}) => body.includes('does not count'))
  expect(theirs).toHaveLength(1)
  expect(world.comments.get(again.id)?.reactions.map(({content}) => content)).toEqual(['-1'])
  const other = await stage.propose('other')
  const there = await stage.say(`/authorize production ${other.head}`, {by: 'monalisa', pullRequest: other.pullRequest})
  expect(there).toContain('does not count')
})

test('an hour later they are told again', async () => {
  const {issuer, head} = stage
  await issuer.stop()
  await letTimePass(stage, 3_600_000)
  await issuer.restart()
  expect(await stage.say(`/authorize production ${head}`, {by: 'monalisa'})).toContain('does not count')
})

test('nothing of this stands in the ledger but the one authorization', async () => {
  expect((await checkedEntries(stage)).map(({event}) => event)).toEqual(['ledger.created', 'receipt.issued'])
  expect(stage.world.violations).toEqual([])
})
