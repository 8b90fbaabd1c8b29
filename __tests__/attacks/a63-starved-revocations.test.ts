/** A63: fifty answers that can never be sent do not keep the red check run of a revoked receipt away, and silence is said. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {addRepository, letTimePass, propose, readClaims} from '../faults/statements.ts'

const lost = 'acme/web'
const unsendable = 50

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  const {world} = stage
  world.addOrganization({login: 'acme'})
  const {id} = world.installApp({account: 'acme'})
  await addRepository(stage, lost)
  const {pullRequest} = await propose(stage, lost, 'feature')
  world.addFault({match: `^POST /repos/${lost}/issues`, status: 403})
  for (let i = 0; i < unsendable; i++) {
    world.comment({repository: lost, pullRequest, by: 'octocat', body: '/countersign help'})
  }
  const answered = async () => (await readClaims(stage)).filter(({kind}) => kind !== null).length
  await until(async () => ((await answered()) === unsendable ? true : undefined), 'an answer to each')
  world.installations.splice(
    world.installations.findIndex((one) => one.id === id),
    1,
  )
  // Longer than a delivery is tried: from here only what is kept to be sent knows of them.
  await restartAfter(20 * 60_000)
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

async function restartAfter(ms: number): Promise<void> {
  await stage.issuer.stop()
  await letTimePass(stage, ms)
  await stage.issuer.restart()
}

const unsent = async (): Promise<number> => (await readClaims(stage)).filter(({published}) => !published).length
const conclusions = (): readonly unknown[] =>
  stage.world.checkRuns.filter(({headSha}) => headSha === stage.head).map(({conclusion}) => conclusion)
const isRed = (): true | undefined => (conclusions().at(-1) === 'failure' ? true : undefined)

async function authorize(): Promise<string> {
  stage.world.setPermission({repository, login: 'octocat', role: 'maintain'})
  await stage.authorize()
  return (JSON.parse(stage.receiptText()) as {id: string}).id
}

/** A receipt that nobody revokes by a comment: its approver may not write any more, which a look at its status shows. */
async function revoke(id: string): Promise<void> {
  stage.world.setPermission({repository, login: 'octocat', role: 'read'})
  const {body} = await ask(stage, `/v1/receipts/${id}/status`)
  expect(JSON.parse(body)).toMatchObject({status: 'revoked'})
}

test('the red check run of a revoked receipt is there, and the fifty are not', async () => {
  expect(await unsent()).toBeGreaterThanOrEqual(unsendable)
  await revoke(await authorize())
  await until(isRed, 'a red check run')
  expect(await unsent()).toBeGreaterThanOrEqual(unsendable)
  expect(JSON.parse((await ask(stage, '/healthz')).body)).toMatchObject({status: 'ok'})
})

test('while a revocation cannot be shown, the issuer says that it is not well, and names nobody; then it is shown', async () => {
  const {world, issuer} = stage
  const id = await authorize()
  world.addFault({match: '/check-runs', status: 503})
  await revoke(id)
  await restartAfter(2 * 60_000)
  await until(() => (issuer.output.includes('a revocation does not show on GitHub yet') ? true : undefined), 'a line')
  const {status, body} = await ask(stage, '/healthz')
  const {version, ...told} = JSON.parse(body) as {version: string}
  expect([status, told, typeof version]).toEqual([503, {status: 'troubled', troubles: ['revocations_late']}, 'string'])
  expect(isRed()).toBeUndefined()
  world.clearFaults()
  await until(isRed, 'a red check run')
  await until(() => (issuer.output.includes('a publication was repaired') ? true : undefined), 'a line')
})
