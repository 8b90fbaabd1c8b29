/** GitHub does not tell what a denial stands on: who says it is enough, and what is missing is only its record. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'

let stage: Stage
let receipt: {readonly id: string}
beforeEach(async () => {
  stage = await Stage.open()
  stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
  await stage.authorize()
  receipt = JSON.parse(stage.receiptText()) as {id: string}
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const status = async () => (await ask(stage, `/v1/receipts/${receipt.id}/status`)).body
const revoked = () =>
  until(async () => ((await status()).includes('"status":"revoked"') ? true : undefined), 'the revocation')
const deny = (by: string) =>
  stage.world.comment({repository, pullRequest: stage.pullRequest, by, body: '/deny production'})
const cut = (match: string) => {
  stage.world.faults.add({match, times: 1000, status: 502})
}
const events = async () => (await checkedEntries(stage)).map(({event}) => event)

test('its pull request cannot be read: the receipt ends at once, and the record follows when it can', async () => {
  cut(`^GET /repos/[^/]+/[^/]+/pulls/${stage.pullRequest}$`)
  deny('monalisa')
  await revoked()
  expect(await events()).toEqual(['ledger.created', 'receipt.issued', 'receipt.revoked'])
  stage.world.clearFaults()
  const reply = await until(() => stage.replies().find(({body}) => body.includes('**Denied for'))?.body, 'the reply')
  expect(reply).toContain(receipt.id)
  expect(await events()).toEqual(['ledger.created', 'receipt.issued', 'receipt.revoked', 'decision.made'])
  expect(await stage.authorize()).toContain('monalisa denied #')
})

test('its permission cannot be read for half a minute: who has approved there may say no', async () => {
  cut('^GET /repos/[^/]+/[^/]+/collaborators/')
  deny('monalisa')
  deny('octocat')
  await revoked()
  stage.world.clearFaults()
  expect(await events()).toContain('receipt.revoked')
}, 120_000)

test('the policy cannot be read for half a minute: whoever may write there may say no', async () => {
  cut('^GET /repos/[^/]+/[^/]+/branches/')
  deny('monalisa')
  await revoked()
  stage.world.clearFaults()
  await until(() => stage.replies().find(({body}) => body.includes('**Denied for'))?.body, 'the reply')
}, 120_000)
