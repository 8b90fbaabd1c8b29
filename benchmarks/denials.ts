/**
 * From a `/deny` to a gate that refuses, over the running issuer and the committed gate: warm, behind forty statements, with
 * the webhook lost, and after an outage: `node benchmarks/denials.ts [rounds]`. Times are from the comment, and of an
 * outage from the issuer's return; first until the issuer's signed status says revoked, then until a job has been refused.
 */
import {fileURLToPath} from 'node:url'
import {IssuerProcess} from '../sandbox/issuer-process.ts'
import {planJob} from '../sandbox/runner/plan.ts'
import {Runner} from '../sandbox/runner.ts'
import {type Sandbox, startSandbox} from '../sandbox/start.ts'
import {quantile} from './rounds.ts'

const repository = 'octo-org/api-service'
const action = fileURLToPath(new URL('..', import.meta.url))

/** A GitHub with a repository, and an issuer that serves it. */
interface Stage {
  readonly github: Sandbox
  readonly world: Sandbox['world']
  readonly issuer: IssuerProcess
}

async function openStage(): Promise<Stage> {
  const github = await startSandbox()
  const {world} = github
  world.addOrganization({login: 'octo-org'})
  for (const login of ['octocat', 'hubot']) world.addUser({login})
  await world.addRepository({name: repository, files: {'README.md': '# api-service\n'}})
  world.setPermission({repository, login: 'octocat', role: 'maintain'})
  world.setPermission({repository, login: 'hubot', role: 'write'})
  world.liftSecondaryLimits()
  const {id, privateKey, webhookSecret} = await world.describeApp()
  const {url: githubUrl, oidcIssuer} = github
  const issuer = await IssuerProcess.start({githubUrl, oidcIssuer, webhookSecret, app: {id, privateKey}})
  world.installApp({account: 'octo-org'})
  world.setHook({url: issuer.hookUrl, mode: 'app'})
  return {github, world, issuer}
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)
const rounds = Number(process.argv[2] ?? 20)
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('usage: node benchmarks/denials.ts [rounds, a whole number]\n')
  process.exit(2)
}

interface Change {
  readonly head: string
  readonly pullRequest: number
  readonly branch: string
  readonly receipt: string
}

let changes = 0

/** A pull request of its own, authorized. */
async function authorized({world}: Stage): Promise<Change> {
  const branch = `change-${++changes}`
  const files = {[`${branch}.txt`]: 'x\n'}
  const head = await world.push({repository, branch, pusher: 'hubot', message: branch, files})
  const {number: pullRequest} = await world.openPullRequest({repository, head: branch, author: 'hubot', title: branch})
  world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
  for (;;) {
    const run = world.checkRuns.find(({headSha, conclusion}) => headSha === head && conclusion === 'success')
    if (run !== undefined) return {head, pullRequest, branch, receipt: run.externalId}
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A job that would deploy it. */
async function runGate({world, issuer}: Stage, {branch, head: sha}: Change) {
  const permissions = {contents: 'read', checks: 'read'} as const
  const trigger = {event: 'push', branch, sha} as const
  const runner = await Runner.start(await planJob(world, {repository, actor: 'hubot', trigger, permissions}))
  try {
    await runner.checkout({})
    const given = {environment: 'production', 'public-key': issuer.pin, 'issuer-url': issuer.url}
    return await runner.run({action, with: given})
  } finally {
    await runner.close()
  }
}

const deny = (stage: Stage, {pullRequest}: Change): void => {
  stage.world.comment({repository, pullRequest, by: 'octocat', body: '/deny production it drops a table'})
}

interface Times {
  /** Milliseconds until the signed status says so. */
  readonly revoked: number
  /** Milliseconds until a job has been refused. */
  readonly refused: number
}

async function timeRefusal(stage: Stage, change: Change, since: number): Promise<Times> {
  const status = `${stage.issuer.url}/v1/receipts/${change.receipt}/status`
  for (;;) {
    const answer = await fetch(status).then(
      async (response) => await response.text(),
      () => '',
    )
    if (answer.includes('"status":"revoked"')) break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const revoked = performance.now() - since
  const {exitCode, outputs} = await runGate(stage, change)
  if (exitCode === 0 || outputs['reason-code'] !== 'denied') throw new Error('the gate did not refuse')
  return {revoked, refused: performance.now() - since}
}

interface Way {
  readonly name: string
  readonly rounds: number
  /** Says it, and gives from when the time counts. */
  readonly say: (stage: Stage, change: Change) => Promise<number>
}

const nowhere = 'http://127.0.0.1:9/'

async function unheard(stage: Stage, act: () => void): Promise<void> {
  stage.world.setHook({url: nowhere, mode: 'app'})
  act()
  await stage.world.settled()
}

const ways: readonly Way[] = [
  {
    name: 'warm',
    rounds,
    say: (stage, change) => {
      deny(stage, change)
      return Promise.resolve(performance.now())
    },
  },
  {
    name: 'behind 40 statements',
    rounds: Math.min(rounds, 10),
    say: (stage, change) => {
      for (let n = 0; n < 40; n += 1) {
        stage.world.comment({
          repository,
          pullRequest: change.pullRequest,
          by: 'octocat',
          body: '/countersign status',
        })
      }
      deny(stage, change)
      return Promise.resolve(performance.now())
    },
  },
  {
    name: 'webhook lost',
    rounds: Math.min(rounds, 5),
    say: async (stage, change) => {
      await unheard(stage, () => deny(stage, change))
      stage.world.setHook({url: stage.issuer.hookUrl, mode: 'app'})
      return performance.now()
    },
  },
  {
    name: 'after an outage',
    rounds: Math.min(rounds, 5),
    say: async (stage, change) => {
      await stage.issuer.stop()
      await unheard(stage, () => {
        deny(stage, change)
        for (let n = 0; n < 120; n += 1) {
          stage.world.comment({repository, pullRequest: change.pullRequest, by: 'hubot', body: 'Still there?'})
        }
      })
      stage.world.clock.advance(600)
      const since = performance.now()
      await stage.issuer.restart()
      stage.world.setHook({url: stage.issuer.hookUrl, mode: 'app'})
      return since
    },
  },
]

say('from /deny to                 signed status      job refused     (ms, p50 and p99)')
for (const way of ways) {
  const stage = await openStage()
  const times: Times[] = []
  for (let round = 0; round < way.rounds; round += 1) {
    const change = await authorized(stage)
    times.push(await timeRefusal(stage, change, await way.say(stage, change)))
  }
  await stage.issuer.close()
  await stage.github.close()
  const column = (of: (one: Times) => number): string =>
    [0.5, 0.99].map((part) => quantile(times.map(of), part).toFixed(0).padStart(7)).join(' ')
  const name = `${way.name} (${way.rounds})`.padEnd(28)
  say(`${name}${column(({revoked}) => revoked)}   ${column(({refused}) => refused)}`)
}
