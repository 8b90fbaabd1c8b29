/** What is read of a pull request and its commits, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseCommitSha} from '#protocol'
import type {ChangeFacts, Push} from '../../issuer/facts/facts.ts'
import {name, openChange, type OpenedChange, say, setStage, type Stage} from './github-world.ts'

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

interface Asked {
  readonly pullRequest?: number
  readonly lastAuthorised?: string
  readonly pushes?: readonly Push[]
}

async function ask({pullRequest = change.number, lastAuthorised, pushes = []}: Asked = {}): Promise<
  ChangeFacts | 'gone'
> {
  const statement = say(stage, {pullRequest})
  return stage.facts.readChange(statement, {
    pushes: (ref) => Promise.resolve(pushes.filter((push) => push.ref === ref)),
    lastAuthorised: parseCommitSha(lastAuthorised),
  })
}

async function read(asked: Asked = {}): Promise<ChangeFacts> {
  const facts = await ask(asked)
  if (facts === 'gone') throw new Error('gone')
  return facts
}

/** Sorted: the walk's order means nothing. */
const logins = ({pushers}: ChangeFacts): unknown =>
  pushers.kind === 'seen' ? pushers.accounts.map(({login}) => login).sort() : pushers

describe('an open pull request', () => {
  test('is read whole', async () => {
    const facts = await read()
    expect(facts).toMatchObject({
      repository: {id: stage.repositoryId, name, public: true, defaultBranch: 'main'},
      pullRequest: {
        number: change.number,
        state: 'open',
        head: {sha: change.head, ref: 'feature', repositoryId: stage.repositoryId},
        base: {ref: 'main', repositoryId: stage.repositoryId},
        author: {id: 480_938, login: 'hubot', type: 'User'},
      },
      commit: {sha: change.head, tree: expect.stringMatching(/^[0-9a-f]{40}$/)},
      size: {from: stage.root, commits: 1, files: 1, additions: 2, deletions: 0, cut: false},
      pushers: {kind: 'seen', accounts: [{id: 480_938, login: 'hubot'}]},
      authors: {kind: 'seen', people: [{name: 'hubot', id: 480_938}]},
    })
    expect([facts.pullRequest.mergeCommit, facts.mergeReachable, facts.policyFile, facts.since]).toEqual(
      new Array(4).fill(undefined),
    )
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
    await read({lastAuthorised: stage.root})
    const asked = stage.world.requests.map(({method, path}) => `${method} ${path}`)
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked.length).toBeLessThanOrEqual(9)
  })

  test('is gone when GitHub shows none of that number', async () => {
    expect(await ask({pullRequest: change.number})).not.toBe('gone')
    const statement = {...say(stage, {pullRequest: change.number}), pullRequest: 4711}
    expect(await stage.facts.readChange(statement, {pushes: () => Promise.resolve([])})).toBe('gone')
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
    expect(await stage.facts.readChange(statement, {pushes: () => Promise.resolve([])})).toMatchObject({
      repository: {id: stage.repositoryId, name: 'octo-org/api'},
      commit: {sha: change.head},
    })
  })

  test('of another id under the name is gone', async () => {
    const statement = say(stage, {pullRequest: change.number})
    stage.world.deleteRepository({repository: name})
    await stage.world.addRepository({name, files: {'README.md': 'new\n'}})
    await openChange(stage)
    expect(await stage.facts.readChange(statement, {pushes: () => Promise.resolve([])})).toBe('gone')
  })

  test('that GitHub does not show is an outage', async () => {
    const statement = say(stage, {pullRequest: change.number})
    stage.world.deleteRepository({repository: name})
    await expect(stage.facts.readChange(statement, {pushes: () => Promise.resolve([])})).rejects.toMatchObject({
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
    expect(logins(await read())).toEqual(['hubot', 'monalisa'])
  })
})

describe('a pull request that was merged by moving the default branch onto its head', () => {
  test('still shows everybody who pushed, though the merge base is a commit of its own', async () => {
    await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    const head = await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files: {f: '1\n'}})
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', sha: head})
    const pull = stage.world.repositories[0]?.pulls[0]
    if (pull === undefined) throw new Error('no pull request')
    pull.merged = {at: pull.updatedAt, by: pull.author, sha: head}
    pull.base.sha = stage.root
    pull.state = 'closed'
    const facts = await read()
    expect(facts).toMatchObject({pullRequest: {mergeCommit: head}, size: {commits: 3}, mergeReachable: true})
    expect(logins(facts)).toEqual(['hubot', 'octocat'])
  })
})

describe('names on commits', () => {
  const people = async (): Promise<readonly unknown[]> => {
    const {authors} = await read()
    return authors.kind === 'seen' ? authors.people.map(({name: who, email, id}) => [who, email, id]) : []
  }

  test('are those of authors, committers and co-authors, forged ones too', async () => {
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'src/b.ts': '1\n'},
      author: {name: 'Mona', email: '2+monalisa@users.noreply.github.com'},
      committer: {name: 'Nobody', email: 'nobody@example.com'},
      message:
        'Two\n\nco-AUTHORED-by: The Octocat <583231+octocat@users.noreply.github.com>\r\n\nSigned-off-by: x <y>\nCo-authored-by: bare',
    })
    const found = await people()
    expect(found).toContainEqual(['Mona', '2+monalisa@users.noreply.github.com', 2])
    expect(found).toContainEqual(['Nobody', 'nobody@example.com', undefined])
    expect(found).toContainEqual(['The Octocat', '583231+octocat@users.noreply.github.com', undefined])
    expect(found).toContainEqual(['bare', '', undefined])
    expect(found).toHaveLength(5)
  })

  test('are all read over several pages', async () => {
    const commits = Array.from({length: 230}, (_, i) => ({message: `${i}`, author: {name: `author ${i}`}}))
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', commits})
    const {size} = await read()
    expect(size.commits).toBe(231)
    const found = (await people()).map((person) => (person as readonly unknown[])[0])
    expect(found).toEqual(expect.arrayContaining(commits.map(({author}) => author.name)))
  })

  test('are unseen beyond 250 commits', async () => {
    const commits = Array.from({length: 250}, (_, i) => ({message: `${i}`}))
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', commits})
    const {authors, pushers} = await read()
    const unseen = {kind: 'unseen', why: expect.stringContaining('more than 250 commits')}
    expect([authors, pushers]).toEqual([unseen, unseen])
  })
})

describe('pushers', () => {
  test('are all who moved the branch, whatever names stand on the commits', async () => {
    const forged = {name: 'hubot', email: '480938+hubot@users.noreply.github.com'}
    const push = {repository: name, branch: 'feature', author: forged, committer: forged}
    await stage.world.push({...push, pusher: 'octocat', files: {'src/evil.ts': '1\n'}})
    const facts = await read()
    expect(logins(facts)).toEqual(['hubot', 'octocat'])
    expect(facts.authors).toMatchObject({people: [{name: 'hubot', id: 480_938}]})
  })

  test('stay when the branch was forced away and back again', async () => {
    const evil = await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: change.head, force: true})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: evil})
    expect(logins(await read())).toEqual(['hubot', 'octocat'])
  })

  test('stay when the branch was deleted and made again', async () => {
    const evil = await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    await stage.world.deleteBranch({repository: name, branch: 'feature', by: 'hubot'})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: evil})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'feature', author: 'hubot'})
    expect(logins(await read({pullRequest: number}))).toEqual(['hubot', 'octocat'])
  })

  test('are traced through a force-push that replaced everything', async () => {
    const push = {repository: name, branch: 'feature', pusher: 'monalisa', force: true}
    const head = await stage.world.push({...push, parents: [stage.root], files: {'src/c.ts': '1\n'}})
    const facts = await read()
    expect([facts.commit.sha, logins(facts)]).toEqual([head, ['hubot', 'monalisa']])
  })

  test('end at the merge base: whoever pushed to the default branch is none', async () => {
    const main = await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {m: '1\n'}})
    await stage.world.push({repository: name, branch: 'late', pusher: 'octocat', sha: main})
    await stage.world.push({repository: name, branch: 'late', pusher: 'hubot', files: {l: '1\n'}})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'late', author: 'hubot'})
    expect(logins(await read({pullRequest: number}))).toEqual(['hubot'])
    // Merged, the default branch contains the head; where the branch left it is still told.
    await stage.world.mergePullRequest({repository: name, pullRequest: number, by: 'octocat'})
    expect(logins(await read({pullRequest: number}))).toEqual(['hubot'])
  })

  test('are known from webhooks alone', async () => {
    const announced = announce({before: '0'.repeat(40), after: change.head})
    stage.world.dropActivity({repository: name, branch: 'feature'})
    expect(logins(await read({pushes: [announced]}))).toEqual(['hubot'])
  })

  test('are known from webhooks and activity together', async () => {
    stage.world.dropActivity({repository: name, branch: 'feature'})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'monalisa', files: {b: '1\n'}})
    const announced = announce({before: stage.root, after: change.head})
    expect(logins(await read({pushes: [announced]}))).toEqual(['hubot', 'monalisa'])
  })

  test('are unseen where neither tells of a move', async () => {
    stage.world.dropActivity({repository: name, branch: 'feature'})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'monalisa', files: {b: '1\n'}})
    expect((await read()).pushers).toEqual({kind: 'unseen', why: expect.stringContaining(change.head)})
  })

  test('are read from all pages of the activity', async () => {
    // Moved away and back by others, long before: as many entries as need a second page.
    const repository = stage.world.repositories.find(({id}) => id === stage.repositoryId)
    const [made] = repository?.activity.filter(({ref}) => ref === 'refs/heads/feature') ?? []
    if (repository === undefined || made === undefined) throw new Error('no activity')
    const earlier = Array.from({length: 110}, (_, i) => {
      const [before, after] = i % 2 === 0 ? [stage.root, change.head] : [change.head, stage.root]
      return {...made, id: made.id - 200 + i, before, after}
    })
    repository.activity.unshift(...earlier)
    const head = await stage.world.push({repository: name, branch: 'feature', pusher: 'monalisa', files: {z: '1\n'}})
    const facts = await read()
    expect([facts.commit.sha, logins(facts)]).toEqual([head, ['hubot', 'monalisa']])
    expect(stage.world.requests.filter(({path}) => path.includes('/activity'))).toHaveLength(2)
  })

  function announce(move: Pick<Push, 'before' | 'after'>): Push {
    const {repository} = say(stage, {pullRequest: change.number})
    const actor = {id: stage.people.hubot.id, login: 'hubot'}
    return {repositoryId: repository.id, ref: 'refs/heads/feature', actor, ...move}
  }
})

describe('what goes out', () => {
  test('since the last authorised commit covers every pull request in between', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {m: '1\n2\n3\n'}})
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      mergeParents: ['main'],
      files: {'README.md': 'Other\n'},
    })
    expect((await read({lastAuthorised: stage.root})).since).toMatchObject({from: stage.root, cut: false})
    const {since} = await read({lastAuthorised: change.head})
    expect(since).toMatchObject({from: change.head, deletions: 1})
  })

  test('since a commit that is no more is only a lower bound', async () => {
    const lost = 'a'.repeat(40)
    expect((await read({lastAuthorised: lost})).since).toEqual({
      from: lost,
      commits: 0,
      files: 0,
      additions: 0,
      deletions: 0,
      cut: true,
    })
  })

  test('of more than 300 files is cut, and says so', async () => {
    const files = Object.fromEntries(Array.from({length: 301}, (_, i) => [`many/${i}.txt`, 'x\n']))
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', files})
    expect((await read({lastAuthorised: stage.root})).since).toMatchObject({
      files: 300,
      additions: expect.any(Number),
      cut: true,
    })
  })
})

describe('the policy file', () => {
  test.each([
    ['.github/countersign.yml', '.github/countersign.yml'],
    ['.github/countersign.yaml', '.github/countersign.yaml'],
    ['.github/Countersign.YML', '.github/Countersign.YML'],
    ['.GitHub/countersign.yml', '.GitHub/countersign.yml'],
  ])('%s is named', async (path, named) => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {[path]: 'version: 1\n'}})
    expect((await read()).policyFile).toBe(named)
  })

  test('as a symbolic link is named like a file', async () => {
    const link = {'.github/countersign.yml': {link: '../elsewhere.yml'}}
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: link})
    expect((await read()).policyFile).toBe('.github/countersign.yml')
  })

  test('cannot hide behind a .github that is a link', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {'.github': {link: 'other'}}})
    expect((await read()).policyFile).toBe('.github')
  })

  test('is absent beside other files, and on other branches', async () => {
    await stage.world.push({
      repository: name,
      branch: 'main',
      pusher: 'monalisa',
      files: {'.github/workflows/a.yml': 'on: push\n'},
    })
    await stage.world.push({
      repository: name,
      branch: 'feature',
      pusher: 'hubot',
      files: {'.github/countersign.yml': 'version: 1\n'},
    })
    expect((await read()).policyFile).toBeUndefined()
  })

  test('is not believed absent when GitHub cut the tree', async () => {
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {a: '1', b: '2', c: '3'}})
    stage.world.limitTrees({entries: 2})
    await expect(read()).rejects.toMatchObject({kind: 'unusable', message: expect.stringContaining('cut')})
  })
})

describe('an outage never becomes a fact', () => {
  const doors = [
    '^GET /repos/octo-org/api-service$',
    '^GET .*/pulls/\\d+$',
    '^GET .*/git/commits/',
    '^GET .*/branches/main',
    '^GET .*/pulls/\\d+/commits',
    '^GET .*/activity',
    '^GET .*/git/trees/',
    '^GET .*/compare/',
  ]
  test.each(doors)('%s failing, cut off, turned away or answered with a page is unavailable', async (match) => {
    const faults = [{status: 500}, {cut: true}, {html: true}, {status: 403}, {rateLimit: 'secondary'}] as const
    const kinds: unknown[] = []
    for (const fault of faults) {
      stage.world.addFault({match, ...fault})
      await read({lastAuthorised: stage.root}).catch((thrown: unknown) => kinds.push((thrown as {kind: string}).kind))
      stage.world.clearFaults()
    }
    expect(kinds).toEqual(['server', 'network', 'server', 'permission', 'rate-limit'])
  })

  test.each([
    '^GET .*/git/commits/',
    '^GET .*/branches/main',
    '^GET .*/pulls/\\d+/commits',
    '^GET .*/activity',
    '^GET .*/git/trees/',
  ])('%s not found, though GitHub has just named it, is unavailable', async (match) => {
    stage.world.addFault({match, status: 404, times: 1})
    await expect(read()).rejects.toMatchObject({kind: 'unusable'})
  })

  test('a head that moves while it is read is unavailable', async () => {
    stage.world.addFault({match: '^GET .*/pulls/\\d+/commits', delayMs: 400, times: 1})
    const settled = read().catch((thrown: unknown) => thrown)
    const isRead = (): boolean => stage.world.requests.some(({path}) => path.includes('/branches/main'))
    for (let tries = 0; tries < 100 && !isRead(); tries += 1) await sleep(5)
    await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    expect(await settled).toMatchObject({kind: 'unusable', message: expect.stringContaining('moved')})
  })
})
