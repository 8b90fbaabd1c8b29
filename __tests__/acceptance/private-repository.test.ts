/** Scenario: of a private repository the issuer tells strangers nothing, and the gate needs nothing but GitHub. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {parseReceiptId} from '#protocol'
import {withStore} from './ledger.ts'
import {order} from './operator.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
let id: string
beforeAll(async () => {
  stage = await Stage.open({private: true})
  await stage.authorize()
  id = (JSON.parse(stage.receiptText()) as {id: string}).id
})
afterAll(() => stage.close())

const ask = async (path: string): Promise<{status: number; body: string; headers: Record<string, string>}> => {
  const answer = await fetch(`${stage.issuer.url}${path}`)
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== 'date'))
  return {status: answer.status, body: await answer.text(), headers}
}

const list = (name: string): string =>
  `/v1/receipts?${new URLSearchParams({repository: name, environment: 'production', sha: stage.head}).toString()}`

test('the receipt is there', async () => {
  const found = await withStore(stage.issuer, async ({store}) => {
    const known = parseReceiptId(id)
    return known === undefined ? [] : await store.find({by: 'receipt', id: known})
  })
  expect(found).toHaveLength(1)
})

test('lists are empty and ids are not found, in the very words used for what does not exist', async () => {
  const known = await ask(list(repository))
  expect(known).toMatchObject({status: 200, body: '{"receipts":[]}'})
  expect(known).toEqual(await ask(list('octo-org/nothing')))
  const one = await ask(`/v1/receipts/${id}`)
  expect(one.status).toBe(404)
  expect(one).toEqual(await ask('/v1/receipts/rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'))
})

test('the gate reads the check run with the token of its job', async () => {
  expectAllowed(await stage.gate(), stage.head)
})

test('without that permission it finds nothing, and says which permission would help', async () => {
  const words = expectRefused(await stage.gate({job: {permissions: {contents: 'read'}}}), 'receipt_missing')
  expect(words).toContain('give the job the permission "checks: read"')
})

test('a key that was revoked is refused in a job that the issuer tells nothing else', async () => {
  const stolen = stage.issuer.pin
  const allowed = await stage.gate()
  expectAllowed(allowed, stage.head)
  expect(allowed.summary).toContain('GitHub shows no revocation')
  const next = await order(stage, 'keys', 'rotate', '--now')
  await order(stage, 'keys', 'revoke', stolen)
  expectRefused(await stage.gate({with: {'public-key': `${stolen}\n${next}`}}), 'key_revoked')
})

test('made public later, what was minted while private stays private', async () => {
  stage.world.setVisibility({repository, private: false})
  expect(await ask(list(repository))).toMatchObject({status: 200, body: '{"receipts":[]}'})
  expect((await ask(`/v1/receipts/${id}`)).status).toBe(404)
  expect(stage.world.violations).toEqual([])
})
