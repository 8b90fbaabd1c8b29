/** A50: the gate is told `staging`, and the job holds the secrets of `production`. GitHub's own word for the job's environment is compared. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {jobToken, onMain} from '../acceptance/jobs.ts'
import {Stage} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let sha: string
beforeAll(async () => {
  stage = await Stage.open()
  sha = await stage.authorizeMain({environment: 'staging'})
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const staging = {environment: 'staging'} as const

test('the authorized environment passes where GitHub names the same one, or none', async () => {
  expectAllowed(await stage.gate(onMain(staging, staging)), sha)
  expectAllowed(await stage.gate(onMain({}, staging)), sha)
})

test.each(['production', 'Staging', 'staging/', 'stagıng'])(
  'a job of the environment %s does not pass as one of staging',
  async (named) => {
    const step = await stage.gate(onMain({environment: named}, staging))
    expectStopped(step, 'environment_mismatch')
    expect(step.stdout).toContain('named by the OIDC token of this job')
  },
)

test('nor does one that names itself right and has no receipt for it', async () => {
  expectStopped(await stage.gate(onMain({environment: 'production'})), 'receipt_missing')
})

test('a deployment of production is not let out by a gate for staging', async () => {
  const trigger = {event: 'deployment', environment: 'production', ref: 'main'} as const
  expectStopped(await stage.gate(onMain({trigger}, staging)), 'environment_mismatch')
})

test('past the gate the issuer compares once more: such a job uses up no receipt and reports nothing', async () => {
  const {id} = JSON.parse(stage.receiptText({environment: 'staging', sha})) as {id: string}
  for (const [what, body] of [
    ['redemptions', undefined],
    ['executions', '{"event":"started"}'],
  ] as const) {
    const bearer = await jobToken(stage, {environment: 'production'})
    const answer = await ask(stage, `/v1/receipts/${id}/${what}`, {method: 'POST', bearer, ...(body && {body})})
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('environment_mismatch')])
  }
})

test('a job that may not ask GitHub who it is is not seen through: the record says "not attested"', async () => {
  const permissions = {contents: 'read', checks: 'read'} as const
  expectAllowed(await stage.gate(onMain({environment: 'production', permissions}, staging)), sha)
  const {body} = await ask(stage, '/v1/audit?repository=octo-org%2Fapi-service&environment=staging')
  const {records} = JSON.parse(body) as {records: readonly {executions: readonly {environment: string}[]}[]}
  const told = records.flatMap(({executions}) => executions.map(({environment}) => environment))
  expect(told.filter((word) => word === 'attested')).toHaveLength(2)
  expect(told.filter((word) => word === 'not attested')).toHaveLength(2)
})
