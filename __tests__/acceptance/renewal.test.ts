/** Scenario: an authorization is said again while it is alive, by the same and by another; the same words never twice. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  stage.world.addUser({login: 'defunkt'})
  stage.world.setPermission({repository, login: 'defunkt', role: 'admin'})
})
afterAll(() => stage.close())

const idOf = (text: string): string => (JSON.parse(text) as {id: string}).id

test('a second statement renews: a new receipt, and both stand in the lists', async () => {
  await stage.authorize()
  const first = idOf(stage.receiptText())
  await stage.authorize()
  const second = idOf(stage.receiptText())
  expect(second).not.toBe(first)
  const query = new URLSearchParams({repository, environment: 'production', sha: stage.head})
  const answer = await fetch(`${stage.issuer.url}/v1/receipts?${query.toString()}`)
  const {receipts} = (await answer.json()) as {receipts: readonly {id: string}[]}
  expect(receipts.map(({id}) => id)).toEqual([second, first])
  expectAllowed(await stage.gate(), stage.head)
})

test('a second reviewer makes a receipt of their own', async () => {
  await stage.say(`/authorize production ${stage.head}`, {by: 'defunkt'})
  const receipt = JSON.parse(stage.receiptText()) as {authorizedBy: string; approvals: readonly unknown[]}
  expect([receipt.authorizedBy, receipt.approvals.length]).toEqual(['defunkt', 1])
  expect((await stage.gate()).outputs['authorized-by']).toBe('defunkt')
})

test('a statement that is delivered again mints nothing and is not answered again', async () => {
  const {world} = stage
  await world.settled()
  const [replies, runs] = [stage.replies().length, world.checkRuns.length]
  const statements = world.hooks.deliveries.filter(
    ({event, body}) => event === 'issue_comment' && body.includes('"/auth'),
  )
  expect(statements).toHaveLength(3)
  for (const {id} of statements) world.redeliver({id})
  await world.settled()
  // The same bytes under a GUID of their own: only the statement's claim knows them.
  for (const {body} of statements) world.deliver({event: 'issue_comment', payload: JSON.parse(body) as object})
  await world.settled()
  await stage.say('/countersign status')
  expect([stage.replies().length, world.checkRuns.length]).toEqual([replies + 1, runs])
  expect((await checkedEntries(stage)).map(({event}) => event)).toEqual([
    'ledger.created',
    'receipt.issued',
    'receipt.issued',
    'receipt.issued',
  ])
  expect(world.violations).toEqual([])
})
