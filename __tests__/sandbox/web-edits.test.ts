/** What people do on GitHub's web pages: their name, GitHub's signature, and a push like any other. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Json, repo, startTown, text, type Town} from './builders.ts'

let town: Town
let ask: {readonly repository: string; readonly pullRequest: number; readonly by: string}

beforeEach(async () => {
  town = await startTown()
  ask = {repository: repo, pullRequest: town.number, by: 'octocat'}
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const list = async (path: string): Promise<readonly Json[]> => (await get(path)) as unknown as readonly Json[]
const pushMain = (files: Readonly<Record<string, string>>) =>
  town.world.push({repository: repo, branch: 'main', pusher: 'octocat', files})
const contentOf = async (path: string): Promise<string> =>
  Buffer.from(text((await get(`/contents/${path}?ref=feature`))['content']), 'base64').toString()

/** Whoever pressed is the author and the pusher, and GitHub commits and signs. */
async function expectOnWeb(sha: string, message: string): Promise<void> {
  expect(await get(`/commits/${sha}`)).toMatchObject({
    author: {login: 'octocat'},
    committer: {login: 'web-flow'},
    commit: {message, verification: {verified: true, reason: 'valid'}},
  })
  const moved = {activity_type: 'push', before: town.sha, after: sha, actor: {login: 'octocat'}}
  expect((await list('/activity?ref=feature'))[0]).toMatchObject(moved)
  expect(await get(`/pulls/${town.number}`)).toMatchObject({head: {sha}})
}

test('a branch is updated by a merge of the base, where that is clean', async () => {
  await expect(town.world.updateBranch(ask)).rejects.toThrow('has all of main')
  const main = await pushMain({'c.txt': 'c\n'})
  const sha = await town.world.updateBranch(ask)
  await expectOnWeb(sha, "Merge branch 'main' into feature")
  expect((await get(`/commits/${sha}`))['parents']).toMatchObject([{sha: town.sha}, {sha: main}])
  expect([await contentOf('a.txt'), await contentOf('c.txt')]).toEqual(['one\ntwo\n', 'c\n'])
})

test('conflicts are resolved by whatever somebody writes into the files, and all of them', async () => {
  await expect(town.world.resolveConflicts({...ask, files: {}})).rejects.toThrow('has all of main')
  const main = await pushMain({'a.txt': 'other\n', 'c.txt': 'c\n'})
  await expect(town.world.updateBranch(ask)).rejects.toThrow('conflicts with main')
  await expect(town.world.resolveConflicts({...ask, files: {'c.txt': ''}})).rejects.toThrow('left in a.txt')
  const sha = await town.world.resolveConflicts({...ask, files: {'a.txt': 'neither\n'}})
  await expectOnWeb(sha, "Merge branch 'main' into feature")
  expect((await get(`/commits/${sha}`))['parents']).toMatchObject([{sha: town.sha}, {sha: main}])
  expect([await contentOf('a.txt'), await contentOf('c.txt')]).toEqual(['neither\n', 'c\n'])
})

test('there is nothing to resolve where nothing conflicts', async () => {
  await pushMain({'c.txt': 'c\n'})
  await expect(town.world.resolveConflicts({...ask, files: {'c.txt': 'mine'}})).rejects.toThrow('does not conflict')
})

test('a suggestion is committed by one and names the other', async () => {
  const {id} = town.world.addUser({login: 'helpful'})
  const sha = await town.world.commitSuggestion({...ask, suggestedBy: 'helpful', files: {'a.txt': 'one\n2\n'}})
  const trailer = `Co-authored-by: helpful <${id}+helpful@users.noreply.github.com>`
  await expectOnWeb(sha, `Update a.txt\n\n${trailer}`)
  const batch = {files: {'a.txt': 'x', 'b.txt': 'y'}, suggestedBy: ['octocat', 'helpful', 'helpful']}
  const second = await town.world.commitSuggestion({...ask, ...batch})
  expect((await get(`/git/commits/${second}`))['message']).toBe(`Apply suggestions from code review\n\n${trailer}`)
  const own = await town.world.commitSuggestion({
    ...ask,
    suggestedBy: 'octocat',
    files: {'a.txt': 'z'},
    message: 'Mine',
  })
  expect((await get(`/git/commits/${own}`))['message']).toBe('Mine')
})

test('a file edited in the browser is a push like any other', async () => {
  const edit = {repository: repo, branch: 'feature', by: 'octocat', files: {'notes/a.md': 'Hello\n'}}
  await expectOnWeb(await town.world.editFile(edit), 'Update a.md')
  await expect(town.world.editFile({...edit, branch: 'nowhere'})).rejects.toThrow('no branch nowhere')
})

test('the branch of a fork is updated in the fork', async () => {
  await town.world.addRepository({name: 'monalisa/api', forkOf: repo})
  await town.world.push({repository: 'monalisa/api', branch: 'patch', pusher: 'monalisa', files: {x: 'y'}})
  const fork = {repository: repo, head: 'patch', headRepository: 'monalisa/api', author: 'monalisa'}
  const {number} = await town.world.openPullRequest(fork)
  await pushMain({'c.txt': 'c\n'})
  const sha = await town.world.updateBranch({...ask, pullRequest: number})
  expect(await get(`/pulls/${number}`)).toMatchObject({head: {sha, ref: 'patch'}})
  expect((await town.ask('/repos/monalisa/api/activity?ref=patch')).body).toMatchObject([
    {activity_type: 'push', after: sha, actor: {login: 'octocat'}},
    {activity_type: 'branch_creation'},
  ])
})
