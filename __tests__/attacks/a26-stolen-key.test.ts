/** A26: the receipt key is stolen. It is replaced and revoked, pins overlap, and a back-dated receipt is in no ledger of before. */
import {createPrivateKey, sign} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type PublicKey, canonicalBytes, printSecondsTime, printSignature, verify} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'
import {ask} from '../acceptance/answers.ts'
import {databasePath} from '../acceptance/ledger.ts'
import {operate} from '../acceptance/operator.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage} from '../acceptance/stage.ts'
import {type Json, type TestKey, lifeAround} from '../protocol/builders.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let old: PublicKey
let thief: TestKey
/** What an auditor wrote down before the theft: a checkpoint, and the entries that it covers. */
let held: {readonly note: string; readonly entries: string}
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
  old = stage.issuer.pin as PublicKey
  thief = steal()
  held = {note: (await ask(stage, '/v1/ledger/checkpoint')).body, entries: await entries()}
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const entries = async (): Promise<string> => (await ask(stage, '/v1/ledger/entries?start=0&count=1000')).body

/** The very key that the issuer signs with. */
function steal(): TestKey {
  const privateKey = createPrivateKey(
    readFileSync(join(dirname(databasePath(stage.issuer)), 'receipt-key.pem'), 'utf8'),
  )
  const signBytes = (bytes: Uint8Array): string => printSignature(new Uint8Array(sign(null, bytes, privateKey)))
  const signBody = (body: Json): Json => {
    const unsigned = {publicKey: old, ...body}
    return {...unsigned, signature: signBytes(canonicalBytes(unsigned))}
  }
  return {pin: old, privateKey, signBytes, sign: signBody}
}

const id = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
/** For an environment where nobody authorized anything. */
const forged = (more: Json = {}): string => signedFor(stage, {id, ...more, scope: {environment: 'staging'}}, thief)
/** As if it had been issued before the theft, with as long a life as gates take. */
const backDated = (): string => forged(lifeAround(Date.now() - 3_600_000, 86_400))
const gate = (receipt: string, ...pins: readonly string[]): Promise<StepResult> =>
  stage.gate({with: {receipt, environment: 'staging', 'public-key': pins.join('\n')}})
/** What octocat authorized truly. */
const trueGate = (...pins: readonly string[]): Promise<StepResult> =>
  stage.gate({with: {'public-key': pins.join('\n')}})
const warnings = ({annotations}: StepResult): string =>
  annotations.flatMap(({level, message}) => (level === 'warning' ? [message] : [])).join('\n')

test('until it is known, what the thief signs is let out, and the job says that the issuer has no word of it', async () => {
  for (const receipt of [forged(), backDated()]) {
    const step = await gate(receipt, old)
    expectAllowed(step, stage.head)
    expect(warnings(step)).toContain('gave no valid status of the receipt')
  }
  expectStopped(await gate(forged({flags: ['fresh']}), old), 'source_unreachable')
})

test('to an auditor it is in no ledger: neither under the checkpoint of before, nor on any page', async () => {
  const {ledgerKey} = stage.issuer
  expect(verify.chain(held.entries, {checkpoint: held.note, ledgerKey})).toMatchObject({valid: true})
  expect(held.entries).toContain((JSON.parse(stage.receiptText()) as {id: string}).id)
  expect(held.entries).not.toContain(id)
  expect(await entries()).not.toContain(id)
  for (const path of [`/r/${id}`, `/r/${id}.json`, `/v1/receipts/${id}`, `/v1/receipts/${id}/status`]) {
    expect((await ask(stage, path)).status).toBe(404)
  }
})

test('replaced at once: gates that pin both keys go on, whichever signed', async () => {
  const next = operate(stage, 'keys', 'rotate', '--now')
  expectAllowed(await trueGate(old, next), stage.head)
  await stage.authorize()
  expect(stage.receiptText()).toContain(next)
  expectAllowed(await trueGate(old, next), stage.head)
  expectAllowed(await trueGate(next), stage.head)
  expectStopped(await gate(forged(), next), 'key_not_pinned')
})

test('revoked: nothing of the old key counts any more, however early it says that it was signed', async () => {
  const {publicKey: next} = await published()
  operate(stage, 'keys', 'revoke', old, '--since', printSecondsTime(Date.now() - 60_000))
  for (const receipt of [forged(), backDated()]) {
    expectStopped(await gate(receipt, old, next), 'key_revoked')
    // Without the issuer a workflow's own lines say it.
    const alone = {'issuer-url': undefined, environment: 'staging', receipt}
    expectStopped(await stage.gate({with: {...alone, 'public-key': `${old} revoked\n${next}`}}), 'key_revoked')
  }
  expectAllowed(await trueGate(old, next), stage.head)
})

const published = async (): Promise<{readonly publicKey: string}> =>
  JSON.parse((await ask(stage, '/.well-known/countersign-keys.json')).body) as {readonly publicKey: string}
