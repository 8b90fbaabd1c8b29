/** What is read of a pull request, its repository and its size, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  name,
  openChange,
  type OpenedChange,
  pushersOf,
  readChange,
  readFor,
  say,
  setStage,
  type Stage,
} from './github-world.ts'

let stage: Stage
let change: OpenedChange

beforeEach(async () => {
  stage = await setStage()
  change = await openChange(stage)
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

const read = (asked: Partial<ChangeOrder> = {}): Promise<ChangeFacts> =>
  readChange(stage, {pullRequest: change.number, ...asked})

describe('an open pull request', () => {
  test('is read whole', async () => {
    const facts = await read()
    expect(facts).toMatchObject({
      repository: {
        id: stage.repositoryId,
        name,
        public: true,
        defaultBranch: 'main',
        owner: {id: expect.any(Number), login: 'octo-org'},
      },
      pullRequest: {
        number: change.number,
        state: 'open',
        head: {sha: change.head, ref: 'feature', repositoryId: stage.repositoryId},
        base: {ref: 'main', repositoryId: stage.repositoryId},
        author: {id: 480_938, login: 'hubot', type: 'User'},
      },
      commit: {sha: change.head, tree: expect.stringMatching(/^[0-9a-f]{40}$/)},
      size: {from: stage.root, commits: 1, behind: 0, files: 1, additions: 2, deletions: 0, cut: false},
      pushers: {kind: 'seen', accounts: [{id: 480_938, login: 'hubot'}]},
      authors: {kind: 'seen', people: [{name: 'hubot', id: 480_938}]},
    })
    expect([facts.pullRequest.mergeCommit, facts.mergeReachable, facts.since]).toEqual(new Array(3).fill(undefined))
  })

  test('names the tree of its head', async () => {
    const before = await read()
    const head = await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'src/b.ts': '1\n'},
    })
    const after = await read()
    expect(after.commit.sha).toBe(head)
    expect(after.commit.tree).not.toBe(before.commit.tree)
  })

  test('is asked about no more than once each', async () => {
    await read()
    stage.world.requests.length = 0
    await read({lastAuthorized: stage.root})
    const asked = stage.world.requests.map(({method, path}) => `${method} ${path}`)
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked.length).toBeLessThanOrEqual(9)
  })

  test('is gone when GitHub shows none of that number', async () => {
    const statement = {...say(stage, {pullRequest: change.number}), pullRequest: 4711}
    expect(await readFor(stage, statement)).toBe('gone')
  })

  test('closed unmerged is closed, and names its head', async () => {
    stage.world.closePullRequest({repository: name, pullRequest: change.number, by: 'hubot'})
    expect(await read()).toMatchObject({pullRequest: {state: 'closed'}, commit: {sha: change.head}})
  })

  test('of a fork names the other repository, and its pushers are not seen', async () => {
    stage.world.addUser({login: 'forker'})
    await stage.world.addRepository({name: 'forker/api-service', forkOf: name})
    const head = await stage.world.push({
      repository: 'forker/api-service',
      branch: 'fix',
      pusher: 'forker',
      files: {a: '1\n'},
    })
    const opened = {repository: name, head: 'fix', headRepository: 'forker/api-service', author: 'forker'}
    const {number} = await stage.world.openPullRequest(opened)
    const facts = await read({pullRequest: number})
    expect(facts.pullRequest.head).toMatchObject({sha: head, ref: 'fix'})
    expect(facts.pullRequest.head.repositoryId).not.toBe(facts.pullRequest.base.repositoryId)
    expect(facts.pushers).toMatchObject({kind: 'unseen', why: expect.stringContaining('another repository')})
    stage.world.deleteRepository({repository: 'forker/api-service'})
    expect((await read({pullRequest: number})).pullRequest.head.repositoryId).toBeNull()
  })

  test('retargeted says its new base, and counts what its commits are there', async () => {
    await stage.world.push({repository: name, branch: 'mine', pusher: 'hubot', sha: change.head})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {'src/b.ts': '1\n'}})
    const moved = {repository: name, pullRequest: change.number, by: 'hubot'}
    await stage.world.retargetPullRequest({...moved, base: 'mine'})
    const facts = await read()
    expect(facts).toMatchObject({pullRequest: {base: {ref: 'mine'}}, size: {commits: 1}})
    await stage.world.retargetPullRequest({...moved, base: 'main'})
    expect((await read()).size.commits).toBe(2)
  })
})

describe('the repository', () => {
  test('is not public when it is private', async () => {
    stage.world.setVisibility({repository: name, private: true})
    expect((await read()).repository.public).toBe(false)
  })

  test('is read under its new name after a renaming', async () => {
    const statement = say(stage, {pullRequest: change.number})
    stage.world.renameRepository({repository: name, to: 'api'})
    expect(await readFor(stage, statement)).toMatchObject({
      repository: {id: stage.repositoryId, name: 'octo-org/api'},
      commit: {sha: change.head},
    })
  })

  test('of another id under the name is gone', async () => {
    const statement = say(stage, {pullRequest: change.number})
    stage.world.deleteRepository({repository: name})
    await stage.world.addRepository({name, files: {'README.md': 'new\n'}})
    await openChange(stage)
    expect(await readFor(stage, statement)).toBe('gone')
  })

  test('that GitHub does not show is an outage', async () => {
    const statement = say(stage, {pullRequest: change.number})
    stage.world.deleteRepository({repository: name})
    await expect(readFor(stage, statement)).rejects.toMatchObject({
      kind: 'permission',
    })
  })
})

describe('a merged pull request', () => {
  test.each(['merge', 'squash'] as const)(
    'by %s names its merge commit, which the default branch holds',
    async (method) => {
      const {sha} = await stage.world.mergePullRequest({
        repository: name,
        pullRequest: change.number,
        by: 'octocat',
        method,
      })
      await stage.world.deleteBranch({repository: name, branch: 'feature', by: 'hubot'})
      const facts = await read()
      expect(facts).toMatchObject({
        pullRequest: {state: 'merged', mergeCommit: sha, head: {sha: change.head}},
        commit: {sha},
        mergeReachable: true,
        pushers: {kind: 'seen', accounts: [{id: 480_938, login: 'hubot'}]},
      })
      // The people are the pull request's: whoever pressed the button is none of them.
      expect(facts.authors).toMatchObject({kind: 'seen', people: [{name: 'hubot'}]})
    },
  )

  test('is not reachable when the default branch was moved off it', async () => {
    await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', sha: stage.root, force: true})
    expect((await read()).mergeReachable).toBe(false)
  })

  test('into a branch of its own is not reachable, whatever tag has the name of the default branch', async () => {
    await stage.world.push({repository: name, branch: 'mine', pusher: 'hubot', sha: stage.root})
    const {number} = await stage.world.openPullRequest({
      repository: name,
      head: 'feature',
      base: 'mine',
      author: 'hubot',
    })
    const {sha} = await stage.world.mergePullRequest({repository: name, pullRequest: number, by: 'hubot'})
    const repository = stage.world.repositories.find(({id}) => id === stage.repositoryId)
    await repository?.git.pointRef('refs/tags/main', sha)
    expect(await read({pullRequest: number})).toMatchObject({mergeReachable: false, pullRequest: {base: {ref: 'mine'}}})
  })

  test('shows everybody who pushed before the merge', async () => {
    await stage.world.push({repository: name, branch: 'feature', pusher: 'monalisa', files: {'src/b.ts': '1\n'}})
    await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    expect(pushersOf(await read())).toEqual(['hubot', 'monalisa'])
  })
})

describe('what goes out', () => {
  test('since the last authorized commit covers every pull request in between', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {m: '1\n2\n3\n'}})
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      mergeParents: ['main'],
      files: {'README.md': 'Other\n'},
    })
    expect((await read({lastAuthorized: stage.root})).since).toMatchObject({from: stage.root, cut: false})
    const {since} = await read({lastAuthorized: change.head})
    expect(since).toMatchObject({from: change.head, deletions: 1})
  })

  test('since a commit that is no more is only a lower bound', async () => {
    const lost = 'a'.repeat(40)
    expect((await read({lastAuthorized: lost})).since).toEqual({
      from: lost,
      commits: 0,
      behind: 0,
      files: 0,
      additions: 0,
      deletions: 0,
      cut: true,
    })
  })

  test('of more than 300 files is cut, and says so', async () => {
    const files = Object.fromEntries(Array.from({length: 301}, (_, i) => [`many/${i}.txt`, 'x\n']))
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files})
    expect((await read({lastAuthorized: stage.root})).since).toMatchObject({
      files: 300,
      additions: expect.any(Number),
      cut: true,
    })
  })
})
