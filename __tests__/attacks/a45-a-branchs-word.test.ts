/** A45: a workflow file of a branch shows its OIDC token: to burn a receipt that serves one run, or to say what became of it. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {PlanJob} from '../../sandbox/runner/plan.ts'
import {type Answer, ask} from '../acceptance/answers.ts'
import {jobToken, mainJob, onMain} from '../acceptance/jobs.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let sha: string
let path: string
let open: number
beforeAll(async () => {
  stage = await Stage.open()
  await demand(stage, 'single-use: true')
  sha = await stage.authorizeMain()
  path = `/v1/receipts/${(JSON.parse(stage.receiptText({sha})) as {id: string}).id}`
  // The authorized commit itself stands on the attacker's branch: only the workflow file differs.
  await stage.world.push({repository, branch: 'evil', pusher: 'hubot', sha})
  ;({pullRequest: open} = await stage.propose('open'))
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const evil = {event: 'push', branch: 'evil'} as const
const files = `${repository}/.github/workflows`

interface Liar {
  readonly job: () => Partial<PlanJob>
  readonly code: string
}

const from = (workflowRef: string): Liar => ({job: () => ({workflowRef}), code: 'workflow_refused'})

const liars: Readonly<Record<string, Liar>> = {
  'of a branch on which the authorized commit stands': {job: () => ({trigger: evil}), code: 'workflow_refused'},
  'started by hand from a branch': {
    job: () => ({trigger: {event: 'workflow_dispatch', branch: 'evil'}}),
    code: 'workflow_refused',
  },
  'of a branch whose name ends like main’s': from(`${files}/deploy.yml@refs/heads/x@refs/heads/main`),
  'of a tag that is called main': from(`${files}/deploy.yml@refs/tags/main`),
  'of another repository’s main': from('hubot/api-service/.github/workflows/deploy.yml@refs/heads/main'),
  'of a file outside the folder of workflows': from(`${repository}/evil/deploy.yml@refs/heads/main`),
  'of a pull request': {
    job: () => ({trigger: {event: 'pull_request', pullRequest: open}}),
    code: 'caller_unknown',
  },
  'of main, for another commit': {
    job: () => ({trigger: {event: 'push', branch: 'main', sha: stage.head}}),
    code: 'commit_mismatch',
  },
  'of main, for another environment': {job: () => ({environment: 'staging'}), code: 'environment_mismatch'},
}

const codeOf = ({body}: Answer): unknown => (JSON.parse(body) as {error: {code: unknown}}).error.code

async function expectUntouched(): Promise<void> {
  expect((await ask(stage, `${path}/status`)).body).toContain('"status":"active"')
  const events = (await checkedEntries(stage)).map(({event}) => event)
  expect(events).toEqual(['ledger.created', 'receipt.issued'])
}

describe.each(Object.entries(liars))('a job %s', (_, {job, code}) => {
  const status = code === 'caller_unknown' ? 401 : 403

  test('uses up no receipt', async () => {
    const bearer = await jobToken(stage, job())
    const answer = await ask(stage, `${path}/redemptions`, {method: 'POST', bearer})
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    await expectUntouched()
  })

  test('says nothing of what became of it', async () => {
    const bearer = await jobToken(stage, job())
    const body = '{"event":"finished","outcome":"success"}'
    const answer = await ask(stage, `${path}/executions`, {method: 'POST', bearer, body})
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    await expectUntouched()
  })
})

test('the gate in such a job is refused, and told where the job must stand', async () => {
  const step = await stage.gate({job: {...mainJob, trigger: evil, actor: 'hubot'}})
  expectStopped(step, 'input_invalid')
  expect(step.stdout).toContain('only a workflow file of the default branch')
  await expectUntouched()
})

test('a token that was shown once is no good to whoever finds it', async () => {
  const bearer = await jobToken(stage, {runId: 7})
  const body = '{"event":"started"}'
  expect((await ask(stage, `${path}/executions`, {method: 'POST', bearer, body})).status).toBe(200)
  expect((await ask(stage, `${path}/redemptions`, {method: 'POST', bearer})).status).toBe(401)
  expect((await ask(stage, `${path}/status`)).body).toContain('"status":"active"')
})

test('after all of it the job of main uses the receipt', async () => {
  expectAllowed(await stage.gate(onMain()), sha)
})
