/** A40: a `/deny` or `/revoke` is raced: by an amended commit, a delayed `/authorize`, a publication that is lost, a job that runs. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {onMain} from '../acceptance/jobs.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {answerAfter, carryReceipt, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
})
afterEach(async () => {
  await stage.close()
})

const deny = '/deny production it drops a table'
const standing = 'monalisa denied #'

const pushed = (branch: string, sha: string) => ({job: {trigger: {event: 'push', branch, sha}}}) as const

test('amended, force-pushed and pushed on, the change stays denied whoever else approves it', async () => {
  const {world} = stage
  await stage.say(deny, {by: 'monalisa'})
  const amended = await world.push({
    repository,
    branch: 'feature',
    pusher: 'hubot',
    force: true,
    files: {'feature.txt': 'amended\n'},
  })
  const later = await world.push({repository, branch: 'feature', pusher: 'hubot', files: {'more.txt': 'more\n'}})
  expect(amended).not.toBe(later)
  expect(await stage.authorize({sha: later})).toContain(standing)
  for (const sha of [stage.head, amended, later])
    expectStopped(await stage.gate(pushed('feature', sha)), 'receipt_missing')
})

test('merged over the denial, the merge commit is not authorized by somebody else either', async () => {
  const {pullRequest} = stage
  await stage.say(deny, {by: 'monalisa'})
  const {sha} = await stage.world.mergePullRequest({repository, pullRequest, by: 'octocat'})
  expect(await stage.authorize({sha})).toContain(standing)
  expectStopped(await stage.gate(onMain()), 'receipt_missing')
})

test('said before and delivered after, an authorization mints nothing; the denial that comes last ends what was minted', async () => {
  const {pullRequest} = stage
  const body = `/authorize production ${stage.head}`
  const late = await answerAfter(stage, {body, pullRequest}, () => stage.say(deny, {by: 'monalisa'}))
  expect(late).toContain('Not authorized')
  expectStopped(await stage.gate(), 'receipt_missing')

  const other = await stage.propose('other')
  const denied = await answerAfter(stage, {body: deny, by: 'monalisa', pullRequest: other.pullRequest}, async () => {
    await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
    expectAllowed(await stage.gate(pushed('other', other.head)), other.head)
  })
  expect(denied).toContain('Denied for `production`')
  expectStopped(await stage.gate(pushed('other', other.head)), 'denied')
})

test('said at the same moment, in either order, eight times: no job goes on afterwards', async () => {
  const {world} = stage
  for (let round = 0; round < 8; round++) {
    const branch = `round-${round}`
    const {head, pullRequest} = await stage.propose(branch)
    const words = [
      {by: 'octocat', body: `/authorize production ${head}`},
      {by: 'monalisa', body: deny},
    ]
    for (const word of round % 2 === 0 ? words : words.reverse()) world.comment({repository, pullRequest, ...word})
    await until(() => stage.replies(pullRequest)[1], 'both answers')
    await world.settled()
    const step = await stage.gate(pushed(branch, head))
    expect([round, step.outputs['authorized'], step.exitCode]).toEqual([round, 'false', 1])
    const {body} = await ask(
      stage,
      `/v1/receipts?repository=${encodeURIComponent(repository)}&environment=production&sha=${head}`,
    )
    for (const {id} of (JSON.parse(body) as {receipts: readonly {id: string}[]}).receipts) {
      expect((await ask(stage, `/v1/receipts/${id}/status`)).body).toContain('"status":"revoked"')
    }
  }
  await checkedEntries(stage)
})

test('while GitHub takes no check run, the issuer’s word refuses; when it does again, the check run is red', async () => {
  const {world} = stage
  await stage.authorize()
  const receipt = stage.receiptText()
  world.addFault({match: '^(POST|PATCH) .*/check-runs', status: 502})
  world.comment({repository, pullRequest: stage.pullRequest, by: 'monalisa', body: deny})
  const {id} = JSON.parse(receipt) as {id: string}
  for (;;) {
    const {body} = await ask(stage, `/v1/receipts/${id}/status`)
    if (body.includes('"status":"revoked"')) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(world.checkRuns.map(({conclusion}) => conclusion)).toEqual(['success'])
  expectStopped(await stage.gate(), 'revoked')
  expectStopped(await stage.gate({with: {receipt, 'github-token': ''}}), 'revoked')
  world.clearFaults()
  await stage.issuer.stop()
  await stage.issuer.restart()
  await until(() => world.checkRuns.find(({conclusion}) => conclusion === 'failure'), 'the red check run', 90)
  carryReceipt(stage, {text: receipt})
  await until(
    () => world.checkRuns.findLast(({output}) => output.text?.includes('countersign.revocation/v1')),
    'the revocation',
  )
  expectStopped(await stage.gate({with: {'issuer-url': undefined}}), 'denied')
})

test('a run that used the receipt before the denial is on the record; the same run is not let through again', async () => {
  const sha = await stage.authorizeMain()
  expectAllowed(await stage.gate(onMain({runId: 7}, {redeem: 'true'})), sha)
  const reply = await stage.say(deny, {by: 'monalisa'})
  expect(reply).toContain('this does not undo what ran')
  expectStopped(await stage.gate(onMain({runId: 7, runAttempt: 2}, {redeem: 'true'})), 'denied')
  const events = (await checkedEntries(stage)).map(({event}) => event)
  expect(events).toContain('receipt.redeemed')
  expect(events.at(-1)).toBe('receipt.revoked')
})
