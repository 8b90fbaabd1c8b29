/** A2: commits with forged dates, to look older than a review. Dates are never compared. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from '../acceptance/stage.ts'
import {expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const dated = (branch: string, date: string): Promise<string> =>
  stage.world.push({
    repository,
    branch,
    pusher: 'hubot',
    files: {'deploy.sh': `echo ${date}\n`},
    author: {date},
    committer: {date},
  })

test.each(['1970-01-01T00:00:01Z', '2001-09-09T01:46:40Z', '2099-12-31T23:59:59Z'])(
  'a commit of %s that came after the review is not what the comment on the reviewed one authorizes',
  async (date) => {
    const branch = `dated-${date.slice(0, 4)}`
    const {head, pullRequest} = await stage.propose(branch)
    const evil = await dated(branch, date)
    const answer = await stage.authorize({sha: head, pullRequest})
    expect(answer).toContain(`The statement names ${head}, and the head of the pull request is ${evil}.`)
    await expectNoReceipt(stage, {sha: head})
    await expectNoReceipt(stage, {sha: evil})
  },
)

test('a commit that claims to be older than an authorized one is not let through by that receipt', async () => {
  await stage.authorize()
  const evil = await dated('feature', '1999-01-01T00:00:00Z')
  const job = {trigger: {event: 'push', branch: 'feature', sha: evil}} as const
  expectStopped(await stage.gate({job, with: {receipt: stage.receiptText()}}), 'commit_mismatch')
})

test('an odd date keeps nobody from authorizing a commit by its SHA', async () => {
  const sha = await dated('feature', '2099-01-01T00:00:00Z')
  expect(await stage.authorize({sha})).toContain('Authorized for `production`')
  expectAllowed(await stage.gate({job: {trigger: {event: 'push', branch: 'feature', sha}}}), sha)
})
