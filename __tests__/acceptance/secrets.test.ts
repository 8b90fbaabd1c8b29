/** Threat A34: whatever a full run prints, stores or answers is searched for every secret that it used. */
import {readFileSync, readdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {DatabaseSync} from 'node:sqlite'
import {theRepository} from '../../sandbox/world.ts'
import {ask} from './answers.ts'
import {jobToken, onMain} from './jobs.ts'
import {databasePath} from './ledger.ts'
import {operate} from './operator.ts'
import {Stage, repository} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

const paths = [
  '/',
  '/healthz',
  '/.well-known/countersign-keys.json',
  '/.well-known/jwks.json',
  '/v1/receipts',
  `/v1/audit?repository=${encodeURIComponent(repository)}&environment=production`,
  '/v1/ledger/entries',
  `/badge/${repository}/production.json`,
  '/ledger',
  `/v1/receipts?repository=${encodeURIComponent(repository)}&environment=production&sha=${'a'.repeat(40)}`,
  '/nothing',
]

/** A secret in every form in which it could stand in JSON, in a URL or in a header. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
]

/** Of a key each line of its PEM by itself: half a key is a leak too. */
const linesOf = (pem: string): readonly string[] =>
  pem.split('\n').filter((line) => line.length >= 40 && !line.startsWith('-----'))

interface Run {
  /** What anybody or the operator's log can see, by where. */
  readonly seen: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

/** Everything once: a blocked and an allowed job, one that deploys, an authorization, an outage of each kind, refused webhooks, auditors, a restart. */
async function wholeRun(stage: Stage): Promise<Run> {
  const {world, issuer} = stage
  const {privateKey, webhookSecret} = await world.describeApp()
  const owner = String(theRepository(world, repository).owner.id)
  const auditor = operate(stage, 'auditor', 'add', 'acme', '--owner', owner)
  const link = operate(stage, 'links', 'rotate', String(theRepository(world, repository).id))
  const steps = [await stage.gate()]
  world.addFault({match: '^GET .*/issues/comments/', status: 401, times: 1})
  world.addFault({match: '^POST .*/access_tokens', status: 500, times: 1})
  world.addFault({match: '^GET .*/pulls/', html: true, times: 1})
  world.addFault({match: '^POST .*/comments$', cut: true, times: 1})
  await stage.authorize()
  steps.push(
    await stage.gate(),
    await stage.gate({with: {'github-token': 'ghs_0000000000000000000000000000000000000'}}),
  )
  steps.push(await stage.gate({with: {'public-key': ''}}))
  await fetch(issuer.hookUrl, {method: 'POST', body: webhookSecret, headers: {'x-hub-signature-256': webhookSecret}})
  const sha = await stage.authorizeMain()
  const deployed = await stage.deploy(onMain({environment: 'production'}, {redeem: 'true'}))
  expectAllowed(deployed.main, sha)
  steps.push(deployed.main, deployed.post)
  const answers = await Promise.all(
    paths.flatMap((path) => [ask(stage, path), ask(stage, path, {bearer: auditor}), ask(stage, path, {bearer: link})]),
  )
  // The page that a link opens leads on with it; nobody else's does, and the log has nothing of it.
  await ask(stage, `/badge/${repository}/production.svg?link=${link}`)
  await ask(stage, `/ledger?q=x&link=${link}`)
  const tokens = await failedTokens(stage)
  await issuer.stop()
  await issuer.restart()
  await stage.say('/countersign status')
  if (steps[1] !== undefined) expectAllowed(steps[1], stage.head)
  const folder = dirname(databasePath(issuer))
  const files = readdirSync(folder).filter((name) => name.endsWith('.pem') || name === 'evidence-secret')
  expect(files).toHaveLength(4)
  const onDisk = files.map((name) => readFileSync(join(folder, name), 'utf8').trim())
  const masked = steps.flatMap(({masks}) => masks)
  expect(masked.filter((value) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(value)).length).toBeGreaterThan(3)
  const shown = [auditor, link, ...tokens, ...masked]
  const secrets = [
    webhookSecret,
    ...shown,
    ...linesOf(privateKey),
    ...onDisk.flatMap((text) => [text, ...linesOf(text)]),
  ]
  return {
    secrets: [...secrets, ...world.tokens.keys()],
    seen: {
      log: issuer.output,
      steps: JSON.stringify(steps.map((step) => ({...step, masks: [], stdout: withoutMasks(step.stdout)}))),
      comments: JSON.stringify([...world.comments.values()].map(({body}) => body)),
      'check runs': JSON.stringify(world.checkRuns.map(({output, detailsUrl}) => [output, detailsUrl])),
      answers: JSON.stringify(answers),
      database: dump(databasePath(issuer)),
    },
  }
}

/** Tokens of jobs that the issuer takes for nobody's, or cannot judge while GitHub's keys are out of reach. */
async function failedTokens(stage: Stage): Promise<readonly string[]> {
  const tokens = [await jobToken(stage), await jobToken(stage, {trigger: {event: 'push', branch: 'feature'}})]
  stage.world.addFault({match: '^GET .*/installation', status: 500, times: 1})
  for (const bearer of tokens) {
    const {id} = JSON.parse(stage.receiptText()) as {id: string}
    const path = `/v1/receipts/${id}/executions`
    expect((await ask(stage, path, {method: 'POST', bearer, body: '{"event":"started"}'})).status).not.toBe(200)
    await ask(stage, '/healthz', {bearer})
  }
  return tokens
}

/** The runner takes these lines away before it shows a log: they are how it learns what to hide. */
const withoutMasks = (stdout: string): string => stdout.replaceAll(/^::add-mask::.*$/gm, '')

function dump(path: string): string {
  const db = new DatabaseSync(path, {readOnly: true})
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  const rows = tables.map(({name}) => db.prepare(`SELECT * FROM ${String(name)}`).all())
  db.close()
  return JSON.stringify(rows)
}

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test('no secret stands in any log, page, reply, check run, summary, output or table', async () => {
  const {seen, secrets} = await wholeRun(stage)
  expect(secrets.length).toBeGreaterThan(20)
  expect(secrets.every((secret) => secret.length >= 8)).toBe(true)
  const leaks = Object.entries(seen).flatMap(([where, text]) => {
    expect([where, text.length > 20]).toEqual([where, true])
    return secrets.flatMap((secret) =>
      formsOf(secret)
        .filter((form) => text.includes(form))
        .map((form) => `${where}: ${form.slice(0, 8)}…`),
    )
  })
  expect(leaks).toEqual([])
})
