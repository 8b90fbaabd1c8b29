/** Runs a built action as a hosted runner does: a clean machine, the job's environment, files for outputs, one process a step. */

import {spawn} from 'node:child_process'
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'

import {checkOut} from './git/checkout.ts'
import {GitRepository} from './git/repository.ts'
import {type ActionFile, type JobStatus, inputsFor, readActionFile} from './runner/action-file.ts'
import {type Annotation, parseCommands, parseFileCommands} from './runner/commands.ts'
import type {JobPlan} from './runner/plan.ts'
import {makeFolder} from './world.ts'

export type {JobPlan, PlanJob} from './runner/plan.ts'
export type {Trigger} from './runner/events.ts'
export type {Annotation} from './runner/commands.ts'

export interface Step {
  /** Folder of action.yml. */
  readonly action: string
  readonly with?: Readonly<Record<string, string>>
  /** On top of the runner's own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** After this the process is killed. One minute when absent. */
  readonly timeoutMs?: number
}

export interface StepResult {
  /** Null when it was killed. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  readonly annotations: readonly Annotation[]
  readonly masks: readonly string[]
  /** What the runner itself remarks, such as inputs that the action does not declare. */
  readonly warnings: readonly string[]
}

const fileCommands = ['output', 'state', 'step_summary', 'env', 'path'] as const

/** One job on one machine. Steps share its workspace. */
export class Runner {
  readonly job: JobPlan
  readonly workspace: string
  /** What the steps so far make of the job; a test sets it as steps of its own would. */
  status: JobStatus = 'success'
  readonly #folder: string
  #steps = 0

  private constructor(job: JobPlan, folder: string) {
    this.job = job
    this.#folder = folder
    this.workspace = join(folder, 'work', 'repository', 'repository')
  }

  static async start(job: JobPlan): Promise<Runner> {
    const runner = new Runner(job, await makeFolder())
    for (const folder of [runner.workspace, runner.#path('temp'), runner.#path('tools'), runner.#path('home')])
      await mkdir(folder, {recursive: true})
    await writeFile(runner.#path('event.json'), JSON.stringify(job.payload))
    return runner
  }

  /** As `actions/checkout` does: the event's commit (on `pull_request` the merge commit), or the ref that it is given. */
  async checkout(ask: {readonly ref?: string; readonly path?: string} = {}): Promise<string> {
    const folder = resolve(this.workspace, ask.path ?? '.')
    await mkdir(folder, {recursive: true})
    const origin = GitRepository.at(this.job.gitFolder)
    const sha = ask.ref === undefined ? this.job.sha : await origin.resolve(ask.ref)
    if (sha === undefined) throw new Error(`there is no ${String(ask.ref)} to check out`)
    const branch = /^refs\/heads\/(.+)$/.exec(ask.ref === undefined ? this.job.ref : '')?.[1]
    await checkOut(origin, {folder, sha, branch})
    return sha
  }

  async run(step: Step): Promise<StepResult> {
    const action = await readActionFile(step.action)
    const result = await this.#start(step, action, {entry: action.main, state: {}})
    if (result.exitCode !== 0) this.status = 'failure'
    return result
  }

  /** The action's post step, with the state that its main step saved. */
  async post(step: Step, main: StepResult): Promise<StepResult> {
    const action = await readActionFile(step.action)
    if (action.post === undefined) throw new Error(`${step.action}/action.yml has no post step`)
    return this.#start(step, action, {entry: action.post, state: main.state})
  }

  async close(): Promise<void> {
    await rm(this.#folder, {recursive: true, force: true, maxRetries: 3})
  }

  async #start(step: Step, action: ActionFile, start: Start): Promise<StepResult> {
    this.#steps += 1
    const files = await this.#makeFiles()
    const inputs = inputsFor(action, step.with ?? {}, {token: this.job.token, status: this.status})
    const state = Object.entries(start.state).map(([name, value]) => [`STATE_${name}`, value])
    const environment = {
      ...this.#machine(step.action),
      ...this.job.environment,
      ...Object.fromEntries(fileCommands.map((name) => [`GITHUB_${name.toUpperCase()}`, files(name)])),
      ...inputs.environment,
      ...(Object.fromEntries(state) as Readonly<Record<string, string>>),
      ...step.env,
    }
    const ended = await this.#spawn(resolve(step.action, start.entry), environment, step.timeoutMs ?? 60_000)
    return {
      ...ended,
      ...parseCommands(ended.stdout),
      outputs: parseFileCommands(await readFile(files('output'), 'utf8')),
      state: parseFileCommands(await readFile(files('state'), 'utf8')),
      summary: await readFile(files('step_summary'), 'utf8'),
      warnings: inputs.warnings,
    }
  }

  /** Every step has files of its own. */
  async #makeFiles(): Promise<(name: (typeof fileCommands)[number]) => string> {
    const at = (name: string): string => this.#path(join('file_commands', String(this.#steps), name))
    await mkdir(dirname(at('output')), {recursive: true})
    for (const name of fileCommands) await writeFile(at(name), '')
    return at
  }

  /** Nothing of the machine that runs the tests leaks in, but where programs are found. */
  #machine(action: string): Readonly<Record<string, string>> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#path('home'),
      LANG: 'C.UTF-8',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: '__octo-org_countersign',
      GITHUB_ACTION_PATH: resolve(action),
      GITHUB_ACTION_REF: 'v1',
      GITHUB_ACTION_REPOSITORY: 'octo-org/countersign',
      GITHUB_EVENT_PATH: this.#path('event.json'),
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_ARCH: 'X64',
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_NAME: 'GitHub Actions 1',
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: this.#path('temp'),
      RUNNER_TOOL_CACHE: this.#path('tools'),
    }
  }

  #spawn(main: string, environment: Readonly<Record<string, string | undefined>>, timeoutMs: number): Promise<Ended> {
    return new Promise((done, fail) => {
      const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined))
      const child = spawn(process.execPath, [main], {cwd: this.workspace, env, stdio: ['ignore', 'pipe', 'pipe']})
      const out: Buffer[] = []
      const err: Buffer[] = []
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.on('error', fail)
      child.on('close', (exitCode) => {
        clearTimeout(timer)
        done({exitCode, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString()})
      })
    })
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

interface Start {
  readonly entry: string
  readonly state: Readonly<Record<string, string>>
}

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}
