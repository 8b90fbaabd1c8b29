/** A7: authorizing one's own change: as author of the pull request, pusher, commit author, committer or co-author. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import type {Push} from '../../sandbox/pushes.ts'
import {expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  stage.world.addUser({login: 'second-reviewer'})
  stage.world.setPermission({repository, login: 'second-reviewer', role: 'write'})
})
afterAll(() => stage.close())

const octocat = {name: 'The Octocat', email: 'octocat@users.noreply.github.com'}

interface Work {
  readonly author?: string
  readonly push?: Partial<Push>
}

async function propose(branch: string, {author = 'hubot', push}: Work): Promise<{head: string; pullRequest: number}> {
  const files = {[`${branch}.txt`]: 'new\n'}
  const head = await stage.world.push({repository, branch, pusher: 'hubot', files, ...push})
  const {number} = await stage.world.openPullRequest({repository, head: branch, author})
  return {head, pullRequest: number}
}

const attacks: Readonly<Record<string, Work & {readonly because: string}>> = {
  'opened-it': {author: 'octocat', because: 'octocat opened #'},
  'pushed-it': {
    push: {
      pusher: 'octocat',
      author: {name: 'hubot', email: 'hubot@example.com'},
      committer: {name: 'hubot', email: 'hubot@example.com'},
    },
    because: 'octocat pushed to the branch of #',
  },
  'wrote-it': {push: {author: octocat}, because: 'octocat is named on a commit (by account)'},
  'committed-it': {push: {committer: octocat}, because: 'octocat is named on a commit (by account)'},
  'wrote-it-by-name': {
    push: {author: {name: 'Octocat', email: 'somebody@example.com'}},
    because: 'octocat is named on a commit (by the name',
  },
  'wrote-it-together': {
    push: {message: `Add a file\n\nCo-authored-by: The Octocat <${octocat.email}>\n\nAnd more.`},
    because: `octocat is named on a commit (by the address`,
  },
  'wrote-an-earlier-commit': {
    push: {commits: [{files: {'one.txt': '1'}, author: octocat}, {files: {'two.txt': '2'}}]},
    because: 'octocat is named on a commit (by account)',
  },
}

test.each(Object.keys(attacks))('octocat, who %s, cannot authorize it alone; somebody else can', async (branch) => {
  const {because, ...work} = attacks[branch] ?? {because: ''}
  const {head, pullRequest} = await propose(branch, work)
  const answer = await stage.authorize({sha: head, pullRequest})
  expect(answer).toContain('1 more person is needed')
  expect(answer.replace(/[\\\u200b]/g, '')).toContain(because)
  await expectNoReceipt(stage, {sha: head})

  const other = await stage.say(`/authorize production ${head}`, {by: 'second-reviewer', pullRequest})
  expect(other).toContain('Authorized for `production`')
  expect(JSON.parse(stage.receiptText({sha: head}))).toMatchObject({authorizedBy: 'second-reviewer', flags: []})
})

test('the gate stops what its author tried to authorize', async () => {
  const {head, pullRequest} = await propose('still-closed', {author: 'octocat'})
  await stage.authorize({sha: head, pullRequest})
  const job = {trigger: {event: 'push', branch: 'still-closed', sha: head}} as const
  expectStopped(await stage.gate({job}), 'receipt_missing')
  await stage.authorize()
  expectAllowed(await stage.gate(), stage.head)
})
