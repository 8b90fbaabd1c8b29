/** Execution: what jobs report of a deployment is recorded as they said it, once, and decides nothing. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {Receipt} from '#protocol'
import {scopeOf} from '../../stores/builders.ts'
import {checkedLedger} from '../../stores/suite.ts'
import type {Claims} from '../callers/provider.ts'
import {type Stage, setStage, told} from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(async () => stage.close())

const started = {event: 'started'}
const finished = {event: 'finished', outcome: 'success'}
const post = async ({id}: Receipt, body: string | undefined, changes: Claims = {}) =>
  await told(stage.post(`/v1/receipts/${id}/executions`, await stage.token(changes), body))
const report = async (receipt: Receipt, execution: object, changes: Claims = {}) =>
  await post(receipt, JSON.stringify(execution), changes)
const run = (id: string, attempt = 1) => ({
  id,
  attempt,
  url: `https://github.com/octo-org/api-service/actions/runs/${id}/attempts/${attempt}`,
})
const eventsOf = async ({id}: Receipt) => (await stage.durable.records.events(id)).map(({entry}) => entry.event)
const refused = (status: number, code: string) => ({status, error: {code, message: expect.any(String)}})

test('a start and an end are recorded under the receipt', async () => {
  const receipt = await stage.issue(1)
  const first = {status: 200, receipt: receipt.id, run: run('8123456789'), at: '2026-04-02T15:00:00Z'}
  expect(await report(receipt, started)).toEqual({...first, event: 'started'})
  stage.clock.now += 90_000
  expect(await report(receipt, finished)).toEqual({...first, ...finished, at: '2026-04-02T15:01:30Z'})
  expect(await eventsOf(receipt)).toEqual(['deploy.started', 'deploy.finished'])
  expect(await checkedLedger(stage.durable)).toHaveLength(4)
})

test.each([started, finished])('%j tells that the receipt was used, and that jobs tell here', async (execution) => {
  const [used, unused] = [await stage.issue(1), await stage.issue(2)]
  await report(used, execution)
  expect((await stage.durable.store.read(scopeOf())).state).toMatchObject({
    areUsesTold: true,
    authorized: [
      {receipt: used.id, used: true},
      {receipt: unused.id, used: false},
    ],
  })
})

test('told again it changes nothing and gets the first answer, whatever it says now', async () => {
  const receipt = await stage.issue(1)
  const first = await report(receipt, {event: 'finished', outcome: 'failure'})
  stage.clock.now += 60_000
  expect(await report(receipt, finished)).toEqual(first)
  expect(await eventsOf(receipt)).toEqual(['deploy.finished'])
})

test('each attempt and each run speaks for itself', async () => {
  const receipt = await stage.issue(1)
  await report(receipt, {event: 'finished', outcome: 'cancelled'})
  expect(await report(receipt, finished, {run_attempt: '2'})).toMatchObject({
    run: run('8123456789', 2),
    outcome: 'success',
  })
  expect(await report(receipt, finished, {run_id: '7'})).toMatchObject({run: run('7'), outcome: 'success'})
  expect(await eventsOf(receipt)).toHaveLength(3)
})

test.each([
  ['attested', {environment: 'production'}],
  ['not attested', {}],
])('the environment is %s where the token says so', async (environment, changes) => {
  const receipt = await stage.issue(1)
  await report(receipt, finished, changes)
  const [event] = await stage.durable.records.events(receipt.id)
  expect(JSON.parse(event?.body ?? '')).toEqual({
    receipt: receipt.id,
    run: run('8123456789'),
    ...finished,
    at: '2026-04-02T15:00:00Z',
    environment,
    nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
})

test('what came of a revoked or used receipt is recorded too, and changes neither', async () => {
  const receipt = await stage.issue(1)
  await stage.post(`/v1/receipts/${receipt.id}/redemptions`, await stage.token({run_id: '7'}))
  await stage.revoke(receipt)
  expect(await report(receipt, finished)).toMatchObject({status: 200})
  expect(await eventsOf(receipt)).toEqual(['receipt.redeemed', 'receipt.revoked', 'deploy.finished'])
})

test('a job may end after its receipt, for a week', async () => {
  const receipt = await stage.issue(1)
  stage.clock.now = Date.parse(receipt.expiresAt) + 7 * 86_400_000 - 1
  expect(await report(receipt, started)).toMatchObject({status: 200})
  stage.clock.now += 1
  expect(await report(receipt, finished)).toEqual(refused(409, 'expired'))
})

describe('a body that says something else', () => {
  test.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['no JSON', '{event: started}'],
    ['a list', '["started"]'],
    ['another event', '{"event": "redeemed"}'],
    ['a start with an outcome', '{"event": "started", "outcome": "success"}'],
    ['an end without one', '{"event": "finished"}'],
    ['another outcome', '{"event": "finished", "outcome": "skipped"}'],
    ['a member more', '{"event": "started", "run": "7"}'],
    ['a name twice', '{"event": "started", "event": "finished", "outcome": "success"}'],
    ['a word of the prototype', '{"event": "finished", "outcome": "constructor"}'],
    ['__proto__', '{"event": "started", "__proto__": {}}'],
  ])('%s is refused and leaves the token unused', async (_, body) => {
    const receipt = await stage.issue(1)
    expect(await post(receipt, body, {jti: 'one'})).toEqual(refused(400, 'body_invalid'))
    expect(await report(receipt, started, {jti: 'one'})).toMatchObject({status: 200})
    expect(await eventsOf(receipt)).toHaveLength(1)
  })

  test('something long is not read', async () => {
    const receipt = await stage.issue(1)
    const long = `{"event": "started"${' '.repeat(2000)}}`
    expect(await post(receipt, long)).toEqual(refused(413, 'body_too_large'))
    expect(await eventsOf(receipt)).toEqual([])
  })
})

describe('a job that may not', () => {
  test.each<readonly [string, Claims, number, string]>([
    ['belongs to another repository', {repository_id: '7'}, 403, 'repository_mismatch'],
    ['runs for another commit', {sha: 'b'.repeat(40)}, 403, 'commit_mismatch'],
    ['runs in another environment', {environment: 'staging'}, 403, 'environment_mismatch'],
    ['stands in a branch’s workflow', {workflow_ref: 'octo-org/api-service/.github/workflows/deploy.yml@refs/heads/x'}, 403, 'workflow_refused'],
    ['proposes a pull request', {event_name: 'pull_request'}, 401, 'caller_unknown'],
  ])('%s', async (...[, changes, status, code]) => {
    const receipt = await stage.issue(1)
    expect(await report(receipt, finished, changes)).toEqual(refused(status, code))
    expect(await eventsOf(receipt)).toEqual([])
  }) // prettier-ignore

  test('say who it is', async () => {
    const {id} = await stage.issue(1)
    for (const body of [JSON.stringify(started), 'x', undefined]) {
      expect(await told(stage.post(`/v1/receipts/${id}/executions`, undefined, body))).toEqual(
        refused(401, 'caller_unknown'),
      )
    }
  })

  test('show the token of its redemption once more', async () => {
    const {id} = await stage.issue(1)
    const token = await stage.token()
    await stage.post(`/v1/receipts/${id}/redemptions`, token)
    const again = stage.post(`/v1/receipts/${id}/executions`, token, JSON.stringify(started))
    expect(await told(again)).toEqual(refused(401, 'caller_unknown'))
  })
})

test('reports end before they hide what forbids: a revocation is still found after all of them', async () => {
  const receipt = await stage.issue(1)
  for (let i = 1; i <= 90; i++) expect(await report(receipt, started, {run_id: String(i)})).toMatchObject({status: 200})
  expect(await report(receipt, started, {run_id: '91'})).toEqual(refused(409, 'reports_exhausted'))
  expect(await report(receipt, started, {run_id: '90'})).toMatchObject({status: 200})
  await stage.revoke(receipt)
  stage.clock.now = Date.parse(receipt.expiresAt)
  expect(await told(stage.get(`/v1/receipts/${receipt.id}/status`))).toMatchObject({status: 'revoked'})
})

test('a hundred jobs of one run that report at once in two processes are recorded once', async () => {
  const receipt = await stage.issue(1)
  const others = [stage, stage.beside()] as const
  const answers = await Promise.all(
    Array.from({length: 100}, async (_, i) => {
      const outcome = i % 3 === 0 ? 'failure' : 'success'
      const token = await stage.token()
      return await told(
        others[i % 2]?.post(
          `/v1/receipts/${receipt.id}/executions`,
          token,
          JSON.stringify({event: 'finished', outcome}),
        ) as Promise<Response>,
      )
    }),
  )
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({status: 200})
  expect(await eventsOf(receipt)).toEqual(['deploy.finished'])
})
