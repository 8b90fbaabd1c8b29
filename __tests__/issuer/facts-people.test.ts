/** Who has a hand in what goes out of one pull request: who opened it, moved its branch, is named on it; on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts, Push} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  didOf,
  handsIn,
  name,
  openChange,
  type OpenedChange,
  readChange,
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

const push = (pusher: string, more: Partial<Parameters<Stage['world']['push']>[0]> = {}): Promise<string> =>
  stage.world.push({repository: name, branch: 'feature', pusher, ...more})

describe('names on commits', () => {
  const people = async (): Promise<readonly unknown[]> =>
    (await read()).range.parts.flatMap(({hands}) =>
      hands.kind === 'seen' ? hands.people.map(({name: who, email, id}) => [who, email, id]) : [],
    )

  test('are those of authors, committers and co-authors, forged ones too', async () => {
    await push('hubot', {
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
    // hubot is author and committer of the first.
    expect(found).toHaveLength(6)
    const facts = await read()
    expect(didOf(stage, facts, 'octocat')).toEqual([
      undefined,
      'is named on a commit (by the address 583231+octocat@users.noreply.github.com)',
    ])
    expect(didOf(stage, facts, 'monalisa')).toEqual([undefined, 'is named on a commit (by account)'])
  })

  test('are all read over several pages', async () => {
    const commits = Array.from({length: 230}, (_, i) => ({message: `${i}`, author: {name: `author ${i}`}}))
    await push('hubot', {commits})
    expect((await read()).range.size.commits).toBe(231)
    const found = (await people()).map((person) => (person as readonly unknown[])[0])
    expect(found).toEqual(expect.arrayContaining(commits.map(({author}) => author.name)))
  })

  test('of a thousand commits are read, and of one more it is everybody’s', async () => {
    await push('octocat', {commits: Array.from({length: 999}, (_, i) => ({message: `${i}`}))})
    expect(handsIn(await read())).toEqual(['hubot', 'octocat'])
    await push('hubot', {files: {last: '1\n'}})
    const {range, files, filesCut} = await read()
    expect(range).toMatchObject({base: 'none', size: {commits: 1001}})
    expect(range.parts).toEqual([
      {pullRequests: [], commits: [], hands: {kind: 'everybody', why: 'it has more than 1000 commits'}},
    ])
    expect([files.map(({path}) => path), filesCut]).toEqual([['last', 'src/a.ts'], false])
  })
})

describe('pushers', () => {
  test('are all who moved the branch, whatever names stand on the commits', async () => {
    const forged = {name: 'hubot', email: '480938+hubot@users.noreply.github.com'}
    await push('octocat', {author: forged, committer: forged, files: {'src/evil.ts': '1\n'}})
    const facts = await read()
    expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
    expect(didOf(stage, facts, 'octocat')).toEqual([`pushed to the branch of #${change.number}`])
    expect(facts.range.parts[0]?.hands).toMatchObject({people: [{name: 'hubot', id: 480_938}, {name: 'hubot'}]})
  })

  test('have a hand in the whole pull request, and whoever did neither in none of it', async () => {
    const second = await push('octocat', {files: {'src/b.ts': '1\n'}, author: {name: 'A', email: 'a@b.example'}})
    const facts = await read({authorized: [{sha: change.head}]})
    expect(facts.range).toMatchObject({base: 'authorized', since: change.head, parts: [{commits: [second]}]})
    expect(didOf(stage, facts, 'octocat')).toEqual([`pushed to the branch of #${change.number}`])
    expect(didOf(stage, facts, 'hubot')).toEqual([`opened #${change.number}`])
    expect(didOf(stage, facts, 'monalisa')).toEqual([undefined])
  })

  test('stay when the branch was forced away and back again', async () => {
    const evil = await push('octocat', {files: {e: '1\n'}})
    await push('hubot', {sha: change.head, force: true})
    await push('hubot', {sha: evil})
    expect(handsIn(await read())).toEqual(['hubot', 'octocat'])
  })

  test('stay when the branch was deleted and made again', async () => {
    const evil = await push('octocat', {files: {e: '1\n'}})
    await stage.world.deleteBranch({repository: name, branch: 'feature', by: 'hubot'})
    await push('hubot', {sha: evil})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'feature', author: 'hubot'})
    expect(handsIn(await read({pullRequest: number}))).toEqual(['hubot', 'octocat'])
  })

  test('are traced through a force-push that replaced everything', async () => {
    const head = await push('monalisa', {force: true, parents: [stage.root], files: {'src/c.ts': '1\n'}})
    const facts = await read()
    expect([facts.commit.sha, handsIn(facts)]).toEqual([head, ['hubot', 'monalisa']])
  })

  test('end where the branch left its base: whoever pushed that is none, and whoever only made the branch neither', async () => {
    const main = await push('monalisa', {branch: 'main', files: {m: '1\n'}})
    await push('octocat', {branch: 'late', sha: main})
    await push('hubot', {branch: 'late', files: {l: '1\n'}})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'late', author: 'hubot'})
    expect(handsIn(await read({pullRequest: number}))).toEqual(['hubot'])
    // Merged, the default branch contains the head; where the branch left it is still told.
    await stage.world.mergePullRequest({repository: name, pullRequest: number, by: 'octocat'})
    expect(handsIn(await read({pullRequest: number}))).toEqual(['hubot'])
  })

  test('are whoever pushed the commit to another branch first, of which a colleague made a pull request', async () => {
    const evil = await push('octocat', {branch: 'first', files: {e: '1\n'}, author: {name: 'A', email: 'a@b.example'}})
    await push('hubot', {branch: 'second', sha: evil})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'second', author: 'hubot'})
    const {repository} = say(stage, {pullRequest: number})
    const actor = {id: stage.people.octocat.id, login: 'octocat'}
    const pushes = [{repositoryId: repository.id, ref: 'refs/heads/first', before: stage.root, after: evil, actor}]
    const facts = await read({pullRequest: number, pushes})
    expect(didOf(stage, facts, 'octocat')).toEqual(['pushed it to first'])
    expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
  })

  test('are known from webhooks alone', async () => {
    const announced = announce({before: '0'.repeat(40), after: change.head})
    stage.world.dropActivity({repository: name, branch: 'feature'})
    expect(handsIn(await read({pushes: [announced]}))).toEqual(['hubot'])
  })

  test('that could not be told are asked for again: that it was anybody’s is not kept', async () => {
    const announced = announce({before: '0'.repeat(40), after: change.head})
    stage.world.dropActivity({repository: name, branch: 'feature'})
    expect(handsIn(await read())).toEqual([`GitHub does not tell who pushed ${change.head}`])
    expect(handsIn(await read({pushes: [announced]}))).toEqual(['hubot'])
  })

  test('do not grow by whoever opens another pull request of the same commit, while that is open', async () => {
    await push('hubot', {branch: 'copy', sha: change.head})
    await stage.world.openPullRequest({repository: name, head: 'copy', author: 'octocat'})
    expect(handsIn(await read())).toEqual(['hubot'])
  })

  test('are known from webhooks and activity together', async () => {
    stage.world.dropActivity({repository: name, branch: 'feature'})
    await push('monalisa', {files: {b: '1\n'}})
    const announced = announce({before: stage.root, after: change.head})
    expect(handsIn(await read({pushes: [announced]}))).toEqual(['hubot', 'monalisa'])
  })

  test('may be anybody where neither tells of a move, of that commit alone', async () => {
    stage.world.dropActivity({repository: name, branch: 'feature'})
    const second = await push('monalisa', {files: {b: '1\n'}})
    const {parts} = (await read()).range
    expect(parts).toMatchObject([
      {commits: [change.head], hands: {kind: 'everybody', why: `GitHub does not tell who pushed ${change.head}`}},
      {commits: [second], hands: {kind: 'seen'}},
    ])
  })

  test('may be anybody where a workflow moved the branch, or an account that is no more', async () => {
    await push('github-actions[bot]', {files: {b: '1\n'}})
    expect(handsIn(await read())).toEqual([expect.stringContaining('a workflow moved a branch to')])
    const after = await push('monalisa', {files: {c: '1\n'}, force: true, parents: [stage.root]})
    expect(handsIn(await read())).toEqual(['hubot', 'monalisa'])
    const repository = stage.world.repositories.find(({id}) => id === stage.repositoryId)
    const last = repository?.activity.findLast((one) => one.after === after)
    if (last === undefined) throw new Error('no activity')
    Object.assign(last, {actor: null})
    expect(handsIn(await read({speakers: ['monalisa']}))).toEqual([expect.stringContaining('is no more')])
  })

  test('are other bots as accounts that never speak', async () => {
    stage.world.addApp({slug: 'renovate', owner: 'octo-org', permissions: {contents: 'write'}})
    await push('renovate[bot]', {files: {b: '1\n'}})
    expect(handsIn(await read())).toEqual(['hubot', 'renovate[bot]'])
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
    const head = await push('monalisa', {files: {z: '1\n'}})
    const facts = await read()
    expect([facts.commit.sha, handsIn(facts)]).toEqual([head, ['hubot', 'monalisa']])
    expect(stage.world.requests.filter(({path}) => path.includes('/activity'))).toHaveLength(2)
  })

  function announce(move: Pick<Push, 'before' | 'after'>): Push {
    const {repository} = say(stage, {pullRequest: change.number})
    const actor = {id: stage.people.hubot.id, login: 'hubot'}
    return {repositoryId: repository.id, ref: 'refs/heads/feature', actor, ...move}
  }
})

describe('once it is merged', () => {
  const merge = (method: 'merge' | 'squash' | 'rebase', by = 'monalisa') =>
    stage.world.mergePullRequest({repository: name, pullRequest: change.number, by, method})

  describe.each(['merge', 'squash', 'rebase'] as const)('by %s', (method) => {
    test('the hands are the pull request’s: whoever pressed the button has none', async () => {
      const {sha} = await merge(method)
      await stage.world.deleteBranch({repository: name, branch: 'feature', by: 'monalisa'})
      const facts = await read({speakers: ['monalisa']})
      expect(facts).toMatchObject({commit: {sha}, range: {base: 'ground', since: stage.root}})
      expect(new Set(facts.range.parts.flatMap(({commits}) => commits)).has(facts.commit.sha)).toBe(true)
      expect(handsIn(facts)).toEqual(['hubot'])
      for (const part of didOf(stage, facts, 'monalisa')) expect(part).toBeUndefined()
      for (const part of didOf(stage, facts, 'hubot')) expect(part).toBe(`opened #${change.number}`)
    })

    test('everybody who pushed before it counts still', async () => {
      await push('octocat', {files: {'src/b.ts': '1\n'}, author: {name: 'A', email: 'a@b.example'}})
      await merge(method)
      const facts = await read()
      expect(handsIn(facts)).toEqual(['hubot', 'octocat'])
      for (const part of didOf(stage, facts, 'octocat')) {
        expect(part).toBe(`pushed to the branch of #${change.number}`)
      }
    })

    test('a co-author of its commits stays one', async () => {
      await push('hubot', {files: {b: '1\n'}, message: 'Two\n\nCo-authored-by: octocat <octocat@github.example>'})
      await merge(method)
      const named = didOf(stage, await read(), 'octocat').filter((did) => did !== undefined)
      expect(named).toEqual(['is named on a commit (by the address octocat@github.example)'])
    })

    test('what was pushed may be anybody’s where nothing tells who pushed', async () => {
      await merge(method)
      stage.world.dropActivity({repository: name, branch: 'feature'})
      const {range, commit} = await read()
      const pushed = method === 'merge' ? change.head : commit.sha
      const part = range.parts.find(({commits}) => commits.some((sha) => sha === pushed))
      expect(part?.hands).toEqual({
        kind: 'everybody',
        why: expect.stringMatching(/^GitHub does not tell who (?:pushed|moved the branch of #1)/),
      })
    })
  })

  test('by the queue, it is nobody’s besides', async () => {
    await stage.world.mergeThroughQueue({repository: name, pullRequest: change.number, by: 'monalisa'})
    expect(handsIn(await read({speakers: ['monalisa']}))).toEqual(['hubot'])
  })

  test('by moving the default branch onto its head, whoever moved that has a hand in it', async () => {
    await push('octocat', {files: {e: '1\n'}})
    const head = await push('hubot', {files: {f: '1\n'}})
    await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', sha: head})
    const pull = stage.world.repositories[0]?.pulls[0]
    if (pull === undefined) throw new Error('no pull request')
    pull.merged = {at: pull.updatedAt, by: pull.author, sha: head}
    pull.base.sha = stage.root
    pull.state = 'closed'
    const facts = await read()
    expect(facts).toMatchObject({pullRequest: {mergeCommit: head}, range: {size: {commits: 3}}, mergeReachable: true})
    expect(handsIn(facts)).toEqual(['hubot', 'monalisa', 'octocat'])
    expect(new Set(didOf(stage, facts, 'monalisa'))).toEqual(new Set(['pushed to main']))
  })
})
