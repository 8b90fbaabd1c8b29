/** Every refusal code as the built gate gives it, with one thing wrong each time. A new code does not compile here. */
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type RefusalCode, refusalCodes} from '#protocol'
import {theRepository} from '../../sandbox/world.ts'
import {aRevocation} from '../action/test-issuer.ts'
import {type Overrides, lifeAround, makeKey} from '../protocol/builders.ts'
import {onMain} from './jobs.ts'
import {postCheckRun, signedFor} from './receipts.ts'
import {type GateAsk, Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const key = makeKey()
const inputs = () => ({'public-key': key.pin, 'github-token': '', 'issuer-url': undefined, checkout: 'ignore'})

/** A job that is handed this receipt and pins its key; nothing else is asked. */
const given = (overrides: Overrides = {}, more: Readonly<Record<string, string | undefined>> = {}): GateAsk => ({
  with: {...inputs(), receipt: signedFor(stage, overrides, key), ...more},
  checkout: 'nothing',
})
const asText = (receipt: string): GateAsk => ({with: {...inputs(), receipt}, checkout: 'nothing'})

const hour = 3_600_000

/** A receipt that the same key took back, said by a check run. */
function takenBack(id: string, cause: 'person' | 'denied'): GateAsk {
  const {id: repositoryId} = theRepository(stage.world, repository)
  postCheckRun(stage, aRevocation(key, {receipt: id, repositoryId, cause}))
  return given({id}, {'github-token': undefined})
}

const cases: {readonly [Code in RefusalCode]: () => GateAsk | Promise<GateAsk>} = {
  receipt_missing: () => ({with: {...inputs(), 'issuer-url': stage.issuer.url}, checkout: 'nothing'}),
  receipt_malformed: () => asText(signedFor(stage, {}, key).replace('{', '{"type":"countersign.receipt/v1",')),
  receipt_too_large: () => asText(`{${' '.repeat(16_384)}}`),
  key_not_pinned: () => given({}, {'public-key': makeKey().pin}),
  key_revoked: () => given({}, {'public-key': `${key.pin} revoked`}),
  signature_invalid: () => asText(signedFor(stage, {}, key).replace('"maintain"', '"admin"')),
  not_yet_valid: () => given(lifeAround(Date.now() + hour)),
  expired: () => given(lifeAround(Date.now() - hour, 1800)),
  lifetime_too_long: () => given({}, {'max-ttl': '59m'}),
  action_mismatch: () => given({action: 'rollback'}),
  repository_mismatch: () => given({scope: {repositoryId: 1}}),
  commit_mismatch: () => given({scope: {sha: 'a'.repeat(40)}}),
  tree_mismatch: () => ({...given({scope: {tree: 'a'.repeat(40)}}, {match: 'tree'}), checkout: 'event'}),
  environment_mismatch: () => given({scope: {environment: 'staging'}}),
  issuer_mismatch: () => given({issuer: 'https://countersign.example'}, {'issuer-url': stage.issuer.url}),
  too_few_approvals: () => given({}, {'min-approvals': '2'}),
  proof_too_weak: () => given({}, {'require-proof': 'passkey'}),
  flag_refused: () => given({flags: ['self']}),
  revoked: () => takenBack('rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4x', 'person'),
  denied: () => takenBack('rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4y', 'denied'),
  // Whoever has the key can sign, and the issuer knows what it made.
  receipt_unknown: () => ({
    ...given({}, {'public-key': `${key.pin}\n${stage.issuer.pin}`, 'issuer-url': stage.issuer.url}),
    job: {permissions: {contents: 'read', checks: 'read', id_token: 'write'}},
  }),
  already_used: async () => {
    const sha = await stage.authorizeMain()
    expectAllowed(await stage.gate(onMain({}, {redeem: 'true'})), sha)
    return onMain({}, {redeem: 'true'})
  },
  source_unreachable: () => ({with: {...inputs(), 'issuer-url': 'http://127.0.0.1:1'}, checkout: 'nothing'}),
  checkout_mismatch: () => ({
    ...given({}, {checkout: 'verify'}),
    checkout: 'event',
    before: (workspace) => writeFile(join(workspace, 'deploy.sh'), 'echo something else\n'),
  }),
  input_invalid: () => given({}, {environment: 'Production'}),
  event_unsupported: () => ({
    ...given(),
    job: {trigger: {event: 'pull_request_target', pullRequest: stage.pullRequest}},
  }),
  // An allow that cannot be recorded: the runner would see no outputs.
  internal_error: () => ({...given(), env: {GITHUB_OUTPUT: undefined}}),
}

test('the receipt of which each case changes one thing passes', async () => {
  expectAllowed(await stage.gate(given()), stage.head)
})

test.each(refusalCodes.filter((code) => code !== 'internal_error'))('%s', async (code) => {
  const words = expectRefused(await stage.gate(await cases[code]()), code)
  // What happened and what to do, each a sentence.
  expect(
    words
      .split('\n')
      .slice(0, 2)
      .every((line) => /^\S.{20,}\.$/.test(line)),
  ).toBe(true)
})

test('internal_error', async () => {
  const step = await stage.gate(await cases.internal_error())
  expect([step.exitCode, step.outputs]).toEqual([1, {}])
  expect(step.annotations.map(({properties}) => properties['title'])).toContain('Deployment refused: internal_error')
  expect(step.annotations.at(-1)?.message).toContain('GITHUB_OUTPUT does not name a file')
})
