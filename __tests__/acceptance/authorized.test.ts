/** Scenario: a person who may approve names the commit, and the job is let through with all that it needs. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {parseReceipt, verify} from '#protocol'
import {checkedEntries} from './ledger.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

let stage: Stage
let reply: string
beforeAll(async () => {
  stage = await Stage.open()
  reply = await stage.authorize()
})
afterAll(() => stage.close())

test('the reply says who let what out, and where the receipt is', () => {
  expect(reply).toContain('**Authorized for `production`** by `octocat`')
  expect(reply).toContain(stage.head)
  expect(reply).toContain(`${stage.issuer.url}/v1/receipts/rcpt_dg_`)
})

test('the comment gets a reaction', async () => {
  const said = [...stage.world.comments.values()].find(({author}) => author.login === 'octocat')
  const contents = await until(() => (said?.reactions.length === 1 ? said.reactions : undefined), 'a reaction')
  expect(contents.map(({content, user}) => [content, user.login])).toEqual([['rocket', 'countersign[bot]']])
})

test('the job passes, and its outputs are what the receipt says', async () => {
  const allowed = await stage.gate()
  expectAllowed(allowed, stage.head)
  const receipt = JSON.parse(stage.receiptText()) as {id: string; issuedAt: string; expiresAt: string}
  expect(JSON.parse(allowed.outputs['receipt'] ?? '')).toEqual(receipt)
  expect(allowed.outputs).toMatchObject({
    'receipt-id': receipt.id,
    'authorized-by': 'octocat',
    'issued-at': receipt.issuedAt,
    'expires-at': receipt.expiresAt,
  })
  expect(JSON.parse(allowed.outputs['result'] ?? '')).toMatchObject({authorized: true, code: null, source: 'GitHub'})
  expect(allowed.annotations).toEqual([])
})

test('the receipt says no more than what was read, and verifies with the pinned key alone', () => {
  const parsed = parseReceipt(JSON.parse(stage.receiptText()))
  if (!parsed.ok) throw new Error(parsed.fault)
  const {scope, approvals, flags, issuer} = parsed.value
  expect(scope).toMatchObject({repository, sha: stage.head, environment: 'production', pullRequest: stage.pullRequest})
  expect(approvals).toMatchObject([{login: 'octocat', role: 'maintain', binding: 'commit', proof: 'comment'}])
  expect([flags, issuer]).toEqual([[], stage.issuer.url])
  const {repositoryId, sha, environment} = scope
  const expected = {action: 'deploy', repository, repositoryId, sha, environment}
  const verdict = verify.receipt(stage.receiptText(), {keys: stage.issuer.pin, now: new Date(), expect: expected})
  expect(verdict).toMatchObject({valid: true, unchecked: []})
})

test('the issuer serves the same receipt by id and by commit', async () => {
  const receipt = JSON.parse(stage.receiptText()) as {id: string}
  const get = async (path: string): Promise<unknown> => (await fetch(`${stage.issuer.url}${path}`)).json()
  expect(await get(`/v1/receipts/${receipt.id}`)).toEqual(receipt)
  const query = new URLSearchParams({repository, environment: 'production', sha: stage.head})
  expect(await get(`/v1/receipts?${query.toString()}`)).toEqual({receipts: [receipt]})
})

test('the ledger holds the decision and names nobody', async () => {
  const entries = await checkedEntries(stage)
  const receipt = JSON.parse(stage.receiptText()) as {id: string; decision: string; evidence: string}
  expect(entries.map(({event, subject}) => [event, subject])).toEqual([
    ['ledger.created', entries[0]?.ledger],
    ['receipt.issued', receipt.id],
  ])
  expect(entries[1]?.digests).toMatchObject({evidence: receipt.evidence})
  expect(JSON.stringify(entries)).not.toMatch(/octocat|octo-org|hubot|api-service/)
  expect(stage.world.violations).toEqual([])
})
