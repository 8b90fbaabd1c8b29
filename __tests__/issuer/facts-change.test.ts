/** What is read of a pull request, its repository and the commit that can be authorized, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  handsIn,
  name,
  openChange,
  type OpenedChange,
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
      range: {
        base: 'ground',
        since: stage.root,
        size: {from: stage.root, commits: 1, behind: 0, files: 1, additions: 2, deletions: 0, cut: false},
        parts: [
          {
            pullRequests: [{number: change.number, author: 'hubot'}],
            commits: [change.head],
            hands: {
              kind: 'seen',
              accounts: [
                {id: 480_938, login: 'hubot', did: `opened #${change.number}`},
                {id: 480_938, login: 'hubot', did: `pushed to the branch of #${change.number}`},
              ],
              people: [
                {name: 'hubot', id: 480_938},
                {name: 'hubot', id: 480_938},
              ],
            },
          },
        ],
        unsigned: 1,
      },
      behindBy: 0,
    })
    expect([facts.pullRequest.mergeCommit, facts.mergeReachable]).toEqual([undefined, undefined])
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
    await read({authorized: [{sha: stage.root}]})
    const asked = stage.world.requests.map(({method, path}) => `${method} ${path}`)
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked.length).toBeLessThanOrEqual(9)
  })

  test('read a second time asks of a range that cannot change no more: no comparison, no hands', async () => {
    const first = await read()
    stage.world.requests.length = 0
    expect((await read()).range).toEqual(first.range)
    expect(stage.world.requests.filter(({path}) => /compare|activity|graphql/.test(path))).toEqual([])
  })

  test('is authorized at its head, whatever was named', async () => {
    const beneath = await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {b: '1\n'}})
    expect((await read({named: change.head})).commit.sha).toBe(beneath)
  })

  test('is gone when GitHub shows none of that number', async () => {
    const statement = {...say(stage, {pullRequest: change.number}), pullRequest: 4711}
    expect(await readFor(stage, statement)).toBe('gone')
  })

  test('closed unmerged is closed, and names its head', async () => {
    stage.world.closePullRequest({repository: name, pullRequest: change.number, by: 'hubot'})
    expect(await read()).toMatchObject({pullRequest: {state: 'closed'}, commit: {sha: change.head}})
  })

  test('of a fork names the other repository, and may have anybody’s hand in it', async () => {
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
    expect(handsIn(facts)).toEqual([expect.stringContaining('another repository')])
    stage.world.deleteRepository({repository: 'forker/api-service'})
    expect((await read({pullRequest: number})).pullRequest.head.repositoryId).toBeNull()
  })

  test('retargeted says its new base, and counts what its commits are there', async () => {
    await stage.world.push({repository: name, branch: 'mine', pusher: 'hubot', sha: change.head})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {'src/b.ts': '1\n'}})
    const moved = {repository: name, pullRequest: change.number, by: 'hubot'}
    await stage.world.retargetPullRequest({...moved, base: 'mine'})
    const facts = await read()
    expect(facts).toMatchObject({pullRequest: {base: {ref: 'mine'}}, range: {since: change.head, size: {commits: 1}}})
    await stage.world.retargetPullRequest({...moved, base: 'main'})
    expect((await read()).range).toMatchObject({since: stage.root, size: {commits: 2}})
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
  test.each(['merge', 'squash', 'rebase'] as const)(
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
      })
    },
  )

  test('may be authorized at a commit that contains its merge commit and is in the branch that it went into', async () => {
    const {sha} = await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    const release = await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {v: '1\n'}})
    const aside = await stage.world.push({
      repository: name,
      branch: 'aside',
      pusher: 'hubot',
      parents: [sha],
      files: {w: '1\n'},
    })
    const commitOf = async (named?: string) => (await read(named === undefined ? {} : {named})).commit.sha
    expect(await commitOf()).toBe(sha)
    expect(await commitOf(sha)).toBe(sha)
    expect(await read({named: release})).toMatchObject({commit: {sha: release}, mergeReachable: true})
    // Beneath it, beside it, and nowhere.
    for (const named of [stage.root, change.head, aside, 'a'.repeat(40)]) expect(await commitOf(named)).toBe(sha)
  })

  test('into a branch that the policy may name takes what is on top there, and not what is only in the default branch', async () => {
    await stage.world.push({repository: name, branch: 'release', pusher: 'monalisa', sha: stage.root})
    const opened = await stage.world.openPullRequest({
      repository: name,
      head: 'feature',
      base: 'release',
      author: 'hubot',
    })
    const {sha} = await stage.world.mergePullRequest({repository: name, pullRequest: opened.number, by: 'octocat'})
    const onTop = await stage.world.push({repository: name, branch: 'release', pusher: 'monalisa', files: {v: '1\n'}})
    const inMain = await stage.world.push({
      repository: name,
      branch: 'main',
      pusher: 'monalisa',
      mergeParents: [sha],
      files: {w: '1\n'},
    })
    const at = async (named: string) => await read({pullRequest: opened.number, named})
    expect(await at(onTop)).toMatchObject({commit: {sha: onTop}, mergeReachable: true})
    expect(await at(inMain)).toMatchObject({commit: {sha}, mergeReachable: true})
    await stage.world.deleteBranch({repository: name, branch: 'release', by: 'monalisa'})
    expect(await at(onTop)).toMatchObject({commit: {sha}, mergeReachable: false})
  })

  test('is not reachable when the default branch was moved off it', async () => {
    await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', sha: stage.root, force: true})
    expect((await read()).mergeReachable).toBe(false)
  })

  test('is not reachable when its branch was moved off it, whatever tag has the name of the branch', async () => {
    await stage.world.push({repository: name, branch: 'mine', pusher: 'hubot', sha: stage.root})
    const asked = {repository: name, head: 'feature', base: 'mine', author: 'hubot'}
    const {number} = await stage.world.openPullRequest(asked)
    const {sha} = await stage.world.mergePullRequest({repository: name, pullRequest: number, by: 'hubot'})
    const facts = {pullRequest: {base: {ref: 'mine'}}, commit: {sha}}
    expect(await read({pullRequest: number})).toMatchObject({...facts, mergeReachable: true})
    await stage.world.push({repository: name, branch: 'mine', pusher: 'hubot', sha: stage.root, force: true})
    const repository = stage.world.repositories.find(({id}) => id === stage.repositoryId)
    await repository?.git.pointRef('refs/tags/mine', sha)
    expect(await read({pullRequest: number})).toMatchObject({...facts, mergeReachable: false})
  })
})
