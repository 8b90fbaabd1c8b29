/** A54: what others authorized only together with its removal is named alone, or built upon. The base is what is contained. */
import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals'
import {Rides} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'
import {expectNoReceipt} from './judge.ts'

let rides: Rides
beforeAll(async () => {
  rides = await Rides.begin()
})
afterAll(() => rides.close())

/** The commit that adds something, of a rebase merge whose next commit takes it away; monalisa authorized the latter. */
let added: string
let number: number
let main: string
beforeEach(async () => {
  main = await rides.settle()
  const commits = [{files: {'backdoor.txt': 'open\n'}}, {files: {'backdoor.txt': null, 'kept.txt': main}}]
  ;({number} = await rides.open({opener: 'octocat', commits}))
  const removed = await rides.merge(number, {by: 'octocat', method: 'rebase'})
  expect(await rides.authorize(removed, 'monalisa')).toContain('Authorized for production')
  added = rides.parentOf(removed)
})

test('it cannot be named where it was merged: it does not contain the merge commit', async () => {
  expect(await rides.authorize(added)).toContain('is not the merge commit')
  await expectNoReceipt(rides.stage, {sha: added})
})

test('as the head of a colleague’s pull request it is counted from what lies beneath it', async () => {
  const branch = rides.branchName()
  await rides.world.push({repository, branch, pusher: 'hubot', parents: [added], files: {'small.txt': main}})
  rides.spokenOn = (await rides.world.openPullRequest({repository, head: branch, author: 'hubot'})).number
  await rides.expectOneMore(rides.tipOf(branch), `#${number} by octocat: one more person`)
  const reply = await rides.authorize(rides.tipOf(branch))
  expect(reply).toContain(`since ${main}`)
})
