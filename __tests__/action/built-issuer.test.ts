/** The committed dist/index.js and dist/post.js with an issuer: redemption, the record of what ran, and who the job is. */
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import {createRemoteJWKSet, jwtVerify} from 'jose'
import {type PlanJob, Runner, type StepResult} from '../../sandbox/runner.ts'
import {theRepository} from '../../sandbox/world.ts'
import {type Json, aReceipt, lifeAround, makeKey} from '../protocol/builders.ts'
import {type Town, repo, startTown} from '../sandbox/builders.ts'
import {TestIssuer, aRevocation, keyEntry, refusal} from './test-issuer.ts'

const action = join(import.meta.dirname, '..', '..')
const key = makeKey()
const receiptId = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'

let town: Town
let issuer: TestIssuer
beforeAll(async () => {
  town = await startTown()
})
afterAll(async () => {
  await town.github.close()
})
beforeEach(async () => {
  issuer = await TestIssuer.start(key)
  issuer.now = Date.now
  issuer.receipts = [receipt()]
})
afterEach(() => issuer.close())

function receipt(overrides: Json = {}, by = key): Json {
  const {id: repositoryId} = theRepository(town.world, repo)
  const scope = {repository: repo, repositoryId, sha: town.mainSha}
  return aReceipt({issuer: issuer.origin, ...lifeAround(Date.now()), scope, ...overrides}, by).receipt
}

interface Job {
  readonly with?: Readonly<Record<string, string>>
  readonly plan?: Partial<PlanJob>
  /** What becomes of the job after the gate. */
  readonly then?: (runner: Runner) => void | Promise<void>
}

/** A job of which the gate is the only step, and the post step that ends it. */
async function run(job: Job = {}): Promise<{readonly main: StepResult; readonly post: StepResult}> {
  const permissions = {contents: 'read', checks: 'read', id_token: 'write'} as const
  const trigger = {event: 'push', branch: 'main'} as const
  const runner = await Runner.start(
    await town.world.planJob({repository: repo, actor: 'octocat', trigger, permissions, ...job.plan}),
  )
  try {
    const inputs = {environment: 'production', 'public-key': key.pin, 'issuer-url': issuer.origin, 'github-token': ''}
    const step = {action, with: {...inputs, ...job.with}}
    const main = await runner.run(step)
    await job.then?.(runner)
    return {main, post: await runner.post(step, main)}
  } finally {
    await runner.close()
  }
}

const told = (): readonly unknown[] =>
  issuer.asked.filter(({path}) => path.endsWith('/executions')).map(({body}) => JSON.parse(body) as unknown)
const warnings = ({annotations}: StepResult): readonly string[] =>
  annotations.filter(({level}) => level === 'warning').map(({message}) => message)

describe('the record of what ran', () => {
  test.each(['success', 'failure', 'cancelled'] as const)(
    'says that the job began, and that it ended in %s',
    async (status) => {
      const {main, post} = await run({then: (runner) => void (runner.status = status)})
      expect([main.exitCode, main.outputs['authorized'], post.exitCode]).toEqual([0, 'true', 0])
      expect(told()).toEqual([{event: 'started'}, {event: 'finished', outcome: status}])
      expect([...warnings(main), ...warnings(post)]).toEqual([expect.stringContaining('Nothing is checked out')])
    },
  )

  test('is told by the job itself: each time with a token that GitHub signed for this issuer', async () => {
    const shown: string[] = []
    issuer.sawBearer = (bearer) => shown.push(bearer)
    const {main} = await run({plan: {runId: 4711}, with: {redeem: 'true'}})
    expect(main.exitCode).toBe(0)
    const keys = createRemoteJWKSet(new URL(`${town.github.oidcIssuer}/.well-known/jwks`))
    const claims = await Promise.all(
      shown.map(async (token) => (await jwtVerify(token, keys, {audience: issuer.origin})).payload),
    )
    expect(claims.map(({run_id}) => run_id)).toEqual(shown.map(() => '4711'))
    expect(new Set(claims.map(({jti}) => jti)).size).toBe(shown.length)
    for (const token of shown) expect(main.stdout.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(token)
  })

  test('is not kept of a job that was refused', async () => {
    issuer.statuses.set(receiptId, 'revoked')
    const {main, post} = await run()
    expect([main.exitCode, main.outputs['reason-code'], post.exitCode]).toEqual([1, 'revoked', 0])
    expect(told()).toEqual([])
  })

  test('is not kept where nobody wants it, or the job may not say who it is', async () => {
    await run({with: {report: 'false'}})
    const {main, post} = await run({plan: {permissions: {contents: 'read'}}})
    expect([main.exitCode, post.exitCode, warnings(post)]).toEqual([0, 0, []])
    expect(told()).toEqual([])
  })

  test('that fails is a warning, and the job goes on', async () => {
    issuer.instead = ({path}) => (path.endsWith('/executions') ? refusal(500, 'internal_error') : undefined)
    const {main, post} = await run()
    expect([main.exitCode, main.outputs['authorized'], post.exitCode]).toEqual([0, 'true', 0])
    for (const step of [main, post]) {
      expect(warnings(step)).toContainEqual(expect.stringContaining('was not recorded: the issuer'))
    }
  })

  test('that nobody takes is given up: the issuer is gone when the job ends', async () => {
    const {post} = await run({then: () => issuer.close()})
    expect(post.exitCode).toBe(0)
    expect(warnings(post)).toEqual([expect.stringContaining('could not be reached (ECONNREFUSED)')])
  })

  test('that is never answered is given up after a few seconds', async () => {
    const {post} = await run({then: () => void (issuer.isSilent = true)})
    expect(post.exitCode).toBe(0)
    expect(warnings(post)).toEqual([expect.stringContaining('did not finish its answer in time')])
  })

  test('says nothing where the runner does not say how the job ended', async () => {
    const {post} = await run({with: {'job-status': 'well'}})
    expect(post.exitCode).toBe(0)
    expect(told()).toEqual([{event: 'started'}])
    expect(warnings(post)).toEqual([expect.stringContaining('did not say how the job ended')])
  })
})

describe('a receipt that serves one run', () => {
  const once = {plan: {runId: 7}, with: {redeem: 'true'}}

  test('is used up by the run, whose other jobs and attempts get through, and no other run does', async () => {
    expect((await run(once)).main.exitCode).toBe(0)
    expect((await run({...once, plan: {runId: 7, runAttempt: 2}})).main.exitCode).toBe(0)
    const {main} = await run({...once, plan: {runId: 8}})
    expect(main.outputs).toMatchObject({authorized: 'false', 'reason-code': 'already_used'})
    const words = main.annotations.find(({level}) => level === 'error')?.message
    expect(words).toContain('already used by run https://github.example/runs/7 at 2026-04-02T14:59:00Z')
  })

  test('needs the permission, and says so', async () => {
    const {main} = await run({...once, plan: {permissions: {contents: 'read'}}})
    expect(main.outputs['reason-code']).toBe('input_invalid')
    expect(main.annotations[0]?.message).toContain('permissions: id-token: write')
  })

  test('says when it was used up, in the summary', async () => {
    const {main} = await run(once)
    expect(main.summary).toContain('This run uses the receipt up')
    expect(main.summary).toContain('| single use | ✅ passed |')
    expect(main.summary).toContain('| revocation | ✅ passed |')
    expect(main.summary).not.toContain('Revocation not checked')
  })
})

describe("the issuer's status in the result", () => {
  const second = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'
  const reported = async (): Promise<Json> => JSON.parse((await run()).main.outputs['result'] ?? '') as Json

  test('is not that of an earlier receipt: the one that is reported was refused before anybody was asked', async () => {
    issuer.receipts = [receipt(), receipt({id: second, flags: ['self']})]
    issuer.statuses.set(receiptId, 'expired')
    const {code, receipt: shown, status} = await reported()
    expect([code, shown]).toMatchObject(['flag_refused', {id: second}])
    expect(status).toBeNull()
    expect(issuer.pathsAsked().filter((path) => path.endsWith('/status'))).toHaveLength(1)
  })

  test('is not that of a later receipt, which got less far', async () => {
    issuer.receipts = [receipt(), receipt({id: second})]
    issuer.statuses.set(receiptId, 'revoked').set(second, 'expired')
    expect(await reported()).toMatchObject({code: 'revoked', receipt: {id: receiptId}, status: {status: 'revoked'}})
  })

  test('is that of the receipt that is accepted, after another that was revoked', async () => {
    issuer.receipts = [receipt(), receipt({id: second})]
    issuer.statuses.set(receiptId, 'revoked')
    expect(await reported()).toMatchObject({authorized: true, receipt: {id: second}, status: {status: 'active'}})
  })

  test('comes without a warning about the key of a receipt that was not accepted', async () => {
    const other = makeKey()
    issuer.keys = [keyEntry(key), keyEntry(other, {status: 'retiring'})]
    issuer.receipts = [receipt({id: second}, other), receipt()]
    issuer.statuses.set(second, 'revoked')
    const {main} = await run({with: {'public-key': `${key.pin}\n${other.pin}`}})
    expect([main.exitCode, main.outputs['receipt-id']]).toEqual([0, receiptId])
    expect(warnings(main)).not.toContainEqual(expect.stringContaining('giving up'))
  })
})

test('the environment that GitHub names to the job must be the input', async () => {
  expect((await run({plan: {environment: 'production'}})).main.exitCode).toBe(0)
  const {main} = await run({plan: {environment: 'staging'}})
  expect(main.outputs['reason-code']).toBe('environment_mismatch')
  expect(main.annotations[0]?.message).toContain('staging (named by the OIDC token of this job)')
})

test('a job that waits takes the receipt when it appears', async () => {
  issuer.receipts = []
  let looks = 0
  issuer.instead = ({path}) => {
    if (path === '/v1/receipts' && (looks += 1) === 2) issuer.receipts = [receipt()]
    return undefined
  }
  const {main} = await run({with: {wait: '12s'}})
  expect(main.exitCode).toBe(0)
  expect(main.stdout).toContain('Waiting for a receipt (receipt_missing)')
})

test("a revocation in GitHub's check runs refuses what the issuer still lists", async () => {
  const {id: repositoryId} = theRepository(town.world, repo)
  town.world.addCheckRun({
    repository: repo,
    sha: town.mainSha,
    name: 'countersign / production',
    conclusion: 'failure',
    output: {
      title: 'Revoked',
      summary: 'Revoked',
      text: `The revocation.\n\n\`\`\`json\n${aRevocation(key, {repositoryId})}\n\`\`\``,
    },
  })
  const given: Record<string, string> = {environment: 'production', 'public-key': key.pin, 'issuer-url': issuer.origin}
  const permissions = {contents: 'read', checks: 'read'} as const
  const runner = await Runner.start(
    await town.world.planJob({
      repository: repo,
      actor: 'octocat',
      trigger: {event: 'push', branch: 'main'},
      permissions,
    }),
  )
  const main = await runner.run({action, with: given})
  await runner.close()
  expect(main.outputs['reason-code']).toBe('revoked')
  expect(main.annotations[0]?.message).toContain('was revoked by octocat at 2026-04-02T14:45:00Z')
})
