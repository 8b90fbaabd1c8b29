/** The signed status: what a receipt is now, by what forbids and by the standing of those who approved it (threats A8, A39). */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Receipt, type Revocation, verifyRevocation, verifyStatus} from '#protocol'
import {emptyState} from '../../../issuer/model/state.ts'
import {decideStatement} from '../../stores/deciding.ts'
import {must} from '../builders.ts'
import {type Stage, pinned, setStage, told} from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(async () => stage.close())

/** The word, once the signature holds for this receipt now. */
async function statusOf({id}: Pick<Receipt, 'id'>, bearer?: string): Promise<string> {
  const answer = await stage.get(`/v1/receipts/${id}/status`, bearer)
  const verdict = verifyStatus(await answer.text(), {keys: pinned, now: stage.clock.now, receipt: id})
  return verdict.valid ? verdict.status : `${answer.status} ${verdict.code}`
}
const redeem = async ({id}: Receipt) => stage.post(`/v1/receipts/${id}/redemptions`, await stage.token())

describe('a receipt is', () => {
  test('active, and expired from the second on at which it is over', async () => {
    const receipt = await stage.issue(1)
    expect(await statusOf(receipt)).toBe('active')
    stage.clock.now = Date.parse(receipt.expiresAt) - 1
    expect(await statusOf(receipt)).toBe('active')
    stage.clock.now += 1
    expect(await statusOf(receipt)).toBe('expired')
  })

  test('redeemed once a run used it, then expired, and each status names the run', async () => {
    const receipt = await stage.issue(1)
    const run = async (): Promise<unknown> => (await told(stage.get(`/v1/receipts/${receipt.id}/status`)))['run']
    expect(await run()).toBeUndefined()
    await redeem(receipt)
    expect(await statusOf(receipt)).toBe('redeemed')
    const user = {id: '8123456789', attempt: 1, at: '2026-04-02T15:00:00Z'}
    expect(await run()).toEqual(user)
    stage.clock.now = Date.parse(receipt.expiresAt)
    expect([await statusOf(receipt), await run()]).toEqual(['expired', user])
    await stage.issue(2)
    await stage.revoke(receipt)
    expect([await statusOf(receipt), await run()]).toEqual(['revoked', user])
  })

  test.each([false, true])('revoked, for good, used before: %s', async (isUsed) => {
    const receipt = await stage.issue(1)
    if (isUsed) await redeem(receipt)
    await stage.revoke(receipt)
    expect(await statusOf(receipt)).toBe('revoked')
    stage.clock.now = Date.parse(receipt.expiresAt) + 1
    expect(await statusOf(receipt)).toBe('revoked')
  })

  test('revoked where the state holds it no more, though no record of it shows yet', async () => {
    const receipt = await stage.issue(1)
    const {store, idempotency} = stage.durable
    // A decision whose state lacks the receipt: what a revocation leaves when the index lags behind.
    await decideStatement(
      {
        ...stage.durable,
        store: {
          ...store,
          read: async (scope) => {
            const read = await store.read(scope)
            return {...read, state: emptyState}
          },
        },
        idempotency,
      },
      {n: 2, kind: 'deny'},
    )
    expect(await stage.durable.records.events(receipt.id)).toEqual([])
    expect(await statusOf(receipt)).toBe('revoked')
  })
})

test('a status is good for its receipt and its moment alone', async () => {
  const [one, other] = [await stage.issue(1), await stage.issue(2)]
  const text = await (await stage.get(`/v1/receipts/${one.id}/status`)).text()
  const terms = {keys: pinned, now: stage.clock.now, receipt: one.id}
  expect(verifyStatus(text, terms)).toMatchObject({valid: true, at: '2026-04-02T15:00:00Z'})
  expect(verifyStatus(text, {...terms, receipt: other.id})).toMatchObject({code: 'status_mismatch'})
  expect(verifyStatus(text, {...terms, now: terms.now + 300_000})).toMatchObject({code: 'status_stale'})
  expect(verifyStatus(text.replace('active', 'expired'), terms)).toMatchObject({code: 'status_signature_invalid'})
})

describe('an approver who may not write any more', () => {
  test.each(['none', 'read', 'triage'] as const)(
    '(%s) ends the receipt, in the ledger and on GitHub',
    async (permission) => {
      const receipt = await stage.issue(1)
      stage.github.permission = permission
      expect(await statusOf(receipt)).toBe('revoked')
      const [event] = await stage.durable.records.events(receipt.id)
      const revocation = JSON.parse(event?.body ?? '') as Revocation
      expect(verifyRevocation(event?.body, {keys: pinned, expect: {receipt: receipt.id}})).toMatchObject({valid: true})
      expect(revocation).toMatchObject({
        cause: 'permission',
        statement: null,
        revokedBy: {login: 'octocat', id: 583231},
      })
      const [unpublished] = await stage.durable.outbox.due('forbids', stage.clock.now + 60_000)
      const {checkRuns = []} = must(unpublished).outcome.publication
      expect(checkRuns.map((run) => [run.externalId, run.conclusion])).toEqual([
        [receipt.id, 'failure'],
        [revocation.id, 'failure'],
      ])
    },
  )

  test.each(['write', 'maintain', 'admin'] as const)('is not one with %s', async (permission) => {
    stage.github.permission = permission
    expect(await statusOf(await stage.issue(1))).toBe('active')
  })

  test('ends it once, however many ask at once, and it never comes back', async () => {
    const receipt = await stage.issue(1)
    stage.github.permission = 'read'
    const other = stage.beside()
    const asks = Array.from({length: 40}, async (_, i) =>
      [stage, other][i % 2]?.get(`/v1/receipts/${receipt.id}/status`),
    )
    await Promise.all(asks)
    stage.github.permission = 'admin'
    stage.clock.now += 60_000
    expect(await statusOf(receipt)).toBe('revoked')
    expect(await stage.durable.records.events(receipt.id)).toHaveLength(1)
  })

  test('is looked for every thirty seconds at most, and only while the receipt is alive', async () => {
    const [one, two] = [await stage.issue(1), await stage.issue(2)]
    for (let i = 0; i < 10; i++) await statusOf(one)
    expect(stage.github.asked).toBe(2) // The repository, and one approver.
    await statusOf(two)
    expect(stage.github.asked).toBe(4)
    stage.clock.now += 29_999
    await statusOf(one)
    expect(stage.github.asked).toBe(4)
    stage.clock.now += 1
    await statusOf(one)
    expect(stage.github.asked).toBe(6)
    await stage.revoke(two)
    stage.clock.now = Date.parse(one.expiresAt)
    expect([await statusOf(one), await statusOf(two)]).toEqual(['expired', 'revoked'])
    expect(stage.github.asked).toBe(6)
  })
})

test('while GitHub cannot be asked nothing is signed, and strangers do not make it worse', async () => {
  const receipt = await stage.issue(1)
  stage.github.outage = true
  const answers = await Promise.all(
    Array.from({length: 20}, async () => told(stage.get(`/v1/receipts/${receipt.id}/status`))),
  )
  for (const answer of answers) expect(answer).toMatchObject({status: 503, error: {code: 'github_unreachable'}})
  expect(stage.github.asked).toBe(1)
  stage.github.outage = false
  stage.clock.now += 30_000
  expect(await statusOf(receipt)).toBe('active')
})

test('unknown is said, and signed, of what was never made: to whoever says who it is, and to nobody else', async () => {
  const {id} = await stage.issue(1, {public: false})
  const missing = {id: id.replace(/.$/, '9') as Receipt['id']}
  expect(await statusOf(missing, await stage.token())).toBe('unknown')
  // Of another repository: what its job may not read is answered as what is not there (threats A31).
  expect(await statusOf({id}, await stage.token({repository_id: '7'}))).toBe('unknown')
  for (const bearer of [undefined, 'x']) expect(await statusOf(missing, bearer)).toBe('404 status_malformed')
  expect(await statusOf({id: `${id}x` as Receipt['id']}, await stage.token())).toBe('404 status_malformed')
})

test('a status of what is private is for those who may read it', async () => {
  const receipt = await stage.issue(1, {public: false})
  expect((await stage.get(`/v1/receipts/${receipt.id}/status`)).status).toBe(404)
  expect(await statusOf(receipt, await stage.token())).toBe('active')
  expect(stage.github.asked).toBe(2)
})
