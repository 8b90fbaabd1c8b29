/** A24: two jobs redeem at once, two reviewers authorize at once, a job's word is delivered twice. One wins, and once is once. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {jobToken, onMain} from '../acceptance/jobs.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectStopped, receiptsFor} from './judge.ts'

let stage: Stage
let sha: string
let receipt: string
beforeAll(async () => {
  stage = await Stage.open()
  sha = await stage.authorizeMain()
  receipt = (JSON.parse(stage.receiptText({sha})) as {id: string}).id
})
afterAll(() => stage.close())

const eventsOf = async (subject: string): Promise<readonly string[]> =>
  (await checkedEntries(stage)).filter((entry) => entry.subject === subject).map(({event}) => event)

test('of four runs that redeem one receipt at once one goes on, and the others are told which', async () => {
  const runs = [101, 102, 103, 104]
  const redeem = {redeem: 'true', report: 'false'}
  const steps = await Promise.all(runs.map((runId) => stage.gate(onMain({runId}, redeem))))
  const winners = runs.filter((_, i) => steps[i]?.outputs['authorized'] === 'true')
  expect(winners).toHaveLength(1)
  for (const step of steps) {
    if (step.outputs['authorized'] === 'true') expectAllowed(step, sha)
    else {
      expectStopped(step, 'already_used')
      expect(step.stdout).toContain(`/actions/runs/${String(winners[0])}/attempts/1`)
    }
  }
  expect(await eventsOf(receipt)).toEqual(['receipt.issued', 'receipt.redeemed'])
})

test('the same word of the same run, told eight times at once, is recorded once and answered alike', async () => {
  const body = JSON.stringify({event: 'finished', outcome: 'success'})
  const tokens = await Promise.all(Array.from({length: 8}, () => jobToken(stage, {runId: 101})))
  const answers = await Promise.all(
    tokens.map((bearer) => ask(stage, `/v1/receipts/${receipt}/executions`, {method: 'POST', bearer, body})),
  )
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.body}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect(await eventsOf(receipt)).toEqual(['receipt.issued', 'receipt.redeemed', 'deploy.finished'])
})

test('a token that is delivered twice counts once', async () => {
  const bearer = await jobToken(stage, {runId: 102})
  const path = `/v1/receipts/${receipt}/executions`
  const told = {method: 'POST', bearer, body: '{"event":"started"}'} as const
  const answers = await Promise.all([ask(stage, path, told), ask(stage, path, told)])
  expect(answers.map(({status}) => status).sort()).toEqual([200, 401])
})

test('two reviewers whose approvals make it two, said at once and delivered twice, make one receipt', async () => {
  const {world} = stage
  await demand(stage, 'approvals: 2')
  world.setPermission({repository, login: 'monalisa', role: 'write'})
  const {head, pullRequest} = await stage.propose('two')
  const body = `/authorize production ${head}`
  for (const by of ['octocat', 'monalisa']) world.comment({repository, pullRequest, by, body})
  await world.settled()
  const said = world.hooks.deliveries.filter(({event, body: sent}) => event === 'issue_comment' && sent.includes(body))
  for (const {id} of said) world.redeliver({id})
  await until(() => stage.replies(pullRequest)[1], 'an answer to each')
  await world.settled()
  await stage.say('/countersign status', {pullRequest})
  expect(await receiptsFor(stage, {sha: head})).toHaveLength(1)
  expect(stage.replies(pullRequest)).toHaveLength(3)
  expect(stage.world.violations).toEqual([])
})
