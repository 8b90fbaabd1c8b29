/** Redemption: one run uses a receipt, once, whoever asks how often and when (threats A24, A45). */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Receipt, canonicalJson, digestOf, verifyStatus} from '#protocol'
import {scopeOf} from '../../stores/builders.ts'
import {checkedLedger} from '../../stores/suite.ts'
import type {Claims} from '../callers/provider.ts'
import type {Json} from '../../protocol/builders.ts'
import {type Stage, pinned, setStage, told} from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(async () => stage.close())

const place = ({id}: Pick<Receipt, 'id'>): string => `/v1/receipts/${id}/redemptions`
const post = async (receipt: Pick<Receipt, 'id'>, changes: Claims = {}, at = stage): Promise<Response> =>
  await at.post(place(receipt), await stage.token(changes))

/** A yes counts only as a gate takes it: signed, of this receipt and this moment. */
async function redeem(receipt: Pick<Receipt, 'id'>, changes: Claims = {}, at = stage): Promise<Json> {
  const answer = await post(receipt, changes, at)
  if (answer.status !== 200) return await told(answer)
  const verdict = verifyStatus(await answer.text(), {keys: pinned, now: stage.clock.now, receipt: receipt.id})
  if (!verdict.valid) throw new Error(verdict.code)
  return {status: 200, word: verdict.status, run: verdict.run}
}
const run = (id: string, attempt = 1) => ({
  id,
  attempt,
  url: `https://github.com/octo-org/api-service/actions/runs/${id}/attempts/${attempt}`,
})
const at = '2026-04-02T15:00:00Z'
/** As a status names it: when it used the receipt first, and in which attempt. */
const user = (id: string) => ({id, attempt: 1, at})
const refused = (status: number, code: string) => ({status, error: {code, message: expect.any(String)}})
const idOf = (answer: Json | undefined): unknown => (answer?.['run'] as Json | undefined)?.['id']
const events = async ({id}: Receipt) => (await stage.durable.records.events(id)).map(({entry}) => entry.event)

test('a run uses a receipt, and is told the same again, from another job or attempt too', async () => {
  const receipt = await stage.issue(1)
  const first = {status: 200, word: 'redeemed', run: user('8123456789')}
  expect(await redeem(receipt)).toEqual(first)
  stage.clock.now += 60_000
  expect(await redeem(receipt)).toEqual(first)
  expect(await redeem(receipt, {run_attempt: '2'})).toEqual(first)
  expect(await events(receipt)).toEqual(['receipt.redeemed'])
})

test('what a run used is known as used, and where jobs tell so is known too', async () => {
  const [used, unused] = [await stage.issue(1), await stage.issue(2)]
  const stateOf = async () => (await stage.durable.store.read(scopeOf())).state
  expect(await stateOf()).toMatchObject({areUsesTold: false, authorized: [{used: false}, {used: false}]})
  await redeem(used)
  expect(await stateOf()).toMatchObject({
    areUsesTold: true,
    authorized: [
      {receipt: used.id, used: true},
      {receipt: unused.id, used: false},
    ],
  })
  await stage.revoke(used)
  await stage.revoke(unused)
  expect((await stateOf()).authorized).toMatchObject([{receipt: used.id}])
})

test('another run is told who used it and when', async () => {
  const receipt = await stage.issue(1)
  await redeem(receipt)
  stage.clock.now += 60_000
  expect(await redeem(receipt, {run_id: '9'})).toEqual({...refused(409, 'already_used'), run: run('8123456789'), at})
})

test('what is recorded is one entry, with the digest of the signed status that the job was told', async () => {
  const receipt = await stage.issue(1)
  const answer = await post(receipt, {environment: 'production'})
  const [event] = await stage.durable.records.events(receipt.id)
  const body = JSON.parse(event?.body ?? '') as object
  expect(body).toEqual(await answer.json())
  expect(body).toMatchObject({type: 'countersign.status/v1', status: 'redeemed', run: user('8123456789')})
  expect(event?.entry).toMatchObject({subject: receipt.id, digests: {run: digestOf(canonicalJson(body))}})
  expect(await checkedLedger(stage.durable)).toHaveLength(3)
})

describe('the record is shown to the public', () => {
  test.each([
    ['where the repository was and is public', true, true, true],
    ['not where it was private when the receipt was minted', false, true, false],
    ['not where it is private now', true, false, false],
  ])('%s', async (...[, before, now, shown]) => {
    stage.github.public = now
    await redeem(await stage.issue(1, {public: before}))
    expect((await stage.durable.ledger.rows(2, 1)).map((row) => row.public)).toEqual([shown])
  })
})

describe('a receipt that counts no more', () => {
  test('is refused when it was revoked before its use', async () => {
    const receipt = await stage.issue(1)
    await stage.revoke(receipt)
    expect(await redeem(receipt)).toEqual(refused(409, 'revoked'))
    expect(await events(receipt)).toEqual(['receipt.revoked'])
  })

  test('is refused to the very run that used it, when it was revoked afterwards', async () => {
    const receipt = await stage.issue(1)
    await redeem(receipt)
    await stage.revoke(receipt)
    expect(await redeem(receipt)).toEqual(refused(409, 'revoked'))
  })

  test('is refused from the second on at which it is over, used or not', async () => {
    const [used, unused] = [await stage.issue(1), await stage.issue(2)]
    await redeem(used)
    stage.clock.now = Date.parse(used.expiresAt) - 1
    expect(await redeem(used)).toMatchObject({status: 200})
    stage.clock.now += 1
    expect(await redeem(used)).toEqual(refused(409, 'expired'))
    expect(await redeem(unused)).toEqual(refused(409, 'expired'))
  })

  test('is revoked where an approver may not write any more, and then refused', async () => {
    const receipt = await stage.issue(1)
    stage.github.permission = 'read'
    expect(await redeem(receipt)).toEqual(refused(409, 'revoked'))
    expect(await events(receipt)).toEqual(['receipt.revoked'])
    stage.github.permission = 'admin'
    expect(await redeem(receipt)).toEqual(refused(409, 'revoked'))
  })
})

describe('a job that may not', () => {
  const file = (ref: string) => `octo-org/api-service/.github/workflows/deploy.yml@${ref}`
  test.each<readonly [string, Claims, number, string]>([
    ['of another repository', {repository_id: '7'}, 403, 'repository_mismatch'],
    ['of a repository of the same name', {repository_id: '1296270', repository: 'octo-org/api-service'}, 403, 'repository_mismatch'],
    ['for another commit', {sha: 'b'.repeat(40)}, 403, 'commit_mismatch'],
    ['in another environment', {environment: 'staging'}, 403, 'environment_mismatch'],
    ['in an environment that is written otherwise', {environment: 'Production'}, 403, 'environment_mismatch'],
    ['in a branch’s workflow', {workflow_ref: file('refs/heads/x'), job_workflow_ref: file('refs/heads/x')}, 403, 'workflow_refused'],
    ['of a branch that ends like main', {workflow_ref: file('refs/heads/x@refs/heads/main'), job_workflow_ref: file('refs/heads/x@refs/heads/main')}, 403, 'workflow_refused'],
    ['that a branch started', {workflow_ref: file('refs/heads/x')}, 403, 'workflow_refused'],
    ['of a tag', {workflow_ref: file('refs/tags/main'), job_workflow_ref: file('refs/tags/main')}, 403, 'workflow_refused'],
    ['of a pull request', {event_name: 'pull_request'}, 401, 'caller_unknown'],
    ['of pull_request_target', {event_name: 'pull_request_target'}, 401, 'caller_unknown'],
    ['for another audience', {aud: 'https://other.example'}, 401, 'caller_unknown'],
    ['whose token is over', {exp: 1}, 401, 'caller_unknown'],
  ])('%s is refused, and uses nothing up', async (...[, changes, status, code]) => {
    const receipt = await stage.issue(1)
    expect(await redeem(receipt, {jti: 'one', ...changes})).toEqual(refused(status, code))
    expect(await events(receipt)).toEqual([])
    // A token that was refused is not kept: strangers with tokens of their own fill no table.
    expect(await redeem(receipt, {jti: 'one'})).toMatchObject({status: 200})
  }) // prettier-ignore

  test('say who it is is told so before anything is looked up', async () => {
    const receipt = await stage.issue(1)
    for (const bearer of [undefined, 'x', 'csat_'.padEnd(48, 'A')]) {
      expect(await told(stage.post(place(receipt), bearer))).toEqual(refused(401, 'caller_unknown'))
      expect(await told(stage.post('/v1/receipts/none/redemptions', bearer))).toEqual(refused(401, 'caller_unknown'))
    }
    expect(stage.github.asked).toBe(0)
  })

  test('is known by the default branch that GitHub names now', async () => {
    const receipt = await stage.issue(1)
    stage.github.defaultBranch = 'trunk'
    expect(await redeem(receipt)).toEqual(refused(403, 'workflow_refused'))
  })

  test('show its token twice is told so, by another process too', async () => {
    const receipt = await stage.issue(1)
    const token = await stage.token()
    expect((await stage.post(place(receipt), token)).status).toBe(200)
    expect(await told(stage.post(place(receipt), token))).toEqual(refused(401, 'caller_unknown'))
    const other = stage.beside()
    expect(await told(other.post(place(receipt), token))).toEqual(refused(401, 'caller_unknown'))
  })

  test('is refused while GitHub cannot be asked, and nothing is recorded', async () => {
    const receipt = await stage.issue(1)
    stage.github.outage = true
    expect(await redeem(receipt)).toEqual(refused(503, 'github_unreachable'))
    expect(await events(receipt)).toEqual([])
    expect(stage.warnings).toEqual(['GitHub could not be asked'])
  })
})

test('a job of its repository redeems what is private; to another it does not exist', async () => {
  const receipt = await stage.issue(1, {public: false})
  const missing = {id: receipt.id.replace(/.$/, '9')} as Receipt
  expect(await redeem(receipt, {repository_id: '7'})).toEqual(await redeem(missing, {repository_id: '7'}))
  expect(await redeem(missing)).toEqual({status: 404, error: {code: 'not_found'}})
  expect(await redeem(receipt)).toMatchObject({status: 200})
})

describe('at once', () => {
  test('two runs in two processes: one winner each, a hundred times', async () => {
    const other = stage.beside()
    for (let n = 1; n <= 100; n++) {
      const receipt = await stage.issue(n)
      const answers = await Promise.all([redeem(receipt, {run_id: '1'}, stage), redeem(receipt, {run_id: '2'}, other)])
      const winner = answers.find(({status}) => status === 200)
      expect(answers.map(({status}) => status).sort()).toEqual([200, 409])
      const loser = answers.find(({status}) => status === 409)
      expect(winner?.['run']).toMatchObject({id: idOf(loser), at: loser?.['at']})
    }
    expect(await checkedLedger(stage.durable)).toHaveLength(201)
  })

  test('a thousand redemptions of a hundred receipts: one winner each', async () => {
    const others = [stage, stage.beside()] as const
    const receipts: Receipt[] = []
    for (let n = 1; n <= 100; n++) receipts.push(await stage.issue(n, {scope: scopeOf(1296269, `env-${n % 7}`)}))
    const asks = Array.from({length: 1000}, async (_, i) => {
      const receipt = receipts[i % 100] as Receipt
      const answer = await redeem(receipt, {run_id: String(i + 1)}, others[i % 2])
      return {id: receipt.id, status: answer['status'], run: idOf(answer)}
    })
    const answers = await Promise.all(asks)
    const winners = answers.filter(({status}) => status === 200)
    expect(new Set(winners.map(({id}) => id)).size).toBe(100)
    expect(winners).toHaveLength(100)
    expect(answers.filter(({status}) => status === 409)).toHaveLength(900)
    const used = new Map(winners.map((winner) => [winner.id, winner]))
    for (const answer of answers) expect(answer).toMatchObject({run: used.get(answer.id)?.run})
    expect(await checkedLedger(stage.durable)).toHaveLength(201)
  })

  test('more receipts than anybody tries again for: the uses of one process wait for each other', async () => {
    const receipts: Receipt[] = []
    for (let n = 1; n <= 250; n++) receipts.push(await stage.issue(n))
    const answers = await Promise.all(receipts.map(async (receipt, i) => redeem(receipt, {run_id: String(i + 1)})))
    expect(new Set(answers.map(({status}) => status))).toEqual(new Set([200]))
  })

  test('a revocation and a redemption: whichever came first, a use after the revocation is none', async () => {
    const other = stage.beside()
    for (let n = 1; n <= 30; n++) {
      const receipt = await stage.issue(n)
      const [answer] = await Promise.all([
        redeem(receipt, {}, other),
        stage.revoke(receipt).catch(async () => stage.revoke(receipt)),
      ])
      const order = await events(receipt)
      expect([200, 409]).toContain(answer['status'])
      expect(order).toEqual(answer['status'] === 200 ? ['receipt.redeemed', 'receipt.revoked'] : ['receipt.revoked'])
    }
  })
})
