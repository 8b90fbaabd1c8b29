/** Scenario: a receipt serves one run, because the job asks for it (`redeem`) or the policy does (`single-use`); and a fresh one. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {ask} from './answers.ts'
import {onMain} from './jobs.ts'
import {checkedEntries} from './ledger.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed, expectRefused} from './verdicts.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const redeem = {redeem: 'true'}
const run = (id: number, attempt = 1) => ({runId: id, runAttempt: attempt})

/** The policy of main, for production alone. */
async function demand(production: string): Promise<void> {
  const files = {'.github/countersign.yml': `version: 1\nenvironments:\n  production: {${production}}\n`}
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', files, message: 'Ask for more'})
}

const flagsOf = (text: string): readonly string[] => (JSON.parse(text) as {flags: readonly string[]}).flags

async function statusOf(sha: string): Promise<unknown> {
  const {id} = JSON.parse(stage.receiptText({sha})) as {id: string}
  return (JSON.parse((await ask(stage, `/v1/receipts/${id}/status`)).body) as {status: unknown}).status
}

describe('redeem: true', () => {
  test('uses the receipt up: the same run goes on, another one is refused and told which run it was', async () => {
    const sha = await stage.authorizeMain()
    expect(await statusOf(sha)).toBe('active')
    const first = await stage.gate(onMain(run(41), redeem))
    expectAllowed(first, sha)
    expect(first.summary).toContain('This run uses the receipt up')
    expectAllowed(await stage.gate(onMain(run(41, 2), redeem)), sha)
    const words = expectRefused(await stage.gate(onMain(run(42), redeem)), 'already_used')
    expect(words).toContain(`already used by run ${stage.github.url}/${repository}/actions/runs/41/attempts/1`)
    expect(await statusOf(sha)).toBe('redeemed')
    const events = (await checkedEntries(stage)).map(({event}) => event)
    expect(events.filter((event) => event === 'receipt.redeemed')).toHaveLength(1)
  })

  test('is not possible of a receipt that was accepted by its tree, and the refusal says why and what to do', async () => {
    await stage.authorize()
    const merge = {repository, pullRequest: stage.pullRequest, by: 'octocat', method: 'squash'} as const
    const {sha} = await stage.world.mergePullRequest(merge)
    expectAllowed(await stage.gate(onMain({}, {match: 'tree'})), sha)
    const words = expectRefused(await stage.gate(onMain({}, {match: 'tree', ...redeem})), 'input_invalid')
    expect(words).toContain('the receipt serves one run, and the issuer does not take that from this job')
    expect(words).toContain(`the receipt authorizes ${stage.head}, and this job runs for ${sha}: start it for`)
    expect(words).toContain('or have this one authorized')
  })

  test('said again by a person, another run goes out too', async () => {
    const sha = await stage.authorizeMain()
    expectAllowed(await stage.gate(onMain(run(41), redeem)), sha)
    await stage.authorize({sha})
    expectAllowed(await stage.gate(onMain(run(42), redeem)), sha)
    expectRefused(await stage.gate(onMain(run(43), redeem)), 'already_used')
  })

  test('is not possible for a job that cannot say who it is, nor without the issuer', async () => {
    const sha = await stage.authorizeMain()
    const nameless = onMain({permissions: {contents: 'read', checks: 'read'}}, redeem)
    expect(expectRefused(await stage.gate(nameless), 'input_invalid')).toContain('id-token: write')
    const alone = onMain({}, {...redeem, 'issuer-url': undefined})
    expect(expectRefused(await stage.gate(alone), 'input_invalid')).toContain('issuer-url')
    await stage.issuer.stop()
    expectRefused(await stage.gate(onMain({}, redeem)), 'source_unreachable')
    await stage.issuer.restart()
    expectAllowed(await stage.gate(onMain({}, redeem)), sha)
  })
})

describe('single-use: true in the policy', () => {
  beforeEach(() => demand('single-use: true'))

  test('flags the receipt, and the gate keeps to it whatever its input says', async () => {
    const sha = await stage.authorizeMain()
    expect(flagsOf(stage.receiptText({sha}))).toEqual(['once'])
    expectAllowed(await stage.gate(onMain(run(51), {redeem: 'false'})), sha)
    expectAllowed(await stage.gate(onMain(run(51), {redeem: 'false'})), sha)
    const words = expectRefused(await stage.gate(onMain(run(52), {redeem: 'false'})), 'already_used')
    expect(words).toContain('/actions/runs/51/attempts/1')
  })

  test('a job that names no issuer is refused, and so is one that does not take such receipts', async () => {
    await stage.authorizeMain()
    expectRefused(await stage.gate(onMain({}, {'issuer-url': undefined})), 'input_invalid')
    expectRefused(await stage.gate(onMain({}, {'refuse-flags': 'once'})), 'flag_refused')
  })

  test('a job that is refused for its checkout uses nothing up', async () => {
    const sha = await stage.authorizeMain()
    expectRefused(await stage.gate({...onMain(run(61)), checkout: {ref: stage.head}}), 'checkout_mismatch')
    expectAllowed(await stage.gate(onMain(run(62))), sha)
  })
})

test('fresh: true in the policy passes with the word of the issuer, and not without it', async () => {
  await demand('fresh: true')
  const sha = await stage.authorizeMain()
  expect(flagsOf(stage.receiptText({sha}))).toEqual(['fresh'])
  expectAllowed(await stage.gate(onMain()), sha)
  expectRefused(await stage.gate(onMain({}, {'issuer-url': undefined})), 'source_unreachable')
  await stage.issuer.stop()
  expectRefused(await stage.gate(onMain()), 'source_unreachable')
})
