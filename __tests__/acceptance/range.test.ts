/** Scenario: what goes out is judged, not one pull request; and nobody is stuck in it. */
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import {Rides} from './rides.ts'
import {repository} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

let rides: Rides
/** The newest commit of main that was authorized. */
let base: string
beforeAll(async () => {
  rides = await Rides.begin()
})
afterAll(() => rides.close())
beforeEach(async () => {
  base = await rides.settle()
})

const job = (sha: string) => ({job: {trigger: {event: 'push', branch: 'main', sha}}}) as const

describe('"Update branch"', () => {
  test('of a clean merge is nobody’s hand, on the head and on the merge commit', async () => {
    const {number} = await rides.open()
    await rides.ride()
    const head = await rides.world.updateBranch({repository, pullRequest: number, by: 'octocat'})
    rides.spokenOn = number
    expect(await rides.authorize(head)).toContain('Authorized for production')
    const merged = await rides.merge(number, {by: 'octocat'})
    expect(await rides.authorize(merged)).toContain('Authorized for production')
    expect(rides.receiptOf(merged)).toEqual({logins: ['octocat'], flags: [], since: head})
  })

  test('of an old commit of the base, or of one that undoes it, is a hand', async () => {
    const {branch, head, number} = await rides.open()
    const older = rides.tipOf('main')
    await rides.ride()
    const author = {name: 'octocat', email: 'octocat@users.noreply.github.com'}
    const update = {repository, branch, pusher: 'octocat', signedByGitHub: true, parents: [head], author, files: {}}
    const undone = await rides.world.push({...update, mergeParents: [rides.tipOf('main')]})
    rides.spokenOn = number
    await rides.expectOneMore(undone, 'octocat')
    const old = await rides.world.push({...update, mergeParents: [older], force: true})
    await rides.expectOneMore(old, 'octocat')
  })
})

test('what is pushed on top of a merge, by a release bot say, is authorized on the pull request below it', async () => {
  await rides.ride()
  const files = {'CHANGELOG.md': 'New\n'}
  const sha = await rides.world.push({repository, branch: 'main', pusher: 'hubot', files, message: 'chore(release)'})
  const reply = await rides.authorize(sha)
  expect(reply).toContain('Authorized for production')
  expect(reply).toContain(`since ${base}`)
  expectAllowed(await rides.stage.gate(job(sha)), sha)
})

test('two people who both pushed to one squashed branch say so both', async () => {
  const {branch, number} = await rides.open({opener: 'octocat'})
  await rides.world.push({repository, branch, pusher: 'monalisa', files: {[`${branch}-2`]: 'x\n'}})
  const sha = await rides.merge(number, {method: 'squash'})
  await rides.expectOneMore(sha, `#${number} by octocat: one more person`)
  expect(await rides.authorize(sha, 'monalisa')).toContain('Authorized for production')
  expect(rides.receiptOf(sha)).toEqual({logins: ['octocat', 'monalisa'], flags: ['escalated'], since: base})
})

test('words for one commit are collected wherever they are said', async () => {
  const first = await rides.open({opener: 'octocat'})
  await rides.merge(first.number, {by: 'octocat'})
  const sha = await rides.ride()
  const second = rides.spokenOn
  rides.spokenOn = first.number
  await rides.expectOneMore(sha, `#${first.number} by octocat: one more person`)
  rides.spokenOn = second
  expect(await rides.authorize(sha, 'hubot')).toContain('Authorized for production')
  expect(rides.receiptOf(sha).logins).toEqual(['octocat', 'hubot'])
})

test('a word on an open pull request ends when its head moves, though another one has the same head', async () => {
  const {branch, head, number} = await rides.open({opener: 'octocat'})
  await rides.expectOneMore(head, `#${number} by octocat`)
  await rides.world.push({repository, branch, pusher: 'hubot', files: {'moved.txt': 'x\n'}})
  const other = rides.branchName()
  await rides.world.push({repository, branch: other, pusher: 'hubot', sha: head})
  rides.spokenOn = (await rides.world.openPullRequest({repository, head: other, author: 'hubot'})).number
  expect(await rides.authorize(head, 'hubot')).toContain('1 more person is needed')
})

test('a rollback to something authorized says how much is taken back', async () => {
  const number = rides.spokenOn
  await rides.authorize(await rides.ride())
  rides.spokenOn = number
  const reply = await rides.authorize(base)
  expect(reply).toContain('Authorized for production')
  expect(reply).toContain('2 commits of the newest taken back')
  expect(rides.receiptOf(base).since).toBe(base)
})

test('a merge by rebase counts who opened and who wrote, not who pressed the button', async () => {
  const commits = [{files: {'one.txt': base}}, {files: {'two.txt': base}}]
  const {number} = await rides.open({commits})
  const sha = await rides.merge(number, {by: 'octocat', method: 'rebase'})
  expect(await rides.authorize(sha)).toContain('Authorized for production')
  expect(rides.receiptOf(sha)).toEqual({logins: ['octocat'], flags: [], since: base})
})
