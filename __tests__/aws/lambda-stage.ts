/** The issuer on AWS beside a GitHub with one repository and one open pull request, for what is tried on Lambda itself. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {planJob} from '../../sandbox/runner/plan.ts'
import {Runner, type StepResult} from '../../sandbox/runner.ts'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {action, repository} from '../acceptance/stage.ts'
import {Cloud} from './cloud.ts'
import {type Emulator, emulatorAbsent, startEmulator} from './emulator.ts'
import {runtimeAbsent} from './lambda-process.ts'
import {root} from './template.ts'

/** Why these tests cannot run, for the name of the skipped one. */
export const absent = emulatorAbsent ?? runtimeAbsent

export interface Told {
  readonly pin: string
  readonly ledgerKey: string
  /** Of an order about keys. */
  readonly lines?: readonly string[]
}

export interface IssuedReceipt {
  readonly id: string
  readonly publicKey: string
}

interface Parts {
  readonly emulator: Emulator
  readonly github: Sandbox
  readonly cloud: Cloud
}

export class LambdaStage {
  readonly emulator: Emulator
  readonly github: Sandbox
  readonly cloud: Cloud
  #head = ''
  #pullRequest = 0

  private constructor({emulator, github, cloud}: Parts) {
    this.emulator = emulator
    this.github = github
    this.cloud = cloud
  }

  /** Over an empty table. `env`: more variables of all functions. */
  static async open(env: Readonly<Record<string, string>> = {}): Promise<LambdaStage> {
    execFileSync(process.execPath, [join(root, 'scripts', 'lambda.ts')])
    const emulator = await startEmulator()
    const github = await startSandbox()
    const {world} = github
    world.addOrganization({login: 'octo-org'})
    for (const login of ['octocat', 'hubot']) world.addUser({login})
    await world.addRepository({name: repository, private: false, files: {'README.md': '# api-service\n'}})
    world.setPermission({repository, login: 'octocat', role: 'maintain'})
    world.setPermission({repository, login: 'hubot', role: 'write'})
    const {webhookSecret, ...app} = await world.describeApp()
    world.installApp({account: 'octo-org'})
    const cloud = await Cloud.start({emulator, githubUrl: github.url, webhookSecret, app, env})
    world.setHook({url: `${cloud.url}/github/webhook`, mode: 'app'})
    return new LambdaStage({emulator, github, cloud})
  }

  async order(event: object): Promise<Told> {
    return (await this.cloud.schedule.call(event)) as Told
  }

  /** The commit that is authorised. */
  get head(): string {
    return this.#head
  }

  async openPullRequest(): Promise<void> {
    const {world} = this.github
    const [message, files] = ['Add feature', {'feature.txt': 'feature\n'}]
    this.#head = await world.push({repository, branch: 'feature', pusher: 'hubot', message, files})
    const opened = await world.openPullRequest({repository, head: 'feature', author: 'hubot', title: message})
    this.#pullRequest = opened.number
  }

  /** Comments, and lets the queue run until what is awaited is there. */
  async say<T>(body: string, look: () => Promise<T | undefined>): Promise<T> {
    this.github.world.comment({repository, pullRequest: this.#pullRequest, by: 'octocat', body})
    for (let i = 0; i < 200; i++) {
      const batch = await this.cloud.deliver()
      const found = await look()
      if (found !== undefined) return found
      if (batch === 0) await sleep(50)
    }
    const {web, desk, worker} = this.cloud
    throw new Error(`nothing came of ${body}: ${web.output}${desk.output}${worker.output}`)
  }

  /** The receipt that comes of it. */
  async authorise(environment = 'production'): Promise<IssuedReceipt> {
    return await this.say(`/authorize ${environment} ${this.#head}`, () => this.findReceipt(environment))
  }

  async get(path: string): Promise<Response> {
    return await fetch(`${this.cloud.url}${path}`)
  }

  async findReceipt(environment = 'production'): Promise<IssuedReceipt | undefined> {
    const answer = await this.get(`/v1/receipts?repository=${repository}&environment=${environment}&sha=${this.#head}`)
    return ((await answer.json()) as {receipts: readonly IssuedReceipt[]}).receipts[0]
  }

  async findStatus(id: string, word: string): Promise<string | undefined> {
    const status = await (await this.get(`/v1/receipts/${id}/status`)).text()
    return status.includes(`"status":"${word}"`) ? status : undefined
  }

  /** A job that deploys the head, its gate pinned to these keys. */
  async gate(...pins: readonly string[]): Promise<StepResult> {
    const trigger = {event: 'push', branch: 'feature', sha: this.#head} as const
    const permissions = {contents: 'read', checks: 'read'} as const
    const job = await planJob(this.github.world, {repository, actor: 'hubot', trigger, permissions})
    const runner = await Runner.start(job)
    const keys = {'public-key': pins.join('\n'), 'issuer-url': this.cloud.url}
    try {
      await runner.checkout({})
      return await runner.run({action, with: {...keys, environment: 'production', 'refuse-flags': 'emergency'}})
    } finally {
      await runner.close()
    }
  }

  async close(): Promise<void> {
    await this.cloud.close()
    await this.github.close()
    await this.emulator.close()
  }
}
