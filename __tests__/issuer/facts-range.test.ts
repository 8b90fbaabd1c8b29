/** What a commit is counted from, and whose hands are in everything between, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  didOf,
  handsIn,
  name,
  openChange,
  type OpenedChange,
  readChange,
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

const push = (pusher: string, branch: string, more: Partial<Parameters<Stage['world']['push']>[0]> = {}) =>
  stage.world.push({repository: name, branch, pusher, ...more})

type Method = 'merge' | 'squash' | 'rebase'

const merge = async (pullRequest: number, method: Method = 'merge', by = 'monalisa'): Promise<string> =>
  (await stage.world.mergePullRequest({repository: name, pullRequest, by, method})).sha

/** A pull request with one file, by that author and from a branch of their own. */
async function propose(author: string, branch: string): Promise<OpenedChange> {
  const head = await push(author, branch, {files: {[`${branch}.txt`]: '1\n'}})
  const {number} = await stage.world.openPullRequest({repository: name, head: branch, author})
  return {number, head}
}

const lost = 'a'.repeat(40)
const paths = ({files}: ChangeFacts): readonly string[] => files.map(({path}) => path).sort()

describe('before anything was authorized', () => {
  test('an open pull request is counted from where it left its base', async () => {
    await push('octocat', 'main', {files: {m: '1\n'}})
    const facts = await read()
    expect(facts).toMatchObject({range: {base: 'ground', since: stage.root, size: {commits: 1}}, behindBy: 1})
    expect(paths(facts)).toEqual(['src/a.ts'])
  })

  test.each<Method>(['merge', 'squash', 'rebase'])('one that was merged by %s, from what the base was before', async (method) => {
    const before = await push('octocat', 'main', {files: {m: '1\n'}})
    await merge(change.number, method)
    const facts = await read()
    expect(facts.range).toMatchObject({base: 'ground', since: before})
    expect([paths(facts), handsIn(facts)]).toEqual([['src/a.ts'], ['hubot']])
  }) // prettier-ignore

  test('one that was merged by nobody knows whom, from the first parent of its merge', async () => {
    const before = await push('octocat', 'main', {files: {m: '1\n'}})
    await merge(change.number)
    stage.world.dropActivity({repository: name, branch: 'main'})
    expect((await read()).range).toMatchObject({base: 'ground', since: before})
  })

  test('what was pushed on top of it goes out with it', async () => {
    await merge(change.number)
    const release = await push('octocat', 'main', {files: {v: '1\n'}})
    const facts = await read({named: release})
    expect(facts).toMatchObject({commit: {sha: release}, range: {base: 'ground', since: stage.root}})
    expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
    expect(paths(facts)).toEqual(['src/a.ts', 'v'])
    expect((await read()).range.size.commits).toBe(2)
  })
})

describe('the base', () => {
  test('is the newest authorized commit that the candidate contains', async () => {
    const [first, second] = [await push('hubot', 'feature', {files: {b: '1\n'}}), await push('hubot', 'feature', {files: {c: '1\n'}})]
    const facts = await read({authorized: [{sha: first}, {sha: change.head}]})
    expect(facts.range).toMatchObject({base: 'authorized', since: first, parts: [{commits: [second]}]})
    expect(paths(facts)).toEqual(['c'])
  }) // prettier-ignore

  test('is never one that the candidate has not: what was taken out of it again is let out with nobody’s word', async () => {
    // Authorized was only the state in which the addition had been taken away.
    const added = await push('octocat', 'x', {files: {evil: '1\n'}})
    const removed = await push('octocat', 'x', {files: {evil: null, fine: '1\n'}})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'x', author: 'octocat'})
    await push('octocat', 'x', {sha: added, force: true})
    const facts = await read({pullRequest: number, authorized: [{sha: removed}], ground: stage.root})
    expect(facts).toMatchObject({commit: {sha: added}, range: {base: 'ground', since: stage.root, size: {behind: 1}}})
    expect([paths(facts), handsIn(facts)]).toEqual([['evil'], ['octocat']])
  })

  test('is the head of a pull request where GitHub merged exactly that, and not where more was pushed before', async () => {
    const merged = await merge(change.number, 'squash')
    const next = await propose('octocat', 'next')
    const asked = {pullRequest: next.number, ground: stage.root}
    const own = {sha: change.head, pullRequest: change.number}
    // Its own commits are not taken back: the squash holds them.
    expect((await read({...asked, authorized: [own]})).range).toMatchObject({
      base: 'authorized',
      since: change.head,
      size: {behind: 0},
    })
    // Another pull request's word for it, or for another head of it, is none.
    const elsewhere = {...asked, authorized: [{...own, pullRequest: next.number}]}
    expect((await read(elsewhere)).range).toMatchObject({base: 'ground', since: stage.root})
    const late = await propose('hubot', 'late')
    const more = await push('hubot', 'late', {files: {more: '1\n'}})
    await merge(late.number, 'squash')
    const last = await propose('octocat', 'last')
    const range = async (sha: string) =>
      (await read({pullRequest: last.number, authorized: [{sha, pullRequest: late.number}, {sha: merged}]})).range
    expect(await range(more)).toMatchObject({base: 'authorized', since: more})
    expect(await range(late.head)).toMatchObject({base: 'authorized', since: merged})
  })

  test('is the ground where nothing that was authorized is contained, and nothing where that is not either', async () => {
    const aside = await push('monalisa', 'aside', {files: {z: '1\n'}})
    const facts = await read({authorized: [{sha: aside}, {sha: lost}], ground: stage.root})
    expect(facts.range).toMatchObject({base: 'ground', since: stage.root, size: {commits: 1, behind: 1}})
    for (const ground of [{}, {ground: lost}, {ground: aside}]) {
      const none = await read({authorized: [{sha: lost}], ...ground})
      expect(none).toMatchObject({range: {base: 'none', size: {cut: true}, parts: [{commits: []}]}, files: [], filesCut: true})
      expect(none.range.since).toBeUndefined()
      expect(handsIn(none)).toEqual(['nothing that was authorized, or lay beneath the first that was, is beneath it'])
    }
  }) // prettier-ignore

  test('is looked for among the ten newest, and then the ground is taken', async () => {
    const aside = Array.from({length: 10}, (_, i) => ({sha: `${i}`.repeat(40)}))
    const asked = {ground: stage.root, authorized: [...aside.slice(0, 9), {sha: change.head}]}
    await push('hubot', 'feature', {files: {b: '1\n'}})
    expect((await read(asked)).range).toMatchObject({base: 'authorized', since: change.head})
    stage.world.requests.length = 0
    const beyond = {...asked, authorized: [...aside, {sha: change.head}]}
    expect((await read(beyond)).range).toMatchObject({base: 'ground', since: stage.root})
    expect(stage.world.requests.filter(({path}) => path.includes('/compare/')).length).toBeLessThanOrEqual(12)
  })

  test('is the very commit where it was authorized before, however long ago, and what is taken back is said', async () => {
    const merged = await merge(change.number)
    const next = await propose('octocat', 'next')
    const newest = await merge(next.number)
    const others = Array.from({length: 12}, (_, i) => ({sha: `${i % 10}`.repeat(39) + 'b'}))
    const facts = await read({authorized: [{sha: newest}, ...others, {sha: merged}]})
    expect(facts).toMatchObject({
      commit: {sha: merged},
      range: {base: 'authorized', since: merged, size: {commits: 0, behind: 2, files: 0}, parts: [], unsigned: 0},
      files: [],
      filesCut: false,
    })
    expect((await read({authorized: [{sha: merged}, {sha: newest}]})).range.size.behind).toBe(0)
  })

  test('is for files alone what was somebody’s own work, and hands are counted from what was not', async () => {
    const own = await push('octocat', 'feature', {files: {b: '1\n'}})
    await push('hubot', 'feature', {files: {c: '1\n'}})
    const authorized = [{sha: own, isOwnWork: true}, {sha: change.head}]
    const facts = await read({authorized})
    expect(paths(facts)).toEqual(['c'])
    expect(facts.range).toMatchObject({base: 'authorized', since: change.head, size: {from: own, commits: 1, files: 1}})
    expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
    // Without another one before it hands are counted from the ground.
    const first = await read({authorized: authorized.slice(0, 1), ground: stage.root})
    expect([first.range.base, first.range.since, paths(first)]).toEqual(['ground', stage.root, ['c']])
  })
})

describe('what goes out', () => {
  test('is the net difference: what a later commit took back again counts for nothing', async () => {
    await push('hubot', 'feature', {files: {'infra/x.tf': 'x\n'}})
    await push('hubot', 'feature', {files: {'infra/x.tf': null}})
    const facts = await read()
    expect([paths(facts), facts.range.size.commits]).toEqual([['src/a.ts'], 3])
  })

  test('covers every pull request in between, each with its own hands', async () => {
    const first = await propose('octocat', 'first')
    await merge(first.number)
    await merge(change.number)
    const facts = await read({authorized: [{sha: stage.root}]})
    expect(facts.range).toMatchObject({base: 'authorized', since: stage.root})
    const brought = facts.range.parts.map(({pullRequests}) => pullRequests)
    expect(new Set(brought.map((pulls) => JSON.stringify(pulls)))).toEqual(
      new Set([
        JSON.stringify([{number: first.number, author: 'octocat'}]),
        JSON.stringify([{number: change.number, author: 'hubot'}]),
      ]),
    )
    for (const [i, did] of didOf(stage, facts, 'octocat').entries()) {
      expect([brought[i]?.[0]?.author, did]).toEqual(
        did === undefined ? ['hubot', undefined] : ['octocat', `opened #${first.number}`],
      )
    }
    expect(didOf(stage, facts, 'monalisa').every((did) => did === undefined)).toBe(true)
  })

  test('holds what was pushed to the base without a pull request: the pusher’s', async () => {
    const direct = await push('octocat', 'main', {files: {d: '1\n'}, author: {name: 'A', email: 'a@b.example'}})
    await merge(change.number)
    const facts = await read({authorized: [{sha: stage.root}]})
    const part = facts.range.parts.find(({commits}) => commits.some((sha) => sha === direct))
    expect(part).toMatchObject({
      pullRequests: [],
      commits: [direct],
      hands: {kind: 'seen', accounts: [{login: 'octocat', did: 'pushed to main'}]},
    })
    // Beneath an open pull request that has it, it goes out too.
    const next = await propose('hubot', 'next')
    const open = await read({pullRequest: next.number, authorized: [{sha: stage.root}]})
    expect(didOf(stage, open, 'octocat').filter((did) => did !== undefined)).toEqual(['pushed to main'])
  })

  test('holds what a workflow pushed to the base: anybody’s, of that commit alone', async () => {
    const direct = await push('github-actions[bot]', 'main', {files: {d: '1\n'}})
    await merge(change.number)
    const {parts} = (await read({authorized: [{sha: stage.root}]})).range
    const unseen = parts.filter(({hands}) => hands.kind === 'everybody')
    expect(unseen).toMatchObject([
      {commits: [direct], hands: {why: expect.stringContaining('a workflow moved a branch')}},
    ])
  })

  test('holds what was pushed to the base and nobody tells by whom', async () => {
    const direct = await push('octocat', 'main', {files: {d: '1\n'}})
    await merge(change.number)
    const repository = stage.world.repositories.find(({id}) => id === stage.repositoryId)
    const activity = repository?.activity ?? []
    activity.splice(activity.findIndex(({after}) => after === direct), 1)
    const {parts} = (await read({authorized: [{sha: stage.root}]})).range
    expect(parts.filter(({hands}) => hands.kind === 'everybody')).toMatchObject([{commits: [direct]}])
  }) // prettier-ignore

  test('holds what a merge by hand brought: whoever pushed it has a hand in all of it', async () => {
    const mixed = await push('octocat', 'main', {mergeParents: [change.head], files: {'src/a.ts': 'one\ntwo\n', evil: '1\n'}, author: {name: 'hubot', email: 'hubot@github.example'}, committer: {name: 'hubot', email: 'hubot@github.example'}})
    const next = await propose('hubot', 'next')
    const facts = await read({pullRequest: next.number, authorized: [{sha: stage.root}]})
    const part = facts.range.parts.find(({commits}) => commits.some((sha) => sha === mixed))
    expect(part?.hands).toMatchObject({accounts: expect.arrayContaining([expect.objectContaining({login: 'octocat', did: 'pushed to main'})])})
    expect(paths(facts)).toEqual(['evil', 'next.txt', 'src/a.ts'])
  }) // prettier-ignore

  /** hubot's pull request into `develop`, with what octocat pushed under hubot's name, and the one from there into main. */
  async function byWayOfDevelop(): Promise<readonly [inner: number, outer: number]> {
    await push('monalisa', 'develop', {sha: stage.root})
    const forged = {name: 'hubot', email: '480938+hubot@users.noreply.github.com'}
    await push('octocat', 'work', {files: {w: '1\n'}, author: forged, committer: forged, parents: [stage.root]})
    const inner = await stage.world.openPullRequest({repository: name, head: 'work', base: 'develop', author: 'hubot'})
    await merge(inner.number, 'merge', 'hubot')
    const outer = await stage.world.openPullRequest({repository: name, head: 'develop', base: 'main', author: 'hubot'})
    return [inner.number, outer.number]
  }

  test('by way of another branch than the default one keeps the hands of both', async () => {
    const [inner, outer] = await byWayOfDevelop()
    const pushed = `pushed to the branch of #${inner}`
    expect(didOf(stage, await read({pullRequest: outer}), 'octocat')).toContain(pushed)
    await merge(outer, 'merge', 'hubot')
    expect(didOf(stage, await read({pullRequest: outer}), 'octocat')).toContain(pushed)
  })

  test('by way of another branch may be anybody’s where nothing tells who pushed there first', async () => {
    const [, outer] = await byWayOfDevelop()
    stage.world.dropActivity({repository: name, branch: 'work'})
    const gap = expect.stringContaining('GitHub does not tell who pushed')
    expect(handsIn(await read({pullRequest: outer}))).toContainEqual(gap)
    await merge(outer, 'merge', 'hubot')
    expect(handsIn(await read({pullRequest: outer}))).toContainEqual(gap)
  })

  test('of a merged pull request is not asked for its moves again, when another goes out on top', async () => {
    await merge(change.number, 'squash')
    const first = await propose('octocat', 'first')
    expect(handsIn(await read({pullRequest: first.number, authorized: [{sha: stage.root}]}))).toEqual([
      'hubot',
      'octocat',
    ])
    const second = await propose('monalisa', 'second')
    stage.world.requests.length = 0
    const facts = await read({pullRequest: second.number, authorized: [{sha: stage.root}]})
    expect(handsIn(facts)).toEqual(['hubot', 'monalisa'])
    const asked = stage.world.requests.filter(({path}) => path.includes('/activity')).map(({path}) => path)
    expect(asked.filter((path) => path.includes('feature'))).toEqual([])
    expect(asked.some((path) => path.includes('second'))).toBe(true)
  })

  test('of two that a queue let in at once has the hands of both, and of nobody who queued them', async () => {
    const first = await propose('octocat', 'first')
    const one = await stage.world.mergeThroughQueue({repository: name, pullRequest: first.number, by: 'monalisa'})
    const two = await stage.world.mergeThroughQueue({repository: name, pullRequest: change.number, by: 'hubot'})
    // GitHub moves the base once for all that it took in together.
    const activity = stage.world.repositories.find(({id}) => id === stage.repositoryId)?.activity ?? []
    const at = activity.findIndex(({after, ref}) => after === one.sha && ref === 'refs/heads/main')
    const last = activity.find(({after, ref}) => after === two.sha && ref === 'refs/heads/main')
    Object.assign(last ?? {}, {before: stage.root})
    activity.splice(at, 1)
    const facts = await read({authorized: [{sha: stage.root}]})
    expect(facts.range.parts.flatMap(({commits}) => commits)).toContain(one.sha)
    expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
  })

  test('of more than fifty pull requests is read to the fiftieth', async () => {
    for (let i = 0; i < 51; i += 1) await merge((await propose('hubot', `many-${i}`)).number, 'squash')
    const last = await propose('hubot', 'last')
    const facts = await read({pullRequest: last.number, authorized: [{sha: stage.root}]})
    const unseen = facts.range.parts.filter(({hands}) => hands.kind === 'everybody')
    expect(unseen.map(({hands}) => hands)).toEqual([
      {kind: 'everybody', why: 'it holds more than 50 pull requests'},
      {kind: 'everybody', why: 'it holds more than 50 pull requests'},
    ])
    expect(handsIn(facts)).toContain('hubot')
  })

  test('of more than 300 files is cut, and says so', async () => {
    const files = Object.fromEntries(Array.from({length: 301}, (_, i) => [`many/${i}.txt`, 'x\n']))
    await push('hubot', 'feature', {files})
    const facts = await read({authorized: [{sha: stage.root}]})
    expect(facts).toMatchObject({files: {length: 300}, filesCut: true, range: {size: {files: 300, cut: true}}})
  })
})
