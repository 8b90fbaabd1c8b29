/** A55: a receipt that gates refuse, one revoked unused, or a rewritten branch as the base. Each leaves the one beneath it, or the ground. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {readCommit} from '../../sandbox/git/history.ts'
import {theRepository} from '../../sandbox/world.ts'
import {Stage, repository} from '../acceptance/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.liftSecondaryLimits()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(() => stage.close())

const merge = async (pullRequest = stage.pullRequest, by = 'hubot'): Promise<string> =>
  (await stage.world.mergePullRequest({repository, pullRequest, by})).sha
const parentOf = (sha: string): string => readCommit(theRepository(stage.world, repository).git, sha)?.parents[0] ?? ''
const sinceOf = (sha: string): unknown =>
  (JSON.parse(stage.receiptText({sha})) as {scope: {since?: string}}).scope.since

/** hubot's next small pull request, merged. */
async function ride(branch: string): Promise<{sha: string; pullRequest: number}> {
  const {pullRequest} = await stage.propose(branch)
  return {sha: await merge(pullRequest), pullRequest}
}

const octocatPushes = (file: string): Promise<string> =>
  stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {[file]: 'own\n'}})

test('the first authorization takes what lies beneath the pull request as it is, says so, and signs it', async () => {
  await octocatPushes('before.txt')
  const sha = await merge()
  const ground = parentOf(sha)
  const reply = await stage.authorize({sha})
  expect(reply).toContain('Authorized for `production`')
  expect(reply).toContain(`2 commits, 1 file (+1 −0) since \`${ground}\`, which lay beneath the first authorization`)
  expect(sinceOf(sha)).toBe(ground)
})

test('the first authorization of a commit on top of a merged pull request counts that commit too', async () => {
  const merged = await merge()
  const sha = await octocatPushes('on-top.txt')
  const reply = await stage.authorize({sha})
  expect(reply).toContain('1 more person is needed')
  expect(reply).toContain(`3 commits, 2 files (+2 −0) since \`${parentOf(merged)}\``)
  expect(await stage.say(`/authorize production ${sha}`, {by: 'monalisa'})).toContain('Authorized for `production`')
})

test('when the first receipt is revoked unused, the ground remains and hides no push', async () => {
  const first = await merge()
  await stage.authorize({sha: first})
  await stage.say('/revoke production')
  await octocatPushes('later.txt')
  const {sha, pullRequest} = await ride('second')
  const reply = await stage.say(`/authorize production ${sha}`, {pullRequest})
  expect(reply).toContain('1 more person is needed')
  expect(reply).toContain('octocat pushed to main')
  expect(reply).toContain(`since \`${parentOf(first)}\``)
})

test('a receipt of somebody’s own work is no base for people: the next one is flagged too', async () => {
  const policy = 'version: 1\nenvironments:\n  production: {independence: none}\n'
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', files: {'.github/countersign.yml': policy}})
  const first = await merge()
  await stage.say(`/authorize production ${first}`, {by: 'monalisa'})
  const own = await octocatPushes('own.txt')
  expect(await stage.authorize({sha: own})).toContain('flagged `self`')
  expect(sinceOf(own)).toBe(first)
  const {sha, pullRequest} = await ride('on-top')
  const reply = await stage.say(`/authorize production ${sha}`, {pullRequest})
  expect(reply).toContain('flagged `self`')
  expect(sinceOf(sha)).toBe(first)
  // Files and risk are those of what is new.
  expect(reply).toContain('1 file (+1 −0)')
})

test('a base that was rewritten away leaves nothing to count from: one more person, never a refusal', async () => {
  const first = await merge()
  await stage.authorize({sha: first})
  const root = await stage.world.push({
    repository,
    branch: 'main',
    pusher: 'hubot',
    parents: [],
    force: true,
    files: {'README.md': 'New\n', 'deploy.sh': 'echo\n'},
  })
  const {sha, pullRequest} = await ride('afresh')
  const reply = await stage.say(`/authorize production ${sha}`, {pullRequest})
  expect(reply).toContain('could not be read to the end')
  expect(reply).toContain('1 more person is needed')
  expect(await stage.say(`/authorize production ${sha}`, {by: 'monalisa', pullRequest})).toContain('Authorized for')
  expect(sinceOf(sha)).toBeUndefined()
  // From here on there is something again.
  const next = await ride('and-on')
  const again = await stage.say(`/authorize production ${next.sha}`, {pullRequest: next.pullRequest})
  expect(again).toContain('Authorized for `production`')
  expect(root).toBeDefined()
})
