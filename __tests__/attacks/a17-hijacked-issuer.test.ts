/** A17: a fake or hijacked issuer says "valid". It is a courier: the gate verifies in the runner, with the pinned keys. */
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals'
import {type Json, type TestKey, makeKey} from '../protocol/builders.ts'
import {type Loopback, serve} from '../action/asks.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage} from '../acceptance/stage.ts'
import {demand, expectAllowed, expectStopped, later} from './judge.ts'

/** What the hijacker answers in the issuer's place; undefined leaves the issuer's own answer. */
type Lie = (path: string) => unknown

let stage: Stage
let hijacker: Loopback
let lie: Lie = () => undefined
const thief = makeKey()
beforeAll(async () => {
  // Whoever took over the issuer's name stands in front of it, and knows all that it says.
  hijacker = await serve((request, response) => {
    const path = request.url ?? ''
    const told = lie(path)
    const answer = told === undefined ? passOn(path) : Promise.resolve(JSON.stringify(told))
    void answer.then((body) => response.setHeader('content-type', 'application/json').end(body))
  })
  stage = await Stage.open({env: {COUNTERSIGN_PUBLIC_URL: hijacker.origin}})
})
afterEach(() => {
  lie = () => undefined
})
afterAll(async () => {
  await stage.close()
  await hijacker.close()
  expect(stage.world.violations).toEqual([])
})

const passOn = async (path: string): Promise<string> => await (await fetch(`${stage.issuer.url}${path}`)).text()

/** A job that asks nobody else. */
const gate = (more: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) =>
  stage.gate({with: {'issuer-url': hijacker.origin, 'github-token': '', ...more}, env})

const lists = (...receipts: readonly Json[]): Lie => {
  return (path) => (path.startsWith('/v1/receipts?') ? {receipts} : undefined)
}

const forged = (key: TestKey = thief): Json => JSON.parse(signedFor(stage, {issuer: hijacker.origin}, key)) as Json

test('a plain "valid", however it is put, lets nothing out', async () => {
  lie = () => ({valid: true, authorized: true, status: 'active', receipts: []})
  expectStopped(await gate(), 'receipt_missing')
  lie = () => ({valid: true, authorized: true, status: 'active'})
  expectStopped(await gate(), 'source_unreachable')
  lie = lists({valid: true, authorized: true, authorizedBy: 'octocat'})
  expectStopped(await gate(), 'receipt_malformed')
})

test('a receipt, a status and a key set that all fit, under a key that the workflow does not pin', async () => {
  const receipt = forged()
  const keys = [{publicKey: thief.pin, use: 'receipt', status: 'active', notBefore: '2026-01-01T00:00:00Z'}]
  lie = (path) => {
    if (path.startsWith('/v1/receipts?')) return {receipts: [receipt]}
    if (path.endsWith('/status')) return thief.sign({type: 'countersign.status/v1', receipt: receipt['id']})
    return thief.sign({type: 'countersign.keys/v1', version: 9, keys})
  }
  expectStopped(await gate(), 'key_not_pinned')
  // The pinned key's name over it does not help.
  lie = lists({...receipt, publicKey: stage.issuer.pin})
  expectStopped(await gate(), 'signature_invalid')
})

test('a true receipt of another commit, changed on its way or as it is', async () => {
  const other = await stage.propose('other')
  await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
  const receipt = JSON.parse(stage.receiptText({sha: other.head})) as Json & {readonly scope: Json}
  lie = lists(receipt)
  expectStopped(await gate(), 'commit_mismatch')
  lie = lists({...receipt, scope: {...receipt.scope, sha: stage.head}})
  expectStopped(await gate(), 'signature_invalid')
})

test('"active" of a receipt that was taken back: the revocation on GitHub outweighs every word', async () => {
  await stage.authorize()
  const receipt = JSON.parse(stage.receiptText()) as Json
  const path = `/v1/receipts/${String(receipt['id'])}/status`
  const earlier = JSON.parse(await passOn(path)) as Json
  expect(earlier).toMatchObject({status: 'active'})
  expectAllowed(await gate(), stage.head)
  await stage.say('/revoke production')
  lie = (asked) => (asked === path ? earlier : lists(receipt)(asked))
  expectStopped(await stage.gate({with: {'issuer-url': hijacker.origin}}), 'revoked')
})

test('an old "active", kept and shown again, is none: a receipt flagged fresh is refused', async () => {
  await demand(stage, 'fresh: true')
  await stage.authorize()
  const receipt = JSON.parse(stage.receiptText()) as Json
  const path = `/v1/receipts/${String(receipt['id'])}/status`
  const earlier = JSON.parse(await passOn(path)) as Json
  expectAllowed(await gate(), stage.head)
  lie = (asked) => (asked === path ? earlier : lists(receipt)(asked))
  expectStopped(await gate({}, later(6 * 60_000)), 'source_unreachable')
  // Nor is one that another key signed, or nobody.
  for (const word of [thief.sign({...earlier, signature: undefined}), {status: 'active'}]) {
    lie = (asked) => (asked === path ? word : lists(receipt)(asked))
    expectStopped(await gate(), 'source_unreachable')
  }
})
