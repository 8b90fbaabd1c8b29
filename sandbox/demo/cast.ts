/** Who and what the demo needs: a local GitHub and the issuer, each a process of its own, a repository and a change. */

import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'

import {type RemoteSandbox, startSandboxProcess} from '../client.ts'
import {IssuerProcess} from '../issuer-process.ts'
import {Runner, type StepResult} from '../runner.ts'

export const repository = 'octo-org/api-service'
const action = fileURLToPath(new URL('../..', import.meta.url))

export interface Cast {
  readonly github: RemoteSandbox
  readonly issuer: IssuerProcess
  /** octocat's, who may approve. */
  readonly token: string
  readonly pullRequest: number
  readonly head: string
}

export async function startCast(): Promise<Cast> {
  const github = await startSandboxProcess()
  const {world} = github
  await world.addOrganization({login: 'octo-org'})
  const {token} = await world.addUser({login: 'octocat'})
  await world.addUser({login: 'hubot'})
  await world.addRepository({name: repository, files: {'README.md': '# api-service\n'}})
  await world.setPermission({repository, login: 'octocat', role: 'maintain'})
  await world.setPermission({repository, login: 'hubot', role: 'write'})
  await world.installApp({account: 'octo-org'})
  const {id, privateKey, webhookSecret} = await world.describeApp()
  const {url: githubUrl, oidcIssuer} = github
  const issuer = await IssuerProcess.start({githubUrl, oidcIssuer, webhookSecret, app: {id, privateKey}})
  await world.setHook({url: issuer.hookUrl, mode: 'app'})
  const files = {'src/retry.ts': 'export const retries = 3\n'}
  const head = await world.push({repository, branch: 'retry', pusher: 'hubot', message: 'Retry failed calls', files})
  const {number} = await world.openPullRequest({
    repository,
    head: 'retry',
    author: 'hubot',
    title: 'Retry failed calls',
  })
  return {github, issuer, token, pullRequest: number, head}
}

/** As a browser shows it: comments hidden, details folded. */
const fold = (markdown: string): string =>
  markdown
    .replace(/\n*<!--[\s\S]*?-->\s*$/, '')
    .replace(/<details><summary>([^<]*)<\/summary>[\s\S]*?<\/details>/g, '▸ $1')

interface Comment {
  readonly user: {readonly login: string}
  readonly body: string
}

/** The panel is kept up to date beside the replies, and is none. */
const panelMark = '<!-- countersign-panel -->'

/** octocat comments; resolves with the issuer's reply, as everybody reads it on the pull request. */
export async function comment({github, token, pullRequest}: Cast, body: string): Promise<string> {
  const url = `${github.url}/repos/${repository}/issues/${pullRequest}/comments`
  const headers = {authorization: `Bearer ${token}`, 'content-type': 'application/json'}
  const readAll = async (): Promise<readonly Comment[]> => {
    const all = (await (await fetch(`${url}?per_page=100`, {headers})).json()) as readonly Comment[]
    return all.filter(({body: words}) => !words.endsWith(panelMark))
  }
  const before = (await readAll()).length
  await fetch(url, {method: 'POST', headers, body: JSON.stringify({body})})
  for (let tries = 0; tries < 200; tries++) {
    const reply = (await readAll())[before + 1]
    if (reply !== undefined) return fold(reply.body)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the issuer did not reply within 20 seconds')
}

/** The receipt on the commit's check run, which the gate reads too. */
export async function fetchReceipt({github, token, head}: Cast): Promise<string> {
  const name = encodeURIComponent('countersign / production')
  const url = `${github.url}/repos/${repository}/commits/${head}/check-runs?check_name=${name}&filter=latest`
  const answer = await fetch(url, {headers: {authorization: `Bearer ${token}`}})
  const {check_runs: runs} = (await answer.json()) as {check_runs: readonly {output: {text: string | null}}[]}
  const text = /```json\n([\s\S]*?)\n```/.exec(runs[0]?.output.text ?? '')?.[1]
  if (text === undefined) throw new Error('no check run carries a receipt')
  return text
}

const command = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** `countersign audit`, as an auditor runs it. */
export async function audit({issuer}: Cast): Promise<{readonly code: number; readonly out: string}> {
  const asked = ['--issuer', issuer.url, '--repository', repository, '--environment', 'production']
  const keys = ['--pin', issuer.pin, '--ledger-key', issuer.ledgerKey]
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [command, 'audit', ...asked, ...keys], (_, out, err) =>
      resolve({code: child.exitCode ?? 1, out: `${out}${err}`.trim()}),
    )
  })
}

export interface GateAsk {
  readonly with?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** The commit that the job deploys; the pull request's head when absent. */
  readonly sha?: string
}

/** One job: checkout, then the committed gate, in the environment and with the files that a runner gives an action. */
export async function runGate(cast: Cast, ask: GateAsk = {}): Promise<StepResult> {
  const plan = await cast.github.world.planJob({
    repository,
    actor: 'hubot',
    trigger: {event: 'push', branch: 'retry', sha: ask.sha ?? cast.head},
    permissions: {contents: 'read', checks: 'read'},
  })
  const runner = await Runner.start(plan)
  try {
    await runner.checkout()
    const inputs = {
      environment: 'production',
      'public-key': cast.issuer.pin,
      'issuer-url': cast.issuer.url,
      ...ask.with,
    }
    return await runner.run({action, with: inputs, ...(ask.env && {env: ask.env})})
  } finally {
    await runner.close()
  }
}
