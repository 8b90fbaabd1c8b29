/** The README's question: who authorized what was deployed then? Jobs ran, one failed, one never began, one had no receipt. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Audit, parseAudit, parseJson} from '#protocol'
import {countersign, fileOf, useBuiltCommand} from '../cli/command.ts'
import {theRepository} from '../../sandbox/world.ts'
import {ask} from './answers.ts'
import {jobToken, mainJob, onMain} from './jobs.ts'
import {order} from './operator.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed} from './verdicts.ts'
import {planJob} from '../../sandbox/runner/plan.ts'

useBuiltCommand()

let stage: Stage
let sha: string
let auditor: string
beforeAll(async () => {
  stage = await Stage.open()
  sha = await stage.authorizeMain()
  const {owner} = theRepository(stage.world, repository)
  auditor = await order(stage, 'auditor', 'add', 'acme', '--owner', String(owner.id))
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

interface AuditQuestion {
  readonly environment?: string
  readonly bearer?: string
}

async function audit({environment = 'production', bearer}: AuditQuestion = {}): Promise<Audit> {
  const query = new URLSearchParams({repository, environment})
  const {status, body} = await ask(stage, `/v1/audit?${query.toString()}`, {bearer})
  expect(status).toBe(200)
  const json = parseJson(body)
  const parsed = json.ok ? parseAudit(json.value) : {ok: false as const, fault: json.reason}
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

/** The command as an auditor types it, with the keys that the issuer printed. */
async function command({environment = 'production', bearer}: AuditQuestion = {}): Promise<string> {
  const {url, pin, ledgerKey} = stage.issuer
  const token = bearer === undefined ? [] : ['--auditor-token-file', fileOf(`${bearer}\n`)]
  const words = ['audit', '--issuer', url, '--repository', repository, '--environment', environment]
  const {code, out, err} = await countersign([...words, '--pin', pin, '--ledger-key', ledgerKey, ...token])
  expect([code, err]).toEqual([0, ''])
  return out
}

test('authorized, and no job has run yet: that is all that is said', async () => {
  const {records, running} = await audit()
  expect(records.map(({state, executions}) => [state, executions])).toEqual([['active', []]])
  expect(running).toBeNull()
  const out = await command()
  expect(out).toContain(`Authorized at that time: ${sha}, by octocat.`)
  expect(out).not.toContain('Deployed')
})

describe('a job that deployed', () => {
  let url: string
  beforeAll(async () => {
    const job = onMain({runId: 4711, environment: 'production'}, {redeem: 'true'})
    const {main, post} = await stage.deploy(job)
    expectAllowed(main, sha)
    expect([post.exitCode, post.annotations]).toEqual([0, []])
    url = `${stage.github.url}/${repository}/actions/runs/4711/attempts/1`
    // What runs at a second is what ended before it.
    const ended = Date.now()
    await until(() => (Date.now() >= ended + 1000 ? true : undefined), 'the next second')
  })

  test('is in the audit with its run, its begin, its end and its environment', async () => {
    const {records, running} = await audit()
    const run = {id: '4711', attempt: 1, url}
    const attested = {run, at: expect.any(String), environment: 'attested'}
    expect(records).toEqual([
      expect.objectContaining({
        state: 'redeemed',
        redemption: {run: {id: '4711', attempt: 1}, at: expect.any(String)},
        executions: [
          {...attested, event: 'started'},
          {...attested, event: 'finished', outcome: 'success'},
        ],
      }),
    ])
    expect(running).toBe((JSON.parse(stage.receiptText({sha})) as {id: string}).id)
  })

  test('is the answer of the command, which proves who authorized it and says that the rest is the job’s word', async () => {
    const out = await command()
    expect(out).toContain(`Deployed then: ${sha}, authorized by octocat. That it was deployed is the job's own report.`)
    expect(out).toMatch(/authorized by {2}octocat \(maintain, comment, /)
    expect(out).toMatch(/ledger {9}entry 1 of \d+, /)
    expect(out).toMatch(new RegExp(`finished, success \\S+ by run 4711, attempt 1, ${url}, environment attested`))
  })
})

test('a job that failed after the gate is recorded as it ended, and is not what runs', async () => {
  await stage.authorize({environment: 'staging', sha})
  const {main, post} = await stage.deploy(onMain({}, {environment: 'staging'}), 'failure')
  expectAllowed(main, sha)
  expect(post.exitCode).toBe(0)
  const {records, running} = await audit({environment: 'staging'})
  const told = records.flatMap(({executions}) =>
    executions.map(({event, outcome, environment}) => [event, outcome, environment]),
  )
  expect(told).toEqual([
    ['started', undefined, 'not attested'],
    ['finished', 'failure', 'not attested'],
  ])
  expect(running).toBeNull()
  expect(await command({environment: 'staging'})).toContain('Authorized at that time')
})

describe('a job of the environment that has no gate', () => {
  let bare: string
  beforeAll(async () => {
    bare = await stage.world.push({repository, branch: 'main', pusher: 'octocat', files: {'bare.txt': 'bare\n'}})
    await planJob(stage.world, {repository, ...mainJob, environment: 'production'})
  })

  test('is shown to an auditor as deployed without a receipt, and the authorized one is not', async () => {
    const {unauthorized} = await audit({bearer: auditor})
    expect(unauthorized).toEqual([expect.objectContaining({sha: bare})])
    const out = await command({bearer: auditor})
    expect(out).toContain("GitHub's deployments without a receipt, as the issuer tells it:")
    expect(out).toContain(bare)
  })

  test('is shown to a job of the repository too; for strangers GitHub is not asked', async () => {
    expect((await audit({bearer: await jobToken(stage)})).unauthorized).toHaveLength(1)
    const asked = stage.world.requests.filter(({path}) => path.includes('/deployments')).length
    expect((await audit()).unauthorized).toBeNull()
    expect(stage.world.requests.filter(({path}) => path.includes('/deployments'))).toHaveLength(asked)
  })

  test('a deployment of a commit whose receipt was revoked before is none that a receipt covers', async () => {
    await stage.say('/revoke production')
    await planJob(stage.world, {
      repository,
      ...mainJob,
      trigger: {event: 'push', branch: 'main', sha},
      environment: 'production',
    })
    expect((await audit({bearer: auditor})).unauthorized?.map((one) => one.sha)).toEqual([sha, bare])
  })
})
