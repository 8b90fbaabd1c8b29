/** A30: floods: hundreds of check runs, receipts, revocations and pages, and sources that never end. Each bound holds. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {jobToken} from '../acceptance/jobs.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {drip, pour, startWrongIssuer} from '../acceptance/wrong-issuers.ts'
import {makeKey} from '../protocol/builders.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
  for (let i = 0; i < 320; i++) {
    stage.world.addApp({slug: `flood-${i}`, owner: 'octo-org', permissions: {checks: 'write'}})
  }
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const fenced = (texts: readonly string[]): string => texts.map((text) => `\`\`\`json\n${text}\n\`\`\``).join('\n\n')

/** Check runs of the receipt's name, each by another App, so that GitHub lists them all. */
function flood(sha: string, count: number, text: (i: number) => string): void {
  for (let i = 0; i < count; i++) {
    const output = {title: 'Authorized', summary: 'Authorized', text: text(i)}
    const name = 'countersign / production'
    stage.world.addCheckRun({repository, sha, name, app: `flood-${i}`, conclusion: 'success', output})
  }
}

const githubAlone = {with: {'issuer-url': undefined}}
const jobOf = (branch: string, sha: string) => ({trigger: {event: 'push', branch, sha}}) as const

test('a hundred check runs with a stranger’s receipt do not hide the true one', async () => {
  await stage.authorize()
  const one = fenced([signedFor(stage, {}, makeKey())])
  flood(stage.head, 110, () => one)
  expectAllowed(await stage.gate(githubAlone), stage.head)
})

test('with sixty that differ the job is told why it is stopped, and finds the true one at the issuer', async () => {
  const {head, pullRequest} = await stage.propose('flooded')
  await stage.authorize({sha: head, pullRequest})
  const stranger = makeKey()
  flood(head, 60, (i) => fenced([signedFor(stage, {policy: `sha256:${`${i}`.padStart(64, '0')}`}, stranger)]))
  const job = jobOf('flooded', head)
  const alone = await stage.gate({job, ...githubAlone})
  expectStopped(alone, 'key_not_pinned')
  expect(alone.annotations.map(({message}) => message).join('\n')).toContain(stranger.pin)
  expectAllowed(await stage.gate({job}), head)
})

test('of more pages than are read the gate asks for three, whatever they hold', async () => {
  const {head} = await stage.propose('pages')
  flood(head, 320, () => 'x'.repeat(1000))
  const asked = stage.world.requests.length
  expectStopped(await stage.gate({job: jobOf('pages', head), ...githubAlone}), 'receipt_missing')
  const pages = stage.world.requests
    .slice(asked)
    .filter(({actor, path}) => actor !== 'countersign[bot]' && path.includes('/check-runs'))
  expect(pages).toHaveLength(3)
})

test('a flood that hides what revokes stops the job, and with the line that the issuer prints it hides nothing', async () => {
  const {head, pullRequest} = await stage.propose('hidden')
  await stage.authorize({sha: head, pullRequest})
  const receipt = stage.receiptText({sha: head})
  flood(head, 320, () => 'x')
  const job = jobOf('hidden', head)
  const [, app = ''] = /app-id: "(\d+)"/.exec(stage.issuer.output) ?? []
  const alone = {receipt, 'issuer-url': undefined}
  expectStopped(await stage.gate({job, with: alone}), 'source_unreachable')
  expectAllowed(await stage.gate({job, with: {...alone, 'app-id': app}}), head)
  await stage.say('/revoke production', {pullRequest})
  flood(head, 320, () => 'x')
  expectStopped(await stage.gate({job, with: alone}), 'source_unreachable')
  expectStopped(await stage.gate({job, with: {...alone, 'app-id': app}}), 'revoked')
})

test('four hundred forged revocations take nothing back, and do not hide the true one', async () => {
  const {head, pullRequest} = await stage.propose('forgeries')
  await stage.authorize({sha: head, pullRequest})
  const {id} = JSON.parse(stage.receiptText({sha: head})) as {readonly id: string}
  const forged = (i: number): string =>
    JSON.stringify({
      type: 'countersign.revocation/v1',
      id: `rvk_${i}`,
      receipt: id,
      signature: `ed25519:${'0'.repeat(128)}`,
    })
  flood(head, 20, (i) => fenced(Array.from({length: 20}, (_, k) => forged(20 * i + k))))
  const job = jobOf('forgeries', head)
  expectAllowed(await stage.gate({job, ...githubAlone}), head)
  await stage.say('/revoke production', {pullRequest})
  expectStopped(await stage.gate({job, ...githubAlone}), 'revoked')
})

test('a GitHub that never ends its answer holds the job no longer than its limit, and the issuer’s receipt counts', async () => {
  const slow = await startWrongIssuer(drip)
  const endless = await startWrongIssuer((response) => pour(response, {bytes: 2 ** 31, sent: () => undefined}))
  await stage.authorize()
  const steps = await Promise.all([slow, endless].map(({url}) => stage.gate({env: {GITHUB_API_URL: url}})))
  for (const step of steps) {
    expectAllowed(step, stage.head)
    expect(step.stdout).toMatch(/::warning title=Countersign::GitHub: /)
  }
  await Promise.all([slow.close(), endless.close()])
})

test('an issuer’s list without end is cut, and one of hundreds of receipts looked at up to its bound', async () => {
  const one = signedFor(stage, {}, makeKey())
  for (const [count, code] of [
    [600, 'key_not_pinned'],
    [1000, 'source_unreachable'],
  ] as const) {
    const list = `{"receipts":[${Array.from({length: count}, () => one).join()}]}`
    const wrong = await startWrongIssuer((response) => response.end(list))
    const step = await stage.gate({with: {'github-token': '', 'issuer-url': wrong.url}, checkout: 'nothing'})
    expectStopped(step, code)
    await wrong.close()
  }
})

test('questions that ask the issuer for more than its bounds are refused', async () => {
  for (const query of ['entries?start=0&count=1000000000', 'entries?start=0&count=1e9', 'inclusion?seq=0&size=1e99']) {
    expect([query, (await ask(stage, `/v1/ledger/${query}`)).status]).toEqual([query, 400])
  }
  expect((await ask(stage, `/ledger?q=${'x'.repeat(10_000)}`)).status).toBeLessThan(500)
})

test('a body that a job tells is taken up to a kilobyte, and a hundred of them at once are each answered', async () => {
  const path = `/v1/receipts/${(JSON.parse(stage.receiptText()) as {id: string}).id}/executions`
  const bearer = await jobToken(stage)
  const big = await ask(stage, path, {method: 'POST', bearer, body: JSON.stringify({event: 'x'.repeat(100_000)})})
  expect(big.status).toBe(413)
  const answers = await Promise.all(
    Array.from({length: 100}, () => ask(stage, path, {method: 'POST', bearer, body: '{"event":"started"}'})),
  )
  expect(answers.filter(({status}) => ![200, 401, 403].includes(status))).toEqual([])
  expect((await ask(stage, '/healthz')).status).toBe(200)
})
