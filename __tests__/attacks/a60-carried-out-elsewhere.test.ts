/** A60: a denied commit is carried out by another pull request, or production is held with a denial for ever. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {Rides} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'
import {expectRefused} from '../acceptance/verdicts.ts'
import {expectAllowed} from './judge.ts'

let rides: Rides
beforeEach(async () => {
  rides = await Rides.begin()
})
afterEach(async () => {
  expect(rides.world.violations).toEqual([])
  await rides.close()
})

const say = async (body: string, by: string, pullRequest: number) =>
  (await rides.stage.say(body, {by, pullRequest})).replace(/[\\`*\u200b]/g, '')
const pushed = (sha: string, branch = 'main') => ({job: {trigger: {event: 'push', branch, sha}}}) as const
const denied = (number: number) => `monalisa denied #${number} at`

test('opened again on top of it from another branch, it is denied there, and the panel says so', async () => {
  const first = await rides.open()
  await say('/deny production', 'monalisa', first.number)
  const second = await rides.open({parents: [first.head]})
  await rides.stage.panel('`production`: \\*\\*denied\\*\\*: #.\\d+ by `monalisa`', second.number)
  expect(await rides.authorize(second.head)).toContain(denied(first.number))
  expectRefused(await rides.stage.gate(pushed(second.head, second.branch)), 'receipt_missing')
})

test('rewritten, what is left of it is denied: the commits are those of then', async () => {
  const first = await rides.open({commits: [{files: {'one.txt': '1\n'}}, {files: {'two.txt': '2\n'}}]})
  await say('/deny production', 'monalisa', first.number)
  const kept = rides.parentOf(first.head)
  await rides.world.push({
    repository,
    branch: first.branch,
    pusher: 'hubot',
    force: true,
    parents: [rides.tipOf('main')],
    files: {'other.txt': 'x\n'},
  })
  const second = await rides.open({parents: [kept]})
  expect(await rides.authorize(second.head)).toContain(denied(first.number))
})

test('merged, it is in the range of whatever comes after it', async () => {
  await rides.settle()
  const first = await rides.open()
  await say('/deny production', 'monalisa', first.number)
  await rides.merge(first.number, {by: 'octocat'})
  const sha = await rides.ride()
  expect(await rides.authorize(sha)).toContain(denied(first.number))
  const reply = await say(`/authorize production ${sha}`, 'monalisa', rides.spokenOn)
  expect(reply).toContain('Authorized for production')
})

test('a receipt of another pull request that holds its commit ends with it', async () => {
  const first = await rides.open()
  const second = await rides.open({parents: [first.head]})
  expect(await rides.authorize(second.head)).toContain('Authorized for production')
  const third = await rides.open()
  expect(await rides.authorize(third.head)).toContain('Authorized for production')
  const reply = await say('/deny production', 'monalisa', first.number)
  expect(reply).toContain(`for ${second.head} (#${second.number})`)
  expect(reply).not.toContain(third.head)
  expectRefused(await rides.stage.gate(pushed(second.head, second.branch)), 'denied')
  expectAllowed(await rides.stage.gate(pushed(third.head, third.branch)), third.head)
  await rides.stage.panel('`production`: \\*\\*denied\\*\\*', second.number)
  await rides.stage.panel('Denied here besides', (await rides.open()).number)
})

test('while the denier is away, one person more than otherwise goes on, an admin among them, and the denier is told', async () => {
  const {world, stage} = rides
  world.addUser({login: 'defunkt'})
  world.setPermission({repository, login: 'defunkt', role: 'admin'})
  world.setPermission({repository, login: 'octocat', role: 'write'})
  await rides.settle()
  const {number} = await rides.open()
  const merged = await rides.merge(number)
  await say('/deny production', 'monalisa', number)
  // Reverted: the revert carries the denied commit under it.
  const revert = await rides.ride()
  expect(revert).not.toBe(merged)
  const alone = await rides.authorize(revert, 'octocat')
  expect(alone).toContain('(1 of 2 have)')
  expectRefused(await stage.gate(pushed(revert)), 'receipt_missing')
  const reply = await rides.authorize(revert, 'defunkt')
  expect(reply).toContain('Authorized for production')
  expect(reply).toContain('@monalisa: this was denied by you')
  expect(rides.receiptOf(revert)).toMatchObject({logins: ['octocat', 'defunkt'], flags: ['escalated']})
  expectAllowed(await stage.gate({...pushed(revert), with: {'refuse-flags': 'emergency self'}}), revert)
})

test('two people of whom none is an admin, or of whom one had a hand in it, lift nothing', async () => {
  const {world} = rides
  for (const login of ['defunkt', 'mojombo']) {
    world.addUser({login})
    world.setPermission({repository, login, role: 'write'})
  }
  world.setPermission({repository, login: 'octocat', role: 'write'})
  world.setPermission({repository, login: 'hubot', role: 'admin'})
  const {number, head} = await rides.open()
  await say('/deny production', 'monalisa', number)
  for (const by of ['octocat', 'defunkt', 'hubot', 'mojombo']) {
    expect(await rides.authorize(head, by)).toContain(denied(number))
  }
  expectRefused(await rides.stage.gate(pushed(head, 'change-1')), 'receipt_missing')
})
