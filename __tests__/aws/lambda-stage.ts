/** The issuer on AWS beside a GitHub with one repository and one open pull request, for what is tried on Lambda itself. */
import {afterEveryNo} from '../acceptance/later.ts'
import {setTimeout as sleep} from 'node:timers/promises'
import {planJob} from '../../sandbox/runner/plan.ts'
import {Runner, type StepResult} from '../../sandbox/runner.ts'
import type {Sandbox} from '../../sandbox/start.ts'
import {action} from '../acceptance/stage.ts'
import type {Cloud} from './cloud.ts'
import {type CloudStage, openCloud, repository} from './cloud-stage.ts'
import type {Emulator} from './emulator.ts'

export interface Answered {
  readonly pin: string
  readonly ledgerKey: string
  /** Of an order about keys. */
  readonly lines?: readonly string[]
}

export interface IssuedReceipt {
  readonly id: string
  readonly publicKey: string
}

export class LambdaStage {
  readonly emulator: Emulator
  readonly github: Sandbox
  readonly cloud: Cloud
  readonly close: () => Promise<void>
  #head = ''
  #pullRequest = 0

  private constructor({emulator, github, cloud, close}: CloudStage) {
    this.emulator = emulator
    this.github = github
    this.cloud = cloud
    this.close = close
  }

  /** Over an empty table. `env`: more variables of all functions. */
  static async open(env: Readonly<Record<string, string>> = {}): Promise<LambdaStage> {
    return new LambdaStage(await openCloud(env))
  }

  async order(event: object): Promise<Answered> {
    return (await this.cloud.schedule.call(event)) as Answered
  }

  /** The commit that is authorized. */
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
    await afterEveryNo(this.github.world)
    this.github.world.comment({repository, pullRequest: this.#pullRequest, by: 'octocat', body})
    for (const end = Date.now() + 120_000; Date.now() < end;) {
      const batch = await this.cloud.deliver()
      const found = await look()
      if (found !== undefined) return found
      if (batch === 0) await sleep(50)
    }
    const {web, receipts, worker} = this.cloud
    throw new Error(`nothing came of ${body}: ${web.output}${receipts.output}${worker.output}`)
  }

  /** The receipt that comes of it. */
  async authorize(environment = 'production'): Promise<IssuedReceipt> {
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
}
