/** "Update branch": nobody's hand when it is GitHub's own merge and brings what the base had; on the sandbox GitHub. */
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

const update = (by = 'octocat'): Promise<string> =>
  stage.world.updateBranch({repository: name, pullRequest: change.number, by})

/** A merge by hand that GitHub signed for its pusher, as an App's token can make one. */
const mergeByHand = (second: string, files: Record<string, string | null>, pusher = 'octocat'): Promise<string> =>
  push(pusher, 'feature', {mergeParents: [second], files, signedByGitHub: true})

/** What octocat did in the pull request; empty where it is nothing. */
const octocats = async (asked: Partial<ChangeOrder> = {}): Promise<readonly unknown[]> => [
  ...new Set(didOf(stage, await read(asked), 'octocat').filter((did) => did !== undefined)),
]
const pushed = (): readonly string[] => [`pushed to the branch of #${change.number}`]

describe('a clean one', () => {
  test('is nobody’s hand, open and merged', async () => {
    await push('monalisa', 'main', {files: {m: '1\n'}})
    const updated = await update()
    const facts = await read()
    expect(facts.commit.sha).toBe(updated)
    expect(await octocats()).toEqual([])
    await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat'})
    expect(await octocats()).toEqual([])
  })

  test('is nobody’s hand where the pull request was squashed', async () => {
    await push('monalisa', 'main', {files: {m: '1\n'}})
    await update()
    await stage.world.mergePullRequest({repository: name, pullRequest: change.number, by: 'octocat', method: 'squash'})
    expect(await octocats()).toEqual([])
  })

  test('is nobody’s hand though the base moved on since, or at the same second', async () => {
    await push('monalisa', 'main', {files: {m: '1\n'}})
    await update()
    await push('monalisa', 'main', {files: {n: '1\n'}})
    expect(await octocats()).toEqual([])
  })

  test('is asked for whoever speaks alone', async () => {
    await push('monalisa', 'main', {files: {m: '1\n'}})
    await update()
    stage.world.requests.length = 0
    expect(handsIn(await read({speakers: ['monalisa']}))).toEqual(['hubot', 'octocat'])
    const outcomes = stage.world.requests.filter(({path}) => path.includes('/compare/'))
    expect(outcomes.length).toBeLessThanOrEqual(2)
    // Kept for the one is not kept for the other.
    expect(await octocats()).toEqual([])
  })

  test('beside a push of their own takes nothing from that', async () => {
    await push('monalisa', 'main', {files: {m: '1\n'}})
    await update()
    await push('octocat', 'feature', {files: {b: '1\n'}})
    expect(await octocats()).toEqual(pushed())
  })

  test('of more than twenty the rest is not asked for', async () => {
    for (let i = 0; i < 21; i += 1) {
      await push('monalisa', 'main', {files: {[`m${i}`]: '1\n'}})
      await update()
    }
    expect(await octocats()).toEqual(pushed())
  })
})

describe('a merge that is none', () => {
  test('with what conflicts resolved by hand is a hand', async () => {
    await push('monalisa', 'main', {files: {'src/a.ts': 'other\n'}})
    const ask = {repository: name, pullRequest: change.number, by: 'octocat'}
    await stage.world.resolveConflicts({...ask, files: {'src/a.ts': 'mine\n'}})
    expect(await octocats()).toEqual(pushed())
  })

  test('that brings more than the base had is a hand', async () => {
    const main = await push('monalisa', 'main', {files: {m: '1\n'}})
    await mergeByHand(main, {m: '1\n', evil: '1\n'})
    expect(await octocats()).toEqual(pushed())
  })

  test('that leaves out what the base had is a hand', async () => {
    const main = await push('monalisa', 'main', {files: {m: '1\n', mended: '1\n'}})
    await mergeByHand(main, {m: '1\n'})
    expect(await octocats()).toEqual(pushed())
  })

  test('that brings the base’s file in other words is a hand', async () => {
    const main = await push('monalisa', 'main', {files: {m: '1\n'}})
    await mergeByHand(main, {m: '2\n'})
    expect(await octocats()).toEqual(pushed())
  })

  test('of an older commit of the base is a hand: what the base mended since would be undone', async () => {
    const old = await push('monalisa', 'main', {files: {m: 'broken\n'}})
    stage.world.clock.advance(60)
    await push('monalisa', 'main', {files: {m: 'mended\n'}})
    stage.world.clock.advance(60)
    await mergeByHand(old, {m: 'broken\n'})
    expect(await octocats()).toEqual(pushed())
  })

  test('of another branch than the base is a hand', async () => {
    const other = await push('monalisa', 'other', {files: {m: '1\n'}})
    await mergeByHand(other, {m: '1\n'})
    expect(await octocats()).toEqual(pushed())
  })

  test('that GitHub has not signed, or made for somebody else, is a hand', async () => {
    const main = await push('monalisa', 'main', {files: {m: '1\n'}})
    const before = change.head
    const merged = {mergeParents: [main], files: {m: '1\n'}}
    await push('octocat', 'feature', merged)
    expect(await octocats()).toEqual(pushed())
    await push('hubot', 'feature', {sha: before, force: true})
    const author = {name: 'hubot', email: '480938+hubot@users.noreply.github.com'}
    await push('octocat', 'feature', {...merged, signedByGitHub: true, author})
    expect(await octocats()).toEqual(pushed())
  })

  test('pushed with other commits is a hand', async () => {
    const main = await push('monalisa', 'main', {files: {m: '1\n'}})
    const commits = [{files: {b: '1\n'}}, {mergeParents: [main], files: {m: '1\n'}, signedByGitHub: true}]
    await push('octocat', 'feature', {commits})
    expect(await octocats()).toEqual(pushed())
  })
})

test('the very merge that GitHub would have made, made by its API, is nobody’s hand', async () => {
  const main = await push('monalisa', 'main', {files: {m: '1\n'}})
  await mergeByHand(main, {m: '1\n'})
  expect(await octocats()).toEqual([])
})
