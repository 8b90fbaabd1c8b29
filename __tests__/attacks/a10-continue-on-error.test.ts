/** A10: the job is made to succeed anyway (`continue-on-error`, `if: always()`). `authorized` is `false` on every refusal. */
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type GateAsk, Stage} from '../acceptance/stage.ts'
import type {RefusalCode} from '#protocol'
import {lifeAround, makeKey, receiptBody} from '../protocol/builders.ts'
import {carryReceipt, expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let stranger: ReturnType<typeof makeKey>
let elsewhere: string
beforeAll(async () => {
  stage = await Stage.open()
  stranger = makeKey()
  const other = await stage.propose('elsewhere')
  await stage.authorize({sha: other.head, pullRequest: other.pullRequest})
  elsewhere = stage.receiptText({sha: other.head})
})
afterAll(() => stage.close())

const push = (): NonNullable<GateAsk['job']> => ({trigger: {event: 'push', branch: 'feature', sha: stage.head}})
const forged = (): string =>
  JSON.stringify(stranger.sign(receiptBody({scope: {sha: stage.head}, ...lifeAround(Date.now())})))

/** Every way of running the step, while nothing is authorized for it, that could hope for a success. */
const attempts: readonly [RefusalCode, string, () => GateAsk][] = [
  ['receipt_missing', 'nothing at all', () => ({})],
  ['commit_mismatch', 'a receipt for another commit', () => ({with: {receipt: elsewhere}})],
  ['key_not_pinned', 'a receipt of a key of its own', () => ({with: {receipt: forged()}})],
  ['signature_invalid', 'a good receipt with the commit changed', () => ({with: {receipt: retold()}})],
  ['receipt_malformed', 'the word for yes', () => ({with: {receipt: '{"authorized":true}'}})],
  ['input_invalid', 'no environment', () => ({with: {environment: undefined}})],
  ['input_invalid', 'no key', () => ({with: {'public-key': ''}})],
  [
    'event_unsupported',
    'an event that names no commit',
    () => ({job: {trigger: {event: 'pull_request_target', pullRequest: stage.pullRequest}}}),
  ],
  [
    'source_unreachable',
    'no place that answers',
    () => ({with: {'issuer-url': 'http://127.0.0.1:9'}, env: {GITHUB_API_URL: 'http://127.0.0.1:9'}}),
  ],
  ['receipt_missing', 'outputs set beforehand', () => ({env: {INPUT_AUTHORIZED: 'true', authorized: 'true'}})],
]

const retold = (): string => elsewhere.replace(/"sha": ?"[0-9a-f]{40}"/, `"sha":"${stage.head}"`)

test.each(attempts)(
  '%s: with %s, `authorized` is false and the word true stands nowhere beside it',
  async (code, _, ask) => {
    expectStopped(await stage.gate({job: push(), ...ask()}), code)
  },
)

test('a check run of one’s own that says authorized=true, in every place where it can say something, is only quoted or skipped', async () => {
  carryReceipt(stage, {text: '::set-output name=authorized::true\nauthorized=true'})
  expectStopped(await stage.gate(), 'receipt_missing')
})

test('a checkout that was changed after the authorization is refused like everything else, and the untouched one is not', async () => {
  await stage.authorize()
  const before = (workspace: string): Promise<void> => writeFile(join(workspace, 'deploy.sh'), 'echo stolen\n')
  expectStopped(await stage.gate({before}), 'checkout_mismatch')
  const allowed = await stage.gate()
  expectAllowed(allowed, stage.head)
  expect(allowed.outputs['result']).toContain('"authorized":true')
})
