/** A53: one's own work rides out under somebody else's small pull request. The range is judged, by moves of branches. */
import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals'
import {Rides, forged} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'
import {expectAllowed, whileUnreachable} from './judge.ts'

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

const asHubot = {author: forged, committer: forged}

test('a pull request of one’s own that was merged without authorization', async () => {
  const {number} = await rides.open({opener: 'octocat'})
  await rides.merge(number, {by: 'octocat'})
  const sha = await rides.ride()
  await rides.expectOneMore(sha, `#${number} by octocat: one more person (octocat opened #${number}`)
  // The fewest whose words suffice: hers alone.
  expect(await rides.authorize(sha, 'monalisa')).toContain('Authorized for production')
  expect(rides.receiptOf(sha)).toEqual({logins: ['monalisa'], flags: [], since: base})
  expectAllowed(await rides.stage.gate({job: {trigger: {event: 'push', branch: 'main', sha}}}), sha)
})

test('a direct push', async () => {
  const files = {'direct.txt': base}
  await rides.world.push({repository, branch: 'main', pusher: 'octocat', files, ...asHubot})
  await rides.expectOneMore(await rides.ride(), 'octocat pushed to main')
})

test('a merge made by hand of a colleague’s head, with changes of one’s own', async () => {
  const {head} = await rides.open()
  const merge = {parents: [rides.tipOf('main')], mergeParents: [head], files: {'smuggled.txt': base}}
  const sha = await rides.world.push({repository, branch: 'main', pusher: 'octocat', ...merge, ...asHubot})
  await rides.expectOneMore(sha, 'octocat pushed to main')
})

test('a pull request of more commits than GitHub lists of one', async () => {
  const commits = Array.from({length: 251}, (_, i) => ({files: {[`many-${i}.txt`]: base}, ...asHubot}))
  const {number} = await rides.open({opener: 'octocat', commits})
  await rides.merge(number, {by: 'octocat'})
  await rides.expectOneMore(await rides.ride(), `#${number} by octocat`)
})

test('an inner pull request with forged authors, in a branch that somebody else brings to main', async () => {
  const files = {'develop.txt': base}
  const outset = {parents: [rides.tipOf('main')], force: true, files}
  await rides.world.push({repository, branch: 'develop', pusher: 'hubot', ...outset})
  const inner = await rides.open({opener: 'octocat', base: 'develop', ...asHubot})
  await rides.merge(inner.number)
  const outer = await rides.world.openPullRequest({repository, head: 'develop', author: 'hubot'})
  await rides.expectOneMore(await rides.merge(outer.number), `octocat opened #${inner.number}`)
})

test('a workflow pushes the branch and opens the pull request: whoever can push may have had it do so', async () => {
  const bot = 'github-actions[bot]'
  const {head} = await rides.open({opener: bot, ...asHubot})
  await rides.expectOneMore(head, 'a workflow moved a branch')
})

test('a colleague opens the pull request, from a branch at a commit that one pushed first', async () => {
  const own = rides.branchName()
  const sha = await rides.world.push({repository, branch: own, pusher: 'octocat', files: {own}, ...asHubot})
  await rides.open({sha})
  await rides.expectOneMore(sha, 'octocat pushed it to')
})

test('a colleague pushes on top of such a commit', async () => {
  const own = rides.branchName()
  const sha = await rides.world.push({repository, branch: own, pusher: 'octocat', files: {own}, ...asHubot})
  const {head} = await rides.open({parents: [sha]})
  await rides.expectOneMore(head, 'octocat pushed it to')
})

test('whoever begins a branch at a commit of main that others pushed has no hand in it', async () => {
  const sha = await rides.ride()
  const {number} = await rides.open()
  await rides.world.push({repository, branch: rides.branchName(), pusher: 'octocat', sha})
  const merged = await rides.merge(number)
  expect(await rides.authorize(merged)).toContain('Authorized for production')
})

test('nobody tells who moved main over a merged pull request: anybody may have', async () => {
  const {number} = await rides.open()
  let sha = ''
  await whileUnreachable(rides.stage, async () => {
    sha = await rides.merge(number)
  })
  rides.world.dropActivity({repository, branch: 'main'})
  await rides.expectOneMore(sha, 'GitHub does not tell who moved the base branch over')
})
