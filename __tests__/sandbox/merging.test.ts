/** Merging as GitHub does it: whose commits come of it, who signed them, and what is told of it. */

import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {git} from '../../sandbox/git/run.ts'
import {theRepository} from '../../sandbox/world.ts'
import {type Json, type Listener, repo, startListener, startTown, text, type Town} from './builders.ts'

let town: Town
let listener: Listener
let ask: {readonly repository: string; readonly pullRequest: number; readonly by: string}

beforeEach(async () => {
  ;[town, listener] = await Promise.all([startTown(), startListener()])
  town.world.setHook({url: listener.url})
  ask = {repository: repo, pullRequest: town.number, by: 'octocat'}
})

afterEach(async () => {
  await Promise.all([town.github.close(), listener.close()])
  expect(town.world.violations).toEqual([])
})

const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const list = async (path: string): Promise<readonly Json[]> => (await get(path)) as unknown as readonly Json[]
const push = (more: Partial<Parameters<Town['world']['push']>[0]> = {}) =>
  town.world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}, ...more})
const member = (commit: Json, name: string): string => text(commit['commit']?.[name])

async function heard(): Promise<readonly {readonly event: string; readonly body: Json}[]> {
  await town.world.settled()
  return listener.received.map(({headers, body}) => ({
    event: String(headers['x-github-event']),
    body: JSON.parse(body.toString()) as Json,
  }))
}

const gitHub = {name: 'GitHub', email: 'noreply@github.com'}
const signed = {verified: true, reason: 'valid', signature: expect.stringMatching(/^-----BEGIN PGP SIGNATURE-----\n/)}

test('a merge is whoever’s pressed, committed and signed by GitHub', async () => {
  const {sha} = await town.world.mergePullRequest(ask)
  expect(await get(`/commits/${sha}`)).toMatchObject({
    author: {login: 'octocat'},
    committer: {login: 'web-flow'},
    parents: [{sha: town.mainSha}, {sha: town.sha}],
    commit: {
      message: `Merge pull request #${town.number} from octo-org/feature\n\nA change`,
      author: {name: 'octocat'},
      committer: gitHub,
      verification: signed,
    },
  })
})

test('a squash is the pull request’s author’s, and lists what it holds', async () => {
  await push({message: 'Second\n\nWith a body.'})
  await push({message: 'Third', author: {name: 'Mona', email: 'monalisa@users.noreply.github.com'}})
  await push({message: 'Fourth\n\nCo-authored-by: Ghost Writer <ghost@example.com>'})
  // The base moves on, and into the branch: a merge is no item of the list.
  await push({branch: 'main', pusher: 'octocat', files: {'c.txt': 'c\n'}})
  await town.world.updateBranch({...ask, by: 'hubot'})
  const {sha} = await town.world.mergePullRequest({...ask, method: 'squash'})
  const squashed = await get(`/commits/${sha}`)
  expect(squashed).toMatchObject({
    author: {login: 'hubot'},
    commit: {committer: gitHub, verification: signed},
    parents: [{}],
  })
  expect(member(squashed, 'message')).toBe(
    [
      `A change (#${town.number})`,
      '* Change',
      '* Second\n\nWith a body.',
      '* Third',
      '* Fourth\n\nCo-authored-by: Ghost Writer <ghost@example.com>',
      '---------',
      'Co-authored-by: Mona <monalisa@users.noreply.github.com>\nCo-authored-by: Ghost Writer <ghost@example.com>',
    ].join('\n\n'),
  )
})

test('a single commit’s squash keeps the commit’s own words', async () => {
  const author = {name: 'Mona', email: 'monalisa@users.noreply.github.com'}
  await push({branch: 'one', message: 'Faster search\n\nBy an index.', author, files: {'x.txt': 'x'}})
  const {number} = await town.world.openPullRequest({repository: repo, head: 'one', author: 'hubot', title: 'Other'})
  const {sha} = await town.world.mergePullRequest({...ask, pullRequest: number, method: 'squash'})
  const message = `Faster search (#${number})\n\nBy an index.\n\nCo-authored-by: Mona <monalisa@users.noreply.github.com>`
  expect(member(await get(`/commits/${sha}`), 'message')).toBe(message)
})

test('a rebase makes each commit anew on the base, unsigned, and leaves merges out', async () => {
  const mona = {name: 'Mona', email: 'monalisa@users.noreply.github.com', date: '2026-01-02T03:04:05Z'}
  await push({branch: 'main', pusher: 'octocat', files: {'c.txt': 'c\n'}})
  await push({mergeParents: ['main'], message: 'A merge by hand', files: {}})
  await push({message: 'Second', author: mona, signed: 'registered'})
  const before = text((await get('/git/ref/heads/main'))['object']?.['sha'])
  const {sha} = await town.world.mergePullRequest({...ask, method: 'rebase'})
  const last = await get(`/commits/${sha}`)
  expect(last).toMatchObject({
    commit: {message: 'Second', author: mona, committer: {name: 'octocat'}, verification: {reason: 'unsigned'}},
  })
  const earlier = await get(`/commits/${text((last['parents'] as unknown as readonly Json[])[0]?.['sha'])}`)
  expect(earlier).toMatchObject({
    parents: [{sha: before}],
    commit: {message: 'Change', author: {name: 'hubot'}, committer: {name: 'octocat'}},
  })
  const {tree} = (await get(`/git/trees/${sha}`)) as unknown as {readonly tree: readonly Json[]}
  expect(tree.map(({path}) => path)).toEqual(['README.md', 'a.txt', 'b.txt', 'c.txt'])
  const pull = await get(`/pulls/${town.number}`)
  expect(pull).toMatchObject({merged: true, merge_commit_sha: sha, merged_by: {login: 'octocat'}})
  expect((await list('/activity?ref=main'))[0]).toMatchObject({activity_type: 'pr_merge', before, after: sha})
})

test('git itself rebases the branch into the same trees', async () => {
  await push({branch: 'main', pusher: 'octocat', files: {'README.md': 'Hello\nWorld\n', 'c.txt': 'c\n'}})
  const side = await push({branch: 'side', parents: [town.mainSha], files: {'side.txt': 's'}, message: 'Side'})
  await push({files: {'a.txt': 'one\ntwo\nthree\n', 'c.txt': 'c\n'}, message: 'Partly there'})
  await push({mergeParents: [side], files: {'evil.txt': 'only in the merge'}, message: 'Merge'})
  await push({files: {}, message: 'Empty from the start'})
  await push({files: {'dir/d.txt': 'd', 'a.txt': null}, message: 'Last'})
  const {folder} = theRepository(town.world, repo).git
  const clone = join(town.world.folder, 'clone')
  await git(town.world.folder, ['clone', '--quiet', '--branch', 'feature', folder, clone])
  const who = ['-c', 'user.name=octocat', '-c', 'user.email=octocat@example.com']
  await git(clone, [...who, 'rebase', '--quiet', 'origin/main'])
  const log = async (at: string, range: string): Promise<string> =>
    (await git(at, ['log', '--format=%T %an %s', range])).toString()
  const expected = await log(clone, 'origin/main..feature')
  expect(expected.trim().split('\n')).toHaveLength(5)
  const {sha} = await town.world.mergePullRequest({...ask, method: 'rebase'})
  const before = (await list('/activity?ref=main'))[0]?.['before']
  expect(await log(folder, `${text(before)}..${sha}`)).toBe(expected)
})

test('a rebase leaves out what the base has already, and makes new commits even where nothing moved', async () => {
  const again = await push({branch: 'main', pusher: 'octocat', files: {'a.txt': 'one\ntwo\n'}, message: 'The same'})
  await push({message: 'Second'})
  const {sha} = await town.world.mergePullRequest({...ask, method: 'rebase'})
  expect(await get(`/commits/${sha}`)).toMatchObject({parents: [{sha: again}], commit: {message: 'Second'}})
  const head = await push({branch: 'straight', parents: [sha], files: {'d.txt': 'd\n'}})
  const {number} = await town.world.openPullRequest({repository: repo, head: 'straight', author: 'hubot'})
  const straight = await town.world.mergePullRequest({...ask, pullRequest: number, method: 'rebase'})
  expect(straight.sha).not.toBe(head)
})

test('a rebase is refused where a commit conflicts, though the whole would merge', async () => {
  await push({branch: 'main', pusher: 'octocat', files: {'a.txt': 'other\n'}})
  await push({files: {'a.txt': null}})
  await push({files: {'a.txt': 'other\n'}})
  await expect(town.world.mergePullRequest({...ask, method: 'rebase'})).rejects.toThrow('does not rebase cleanly')
  expect(await get(`/pulls/${town.number}`)).toMatchObject({state: 'open'})
})

test('through the queue it is the queue’s bot who pushes and merges, on a branch of its own', async () => {
  const {sha} = await town.world.mergeThroughQueue({...ask, method: 'squash'})
  const ref = `refs/heads/gh-readonly-queue/main/pr-${town.number}-${town.mainSha}`
  const bot = {login: 'github-merge-queue[bot]', id: 118_344_674, type: 'Bot'}
  const told = await heard()
  expect(told.map(({event, body}) => [event, text(body['ref'] ?? body['action'])])).toEqual([
    ['push', ref],
    ['push', 'refs/heads/main'],
    ['pull_request', 'closed'],
    ['push', ref],
  ])
  for (const {body} of told) expect(body['sender']).toMatchObject(bot)
  expect(told[1]?.body).toMatchObject({pusher: {name: bot.login, email: null}, before: town.mainSha, after: sha})
  expect(told[2]?.body['pull_request']).toMatchObject({merged: true, merge_commit_sha: sha, merged_by: bot})
  expect(await get(`/commits/${sha}`)).toMatchObject({
    author: {login: 'hubot'},
    commit: {committer: gitHub, verification: signed},
  })
  const main = {activity_type: 'merge_queue_merge', after: sha, actor: bot}
  expect((await list('/activity?ref=main'))[0]).toMatchObject(main)
  const types = (await list('/activity?actor=github-merge-queue[bot]')).map((entry) => entry['activity_type'])
  expect(types).toEqual(['branch_deletion', 'merge_queue_merge', 'branch_creation'])
})

test('a draft is merged by nobody', async () => {
  town.world.setDraft({...ask, draft: true})
  await expect(town.world.mergePullRequest(ask)).rejects.toThrow('is a draft')
  await expect(town.world.mergeThroughQueue(ask)).rejects.toThrow('is a draft')
})

test('the head branch goes after the merge when whoever merges wants it', async () => {
  await town.world.mergePullRequest({...ask, deleteBranch: true})
  expect((await town.ask(`/repos/${repo}/branches/feature`)).status).toBe(404)
  const deleted = (await list('/activity')).find((entry) => text(entry['activity_type']) === 'branch_deletion')
  expect(deleted).toMatchObject({ref: 'refs/heads/feature', before: town.sha, actor: {login: 'octocat'}})
  expect(await get(`/pulls/${town.number}`)).toMatchObject({merged: true, merged_by: {login: 'octocat'}})
})

test('a pull request into the deleted branch goes on to where that was merged, and closes where it was not', async () => {
  const above = {repository: repo, base: 'feature', author: 'monalisa'}
  await push({branch: 'upper', parents: [town.sha]})
  const {number} = await town.world.openPullRequest({...above, head: 'upper'})
  await town.world.mergePullRequest({...ask, deleteBranch: true})
  const moved = (await heard()).findLast(({body}) => text(body['number']) === String(number))
  expect(moved?.body).toMatchObject({
    action: 'edited',
    changes: {base: {ref: {from: 'feature'}}},
    sender: {login: 'octocat'},
  })
  expect(await get(`/pulls/${number}`)).toMatchObject({state: 'open', base: {ref: 'main'}})
  await push({branch: 'lone', files: {'l.txt': 'l'}})
  await push({branch: 'upon', files: {'u.txt': 'u'}})
  const other = await town.world.openPullRequest({...above, base: 'lone', head: 'upon'})
  await town.world.deleteBranch({repository: repo, branch: 'lone', by: 'octocat'})
  expect(await get(`/pulls/${other.number}`)).toMatchObject({state: 'closed', merged: false, base: {ref: 'lone'}})
})
