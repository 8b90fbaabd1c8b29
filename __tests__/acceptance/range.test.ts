/** Scenario: what goes out is what was judged. Somebody's own work never rides out under another's pull request. */
import {afterAll, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import type {Push} from '../../sandbox/pushes.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
/** The newest commit of main that was authorized. */
let base: string
let count = 0

beforeAll(async () => {
  stage = await Stage.open()
  // monalisa may approve too; like octocat she had no hand in what hubot makes.
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
  stage.world.liftSecondaryLimits()
})
afterAll(() => stage.close())

/** A pull request by hubot, merged by hubot and authorized by monalisa: what everything is counted from. */
beforeEach(async () => {
  base = await ride()
  expect(await say(`/authorize production ${base}`, 'monalisa')).toContain('Authorized for `production`')
})

let last = 0
const say = (body: string, by = 'octocat', pullRequest = last): Promise<string> => stage.say(body, {by, pullRequest})
const authorize = (sha: string, by = 'octocat'): Promise<string> => say(`/authorize production ${sha}`, by)

const branchName = (): string => `change-${(count += 1)}`

/** Opens a pull request, by hubot unless said otherwise. */
async function open(work: Partial<Push> & {readonly author?: never; readonly opener?: string} = {}) {
  const {opener = 'hubot', ...push} = work
  const branch = branchName()
  const head = await stage.world.push({repository, branch, pusher: opener, files: {[`${branch}.txt`]: 'x\n'}, ...push})
  const {number} = await stage.world.openPullRequest({repository, head: branch, author: opener})
  last = number
  return {branch, head, number}
}

type Method = 'merge' | 'squash' | 'rebase'

async function merge(
  number: number,
  {by = 'hubot', method = 'merge'}: {by?: string; method?: Method} = {},
): Promise<string> {
  last = number
  return (await stage.world.mergePullRequest({repository, pullRequest: number, by, method})).sha
}

/** hubot's small pull request, merged on top of whatever is there. */
const ride = async (): Promise<string> => merge((await open()).number)

const plain = (reply: string): string => reply.replace(/[\\`*\u200b]/g, '')

/** Not by octocat alone: one more person, for `because`. */
async function expectOneMore(sha: string, because: string | RegExp): Promise<void> {
  const reply = plain(await authorize(sha))
  expect(reply).toContain('1 more person is needed')
  expect(reply).toMatch(because)
  expectRefused(await stage.gate({job: {trigger: {event: 'push', branch: 'main', sha}}}), 'receipt_missing')
}

describe('beneath a small pull request of somebody else', () => {
  test('an own pull request that was merged without authorization', async () => {
    const {number} = await open({opener: 'octocat'})
    await merge(number, {by: 'octocat'})
    const sha = await ride()
    await expectOneMore(sha, `#${number} by octocat: one more person`)
    // Two, whoever they are.
    expect(await authorize(sha, 'monalisa')).toContain('Authorized for `production`')
    const receipt = JSON.parse(stage.receiptText({sha})) as {
      approvals: {login: string}[]
      flags: string[]
      scope: object
    }
    expect(receipt.approvals.map(({login}) => login)).toEqual(['monalisa'])
    expect(receipt.flags).toEqual([])
    expect(receipt.scope).toMatchObject({since: base})
    expectAllowed(await stage.gate({job: {trigger: {event: 'push', branch: 'main', sha}}}), sha)
  })

  test('a direct push of one’s own', async () => {
    await stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {[branchName()]: 'direct\n'}})
    await expectOneMore(await ride(), 'octocat pushed to main')
  })

  test('a merge made by hand of somebody’s head with changes of one’s own', async () => {
    const {head} = await open()
    const tip = await tipOfMain()
    const sha = await stage.world.push({
      repository,
      branch: 'main',
      pusher: 'octocat',
      files: {'smuggled.txt': `${count}\n`},
      parents: [tip],
      mergeParents: [head],
      author: {name: 'hubot', email: 'hubot@users.noreply.github.com'},
      committer: {name: 'hubot', email: 'hubot@users.noreply.github.com'},
    })
    await expectOneMore(sha, 'octocat pushed to main')
  })

  test('an own pull request of more commits than GitHub lists of one', async () => {
    const commits = Array.from({length: 251}, (_, i) => ({files: {[`many-${i}.txt`]: `${count}\n`}}))
    const {number} = await open({opener: 'octocat', commits})
    await merge(number, {by: 'octocat'})
    await expectOneMore(await ride(), `#${number} by octocat`)
  })

  test('an own pull request with forged authors into a branch that somebody else brings to main', async () => {
    const {world} = stage
    const forged = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
    await world.push({
      repository,
      branch: 'develop',
      pusher: 'hubot',
      files: {[branchName()]: 'd\n'},
      force: true,
      parents: [await tipOfMain()],
    })
    const branch = branchName()
    const work = {repository, branch, pusher: 'octocat', files: {[branch]: 'own\n'}, author: forged, committer: forged}
    await world.push({...work, parents: [tipOf('develop')]})
    const inner = await world.openPullRequest({repository, head: branch, base: 'develop', author: 'hubot'})
    await merge(inner.number)
    const outer = await world.openPullRequest({repository, head: 'develop', author: 'hubot'})
    await expectOneMore(await merge(outer.number), `octocat pushed to the branch of #${inner.number}`)
  })
})

test('a workflow of one’s own pushes the branch and opens the pull request: anybody may have had it do so', async () => {
  const forged = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
  const bot = 'github-actions[bot]'
  const {head} = await open({opener: bot, pusher: bot, author: forged as never, committer: forged})
  await expectOneMore(head, 'a workflow moved a branch')
})

test('a branch at one’s own commit, opened as a pull request by a colleague', async () => {
  const forged = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
  const mine = branchName()
  const sha = await stage.world.push({
    repository,
    branch: mine,
    pusher: 'octocat',
    files: {[mine]: 'x\n'},
    author: forged,
    committer: forged,
  })
  await open({sha})
  await expectOneMore(sha, 'octocat pushed')
})

describe('"Update branch"', () => {
  test('of a clean merge is nobody’s hand, on the head and on the merge commit', async () => {
    const {number} = await open()
    await ride()
    const head = await stage.world.updateBranch({repository, pullRequest: number, by: 'octocat'})
    last = number
    expect(plain(await authorize(head))).toContain('Authorized for production')
    const merged = await merge(number, {by: 'octocat'})
    expect(plain(await authorize(merged))).toContain('Authorized for production')
  })

  test('of an old commit of the base, or of one that undoes it, is', async () => {
    const {branch, head, number} = await open()
    const older = await tipOfMain()
    await ride()
    const update = {repository, branch, pusher: 'octocat', signedByGitHub: true, parents: [head]} as const
    const self = {author: {name: 'octocat', email: 'octocat@users.noreply.github.com'}, message: 'Merge main'}
    const undone = await stage.world.push({...update, ...self, mergeParents: [await tipOfMain()], files: {}})
    last = number
    await expectOneMore(undone, 'octocat')
    const old = await stage.world.push({...update, ...self, mergeParents: [older], force: true, files: {}})
    last = number
    await expectOneMore(old, 'octocat')
  })
})

test('a suggestion that was committed, and a name that somebody wrote onto a commit, cost one more person and lock nobody out', async () => {
  const {number} = await open()
  const files = {'suggested.txt': `${count}\n`}
  const head = await stage.world.commitSuggestion({
    repository,
    pullRequest: number,
    by: 'hubot',
    suggestedBy: 'octocat',
    files,
  })
  last = number
  await expectOneMore(head, 'octocat is named on a commit')
  expect(await authorize(head, 'monalisa')).toContain('Authorized for `production`')

  const all =
    'Add\n\nCo-authored-by: octocat <octocat@users.noreply.github.com>\nCo-authored-by: monalisa <monalisa@users.noreply.github.com>'
  const named = await open({message: all})
  await expectOneMore(named.head, 'octocat is named on a commit')
  expect(await authorize(named.head, 'monalisa')).toContain('Authorized for `production`')
  expect(JSON.parse(stage.receiptText({sha: named.head}))).toMatchObject({flags: ['escalated']})
})

test('what a release bot pushes after the merge is authorized on the pull request below it', async () => {
  const {world} = stage
  const {number} = await open()
  await merge(number)
  const sha = await world.push({
    repository,
    branch: 'main',
    pusher: 'hubot',
    files: {'CHANGELOG.md': `${count}\n`},
    message: 'chore(release)',
  })
  const reply = await authorize(sha)
  expect(reply).toContain('Authorized for `production`')
  expect(reply).toContain(`since \`${base}\``)
  expectAllowed(await stage.gate({job: {trigger: {event: 'push', branch: 'main', sha}}}), sha)
})

test('a commit that was authorized only together with its removal is not authorized alone', async () => {
  const {number} = await open({
    opener: 'octocat',
    commits: [{files: {'x.txt': `${count}\n`}}, {files: {'x.txt': null, 'r.txt': `${count}\n`}}],
  } as never)
  const rebased = await merge(number, {by: 'octocat', method: 'rebase'})
  expect(await authorize(rebased, 'monalisa')).toContain('Authorized for `production`')
  const [first] = await parentsOf(rebased)
  last = number
  // It does not contain the merge commit, so it is not even named: the answer says what can be.
  expect(plain(await authorize(first ?? ''))).toContain('Not authorized')
  const alone = await stage.world.push({repository, branch: branchName(), pusher: 'hubot', sha: first ?? ''})
  last = (
    await stage.world
      .openPullRequest({repository, head: `change-${count}`, author: 'hubot'})
      .catch(() => ({number: last}))
  ).number
  expect(plain(await authorize(alone))).not.toContain('Authorized for')
})

test('two people who both pushed to one squashed branch say so both', async () => {
  const {branch, number} = await open({opener: 'octocat'})
  await stage.world.push({repository, branch, pusher: 'monalisa', files: {[`${branch}-2`]: 'x\n'}})
  const sha = await merge(number, {method: 'squash'})
  await expectOneMore(sha, `#${number} by octocat: one more person`)
  const reply = await authorize(sha, 'monalisa')
  expect(reply).toContain('Authorized for `production`')
  const {approvals} = JSON.parse(stage.receiptText({sha})) as {approvals: {login: string}[]}
  expect(approvals.map(({login}) => login)).toEqual(['octocat', 'monalisa'])
})

test('a rollback to something authorized says how much is taken back', async () => {
  const older = base
  const number = last
  const newer = await ride()
  await authorize(newer)
  last = number
  const reply = await authorize(older)
  expect(reply).toContain('Authorized for `production`')
  expect(reply).toContain('2 commits of the newest taken back')
})

const tipOf = (branch: string): string => {
  const tip = stage.world.repositories.find(({name}) => name === 'api-service')?.git.branch(branch)
  if (tip === undefined) throw new Error(`no branch ${branch}`)
  return tip
}
const tipOfMain = (): Promise<string> => Promise.resolve(tipOf('main'))

async function parentsOf(sha: string): Promise<readonly string[]> {
  const {git} = stage.world.repositories[0] as {git: {commit?: unknown}} & Stage['world']['repositories'][number]
  const {readCommit} = await import('../../sandbox/git/history.ts')
  return readCommit(git, sha)?.parents ?? []
}
