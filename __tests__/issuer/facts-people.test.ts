/** Who had a hand in a pull request: names on commits and pushers, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {ChangeFacts, Push} from '../../issuer/model/facts.ts'
import {
  type ChangeOrder,
  name,
  openChange,
  type OpenedChange,
  pushersOf,
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
    expect(pushersOf(facts)).toEqual(['hubot', 'octocat'])
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
    expect(pushersOf(facts)).toEqual(['hubot', 'octocat'])
    expect(facts.authors).toMatchObject({people: [{name: 'hubot', id: 480_938}]})
  })

  test('stay when the branch was forced away and back again', async () => {
    const evil = await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: change.head, force: true})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: evil})
    expect(pushersOf(await read())).toEqual(['hubot', 'octocat'])
  })

  test('stay when the branch was deleted and made again', async () => {
    const evil = await stage.world.push({repository: name, branch: 'feature', pusher: 'octocat', files: {e: '1\n'}})
    await stage.world.deleteBranch({repository: name, branch: 'feature', by: 'hubot'})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'hubot', sha: evil})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'feature', author: 'hubot'})
    expect(pushersOf(await read({pullRequest: number}))).toEqual(['hubot', 'octocat'])
  })

  test('are traced through a force-push that replaced everything', async () => {
    const push = {repository: name, branch: 'feature', pusher: 'monalisa', force: true}
    const head = await stage.world.push({...push, parents: [stage.root], files: {'src/c.ts': '1\n'}})
    const facts = await read()
    expect([facts.commit.sha, pushersOf(facts)]).toEqual([head, ['hubot', 'monalisa']])
  })

  test('end at the merge base: whoever pushed to the default branch is none', async () => {
    const main = await stage.world.push({repository: name, branch: 'main', pusher: 'monalisa', files: {m: '1\n'}})
    await stage.world.push({repository: name, branch: 'late', pusher: 'octocat', sha: main})
    await stage.world.push({repository: name, branch: 'late', pusher: 'hubot', files: {l: '1\n'}})
    const {number} = await stage.world.openPullRequest({repository: name, head: 'late', author: 'hubot'})
    expect(pushersOf(await read({pullRequest: number}))).toEqual(['hubot'])
    // Merged, the default branch contains the head; where the branch left it is still told.
    await stage.world.mergePullRequest({repository: name, pullRequest: number, by: 'octocat'})
    expect(pushersOf(await read({pullRequest: number}))).toEqual(['hubot'])
  })

  test('are known from webhooks alone', async () => {
    const announced = announce({before: '0'.repeat(40), after: change.head})
    stage.world.dropActivity({repository: name, branch: 'feature'})
    expect(pushersOf(await read({pushes: [announced]}))).toEqual(['hubot'])
  })

  test('are known from webhooks and activity together', async () => {
    stage.world.dropActivity({repository: name, branch: 'feature'})
    await stage.world.push({repository: name, branch: 'feature', pusher: 'monalisa', files: {b: '1\n'}})
    const announced = announce({before: stage.root, after: change.head})
    expect(pushersOf(await read({pushes: [announced]}))).toEqual(['hubot', 'monalisa'])
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
    expect([facts.commit.sha, pushersOf(facts)]).toEqual([head, ['hubot', 'monalisa']])
    expect(stage.world.requests.filter(({path}) => path.includes('/activity'))).toHaveLength(2)
  })

  function announce(move: Pick<Push, 'before' | 'after'>): Push {
    const {repository} = say(stage, {pullRequest: change.number})
    const actor = {id: stage.people.hubot.id, login: 'hubot'}
    return {repositoryId: repository.id, ref: 'refs/heads/feature', actor, ...move}
  }
})
