/** Branches, commits and pull requests: real SHAs, forged authors, and who really pushed. */

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {type Json, repo, startTown, text, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const list = async (path: string): Promise<readonly Json[]> => (await get(path)) as unknown as readonly Json[]
const push = (more: Partial<Parameters<Town['world']['push']>[0]> = {}) =>
  town.world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'a.txt': 'three\n'}, ...more})

test('a commit’s author is free text, and the account is whoever owns the address', async () => {
  const {id} = town.world.addUser({login: 'mallory-target'})
  const forged = {
    name: 'Someone Else',
    email: `${id}+mallory-target@users.noreply.github.com`,
    date: '2001-01-01T00:00:00Z',
  }
  const sha = await push({author: forged, committer: forged})
  const commit = await get(`/commits/${sha}`)
  expect(commit).toMatchObject({
    sha,
    author: {login: 'mallory-target', id},
    commit: {
      author: {name: 'Someone Else', date: '2001-01-01T00:00:00Z'},
      tree: {sha: (await get(`/git/commits/${sha}`))['tree']?.['sha']},
    },
  })
  const unknown = await push({author: {name: 'X', email: 'nobody@example.com'}})
  expect(await get(`/commits/${unknown}`)).toMatchObject({author: null})
})

test('the activity list tells who pushed, whatever the commits say', async () => {
  const before = town.sha
  const after = await push({pusher: 'octocat', author: {name: 'hubot', email: 'hubot@users.noreply.github.com'}})
  const forced = await push({pusher: 'monalisa', force: true})
  const moves = await list('/activity?ref=refs/heads/feature')
  await town.world.deleteBranch({repository: repo, branch: 'feature', by: 'hubot'})
  // Of a branch that is gone only the whole list tells, and it tells the same.
  for (const ref of ['feature', 'refs/heads/feature']) expect(await list(`/activity?ref=${ref}`)).toEqual([])
  const entries = await list('/activity')
  expect(entries.slice(1)).toEqual(moves)
  const seen = entries.map((entry) => [
    entry['activity_type'],
    entry['actor']?.['login'],
    entry['before'],
    entry['after'],
  ])
  const none = '0'.repeat(40)
  expect(seen).toEqual([
    ['branch_deletion', 'hubot', forced, none],
    ['force_push', 'monalisa', after, forced],
    ['push', 'octocat', before, after],
    ['branch_creation', 'hubot', none, before],
  ])
})

test('the activity list comes in pages by cursor, and can forget', async () => {
  await push()
  const first = await town.ask(`/repos/${repo}/activity?ref=feature&per_page=1`)
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  expect(new URL(next).searchParams.get('after')).toBeTruthy()
  expect((await town.ask(next.slice(town.github.url.length))).body).toMatchObject([{activity_type: 'branch_creation'}])
  town.world.dropActivity({repository: repo, branch: 'feature'})
  expect(await list('/activity?ref=feature')).toEqual([])
})

test('a push that is no fast-forward is refused unless forced', async () => {
  await expect(push({parents: [town.mainSha]})).rejects.toThrow('not a fast-forward')
  const amended = await push({force: true})
  expect((await get(`/commits/${amended}`))['parents']).toMatchObject([{sha: town.mainSha}])
})

test('a comparison says ahead, behind, identical or diverged', async () => {
  const compare = async (base: string, head: string) => {
    const {status, ahead_by: ahead, behind_by: behind} = await get(`/compare/${base}...${head}`)
    return [status, ahead, behind]
  }
  expect(await compare('main', 'feature')).toEqual(['ahead', 1, 0])
  expect(await compare('feature', 'main')).toEqual(['behind', 0, 1])
  expect(await compare('main', town.mainSha)).toEqual(['identical', 0, 0])
  await push({branch: 'main', files: {'b.txt': 'main\n'}})
  expect(await compare('main', 'feature')).toEqual(['diverged', 1, 1])
  expect((await town.ask(`/repos/${repo}/compare/main...nowhere`)).status).toBe(404)
})

test('a comparison carries commits and files with their line counts', async () => {
  const sha = await push({files: {'a.txt': 'one\n', 'dir/new.bin': {base64: 'AP/+gA=='}}})
  const compared = await get('/compare/main...feature')
  expect(compared['commits']).toMatchObject([{sha: town.sha}, {sha}])
  expect(compared['files']).toMatchObject([
    {filename: 'a.txt', status: 'added', additions: 1, deletions: 0},
    {filename: 'dir/new.bin', status: 'added', additions: 0},
  ])
})

test('a rename keeps the old name', async () => {
  const lines = Array.from({length: 20}, (_, line) => `line ${line}`).join('\n')
  await push({files: {'old.txt': lines}})
  const sha = await push({files: {'old.txt': null, 'new.txt': `${lines}\nmore`}})
  const {files} = await get(`/commits/${sha}`)
  expect(files).toMatchObject([{filename: 'new.txt', previous_filename: 'old.txt', status: 'renamed', additions: 2}])
})

test('an open pull request’s merge commit stands on no branch, a merged one’s is the branch’s', async () => {
  const path = `/pulls/${town.number}`
  const open = await get(path)
  expect(open).toMatchObject({state: 'open', merged: false, head: {sha: town.sha}, base: {ref: 'main'}, commits: 1})
  expect([town.sha, town.mainSha]).not.toContain(open['merge_commit_sha'])
  expect((await get(`/commits/${text(open['merge_commit_sha'])}`))['parents']).toMatchObject([
    {sha: town.mainSha},
    {sha: town.sha},
  ])
  const {sha} = await town.world.mergePullRequest({repository: repo, pullRequest: town.number, by: 'octocat'})
  const merged = await get(path)
  expect(merged).toMatchObject({state: 'closed', merged: true, merge_commit_sha: sha, merged_by: {login: 'octocat'}})
  expect(await get('/git/ref/heads/main')).toMatchObject({object: {sha}})
  expect((await list('/activity?ref=main'))[0]).toMatchObject({activity_type: 'pr_merge', actor: {login: 'octocat'}})
})

test('a squash has one parent, the merge’s tree, and belongs to its pull request', async () => {
  const test = text((await get(`/pulls/${town.number}`))['merge_commit_sha'])
  const {sha} = await town.world.mergePullRequest({
    repository: repo,
    pullRequest: town.number,
    by: 'octocat',
    method: 'squash',
  })
  const [squashed, tried] = [await get(`/git/commits/${sha}`), await get(`/git/commits/${test}`)]
  expect(squashed['parents']).toHaveLength(1)
  expect(squashed['tree']?.['sha']).toBe(tried['tree']?.['sha'])
  expect(await list(`/commits/${sha}/pulls`)).toMatchObject([{number: town.number}])
})

test('a pull request that conflicts has no merge commit', async () => {
  await push({branch: 'main', files: {'a.txt': 'other\n'}})
  expect(await get(`/pulls/${town.number}`)).toMatchObject({mergeable: false, merge_commit_sha: null})
})

test('a fork is another repository whose commits the parent shows by SHA', async () => {
  await town.world.addRepository({name: 'monalisa/api', forkOf: repo})
  const sha = await town.world.push({repository: 'monalisa/api', branch: 'patch', pusher: 'monalisa', files: {x: 'y'}})
  const ask = {repository: repo, head: 'patch', headRepository: 'monalisa/api', author: 'monalisa'}
  const {number} = await town.world.openPullRequest(ask)
  const {head, base} = await get(`/pulls/${number}`)
  expect(head).toMatchObject({sha, label: 'monalisa:patch', repo: {full_name: 'monalisa/api', fork: true}})
  expect(head?.['repo']?.['id']).not.toBe(base?.['repo']?.['id'])
  expect((await town.ask(`/repos/${repo}/commits/${sha}`)).status).toBe(200)
  expect((await town.ask(`/repos/${repo}/branches/patch`)).status).toBe(404)
  town.world.deleteRepository({repository: 'monalisa/api'})
  expect((await get(`/pulls/${number}`))['head']).toMatchObject({repo: null, sha})
})

test('retargeting changes base and commits', async () => {
  await push({branch: 'other', sha: town.sha})
  await town.world.retargetPullRequest({repository: repo, pullRequest: town.number, by: 'hubot', base: 'other'})
  expect(await get(`/pulls/${town.number}`)).toMatchObject({base: {ref: 'other'}, commits: 0, changed_files: 0})
})

test('no more than 250 commits of a pull request are listed, though all are counted', async () => {
  const commits = Array.from({length: 251}, (_, count) => ({files: {'a.txt': `${count}\n`}}))
  await push({commits})
  expect(await get(`/pulls/${town.number}`)).toMatchObject({commits: 252})
  expect(await list(`/pulls/${town.number}/commits?per_page=100&page=3`)).toHaveLength(50)
  expect(await list(`/pulls/${town.number}/commits?per_page=100&page=4`)).toHaveLength(0)
})

test('a tree is listed whole, and says when it is cut', async () => {
  const sha = await push({files: {'dir/deep/file.txt': 'x', link: {link: 'a.txt'}, run: {executable: '#!/bin/sh\n'}}})
  const {tree, truncated} = await get(`/git/trees/${sha}?recursive=1`)
  const entries = tree as unknown as readonly {readonly path: string; readonly mode: string}[]
  expect(entries.map(({path, mode}) => `${mode} ${path}`)).toEqual([
    '100644 README.md',
    '100644 a.txt',
    '040000 dir',
    '040000 dir/deep',
    '100644 dir/deep/file.txt',
    '120000 link',
    '100755 run',
  ])
  expect(truncated).toBe(false)
  town.world.limitTrees({entries: 3})
  expect(await get(`/git/trees/${sha}?recursive=1`)).toMatchObject({truncated: true})
})

test('contents follow a symbolic link in silence, which only the tree gives away', async () => {
  await push({files: {'.github/countersign.yml': {link: '../a.txt'}, 'a.txt': 'version: 1\n'}})
  const file = await get('/contents/.github/countersign.yml?ref=feature')
  expect(file).toMatchObject({type: 'file', path: '.github/countersign.yml', encoding: 'base64'})
  expect(Buffer.from(text(file['content']), 'base64').toString()).toBe('version: 1\n')
  expect((await town.ask(`/repos/${repo}/contents/nothing.yml`)).status).toBe(404)
  expect(await list('/contents/.github?ref=feature')).toMatchObject([{name: 'countersign.yml', type: 'symlink'}])
})

test('what is no commit is not found: another SHA, an option, an expression', async () => {
  for (const ref of ['0'.repeat(40), '--help', 'main~1', 'main^', 'HEAD@{0}', 'nothing'])
    expect([ref, (await town.ask(`/repos/${repo}/commits/${encodeURIComponent(ref)}`)).status]).toEqual([ref, 422])
  expect((await town.ask(`/repos/${repo}/git/commits/${town.sha.slice(0, 7)}`)).status).toBe(404)
})
