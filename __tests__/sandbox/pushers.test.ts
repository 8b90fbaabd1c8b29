/** Pushes that are no person's, or no longer: whom the webhook and the activity name. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Json, type Listener, repo, startListener, startTown, text, type Town} from './builders.ts'

let town: Town
let listener: Listener

beforeEach(async () => {
  ;[town, listener] = await Promise.all([startTown(), startListener()])
  town.world.setHook({url: listener.url})
})

afterEach(async () => {
  await Promise.all([town.github.close(), listener.close()])
  expect(town.world.violations).toEqual([])
})

const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const list = async (path: string): Promise<readonly Json[]> => (await get(path)) as unknown as readonly Json[]
const push = (more: Partial<Parameters<Town['world']['push']>[0]> = {}) =>
  town.world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}, ...more})

async function heard(): Promise<readonly Json[]> {
  await town.world.settled()
  return listener.received.map(({body}) => JSON.parse(body.toString()) as Json)
}

/** Of the webhook and of the newest entry in the branch's activity. */
async function expectPusher(sha: string, account: {readonly login: string; readonly id?: number}): Promise<void> {
  const told = (await heard()).find(({after, ref}) => ref !== undefined && text(after) === sha)
  expect(told).toMatchObject({sender: account, pusher: {name: account.login}})
  expect((await list('/activity?ref=feature'))[0]).toMatchObject({after: sha, actor: account})
}

test('a workflow’s token hides the person behind it', async () => {
  const bot = {login: 'github-actions[bot]', id: 41_898_282, type: 'Bot'}
  const author = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
  const sha = await push({pusher: bot.login, author})
  await expectPusher(sha, bot)
  expect(await get(`/commits/${sha}`)).toMatchObject({author: {login: 'hubot'}, committer: bot})
  const synchronized = (await heard()).find(({action}) => text(action) === 'synchronize')
  expect(synchronized).toMatchObject({sender: bot, pull_request: {user: {login: 'hubot'}}})
})

test('a pull request that a workflow opens is the bot’s', async () => {
  const bot = {login: 'github-actions[bot]', id: 41_898_282, type: 'Bot'}
  await push({branch: 'bump', pusher: bot.login})
  const {number} = await town.world.openPullRequest({repository: repo, head: 'bump', author: bot.login})
  expect(await get(`/pulls/${number}`)).toMatchObject({user: bot, author_association: 'NONE'})
  expect((await heard()).at(-1)).toMatchObject({action: 'opened', sender: bot, pull_request: {user: bot}})
})

test('an App’s push is its bot’s', async () => {
  const {bot} = town.world.addApp({slug: 'renovate', owner: 'octo-org', permissions: {contents: 'write'}})
  await expectPusher(await push({pusher: bot.login, signedByGitHub: true}), bot)
})

test('a deploy key’s push is announced as whoever added the key, and says nothing of who holds it', async () => {
  const sha = await push({pusher: 'monalisa', deployKeyOf: 'octocat'})
  await expectPusher(sha, {login: 'octocat'})
  expect(await get(`/commits/${sha}`)).toMatchObject({author: {login: 'monalisa'}})
})

test('of an account that is no more the activity names nobody, and the webhook stays as it came', async () => {
  const {id, token} = town.world.addUser({login: 'leaver'})
  town.world.setPermission({repository: repo, login: 'leaver', role: 'write'})
  const sha = await push({pusher: 'leaver'})
  await expectPusher(sha, {login: 'leaver', id})
  const {number} = await town.world.openPullRequest({repository: repo, head: 'feature', author: 'leaver'})
  await town.world.mergePullRequest({repository: repo, pullRequest: number, by: 'leaver'})
  await town.world.settled()
  town.world.deleteUser({login: 'leaver'})
  expect((await list('/activity?ref=feature'))[0]).toMatchObject({after: sha, actor: null})
  expect(await list('/activity?actor=leaver')).toEqual([])
  const ghost = {login: 'ghost', id: 10_137}
  expect(await get(`/pulls/${number}`)).toMatchObject({user: ghost, merged_by: null})
  expect(await get(`/commits/${sha}`)).toMatchObject({author: null, committer: null})
  expect((await town.ask(`/repos/${repo}`, {token})).status).toBe(401)
  // The login is free, and whoever takes it did nothing of all that.
  town.world.addUser({login: 'leaver'})
  expect((await list('/activity?ref=feature'))[0]).toMatchObject({after: sha, actor: null})
  expect((await heard()).filter(({sender}) => sender?.['id'] === (id as unknown))).toHaveLength(5)
})

test('an account that owns a repository does not go', async () => {
  town.world.addUser({login: 'owner'})
  await town.world.addRepository({name: 'owner/thing'})
  expect(() => town.world.deleteUser({login: 'owner'})).toThrow('owns repositories')
})
