/** The issuer as its operator runs it: a process of its own, configured by variables, that can be stopped or killed. */

import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {freePort} from './free-port.ts'
import {compileCache, programPath} from './programs.ts'

export interface IssuerOptions {
  /** The sandbox's address. */
  readonly githubUrl: string
  readonly webhookSecret: string
  /** Who signs the tokens of jobs; GitHub when absent. */
  readonly oidcIssuer?: string
  /** The App that it is, or else a plain token. */
  readonly app?: {readonly id: number; readonly privateKey: string}
  readonly token?: string
  /** More COUNTERSIGN_… variables. */
  readonly env?: Readonly<Record<string, string>>
}

/** With neither App nor token nor secret it waits to be set up. */
export type ProcessOptions = Omit<IssuerOptions, 'webhookSecret'> & Partial<Pick<IssuerOptions, 'webhookSecret'>>

export class IssuerProcess {
  readonly url: string
  readonly hookUrl: string
  /** Holds its database and keys. */
  readonly folder: string
  readonly #options: ProcessOptions
  readonly #port: number
  #child: ChildProcess | undefined
  #pin: string | undefined
  #ledgerKey: string | undefined
  #output = ''

  private constructor(options: ProcessOptions, {folder, port}: {readonly folder: string; readonly port: number}) {
    this.#options = options
    this.#port = port
    this.folder = folder
    this.url = `http://127.0.0.1:${port}`
    this.hookUrl = `${this.url}/github/webhook`
  }

  /** Starts it in a folder of its own and waits until it listens. */
  static async start(options: ProcessOptions): Promise<IssuerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-issuer-'))
    const issuer = new IssuerProcess(options, {folder, port: await freePort()})
    try {
      await issuer.restart()
      return issuer
    } catch (fault) {
      await issuer.close()
      throw fault
    }
  }

  /** The line to pin, as it printed it. */
  get pin(): string {
    if (this.#pin === undefined) throw new Error('The issuer has not printed its key yet')
    return this.#pin
  }

  /** The line to hold its checkpoints against, as it printed it. */
  get ledgerKey(): string {
    if (this.#ledgerKey === undefined) throw new Error('The issuer has not printed the key of its ledger yet')
    return this.#ledgerKey
  }

  /** Everything that it wrote, log and errors. */
  get output(): string {
    return this.#output
  }

  /** Starts it again, for this time with these variables besides. */
  async restart(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, [programPath('issuer/server.ts')], {
      env: {PATH: process.env['PATH'], ...compileCache(), ...this.#variables(), ...more},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const started = this.#output.length
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        this.#output += chunk.toString()
        if (this.#output.indexOf('"msg":"listening"', started) >= 0) resolve()
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('error', reject)
      child.once('close', (code) => reject(new Error(`The issuer ended with ${String(code)}:\n${this.#output}`)))
    })
    this.#pin = /pp_pk_[0-9a-f]{64}/.exec(this.#output)?.[0]
    this.#ledgerKey = this.#output.match(/(?<=^checkpoints of the ledger verify under: )\S+$/gm)?.at(-1)
  }

  /** As an operator stops it; resolves with its exit code. */
  async stop(): Promise<number | null> {
    return await this.#end('SIGTERM')
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops it and removes its folder. */
  async close(): Promise<void> {
    await this.stop()
    await rm(this.folder, {recursive: true, force: true, maxRetries: 3})
  }

  #variables(): Readonly<Record<string, string>> {
    const {app, token, githubUrl, webhookSecret, oidcIssuer, env} = this.#options
    return {
      COUNTERSIGN_PORT: String(this.#port),
      COUNTERSIGN_PUBLIC_URL: this.url,
      COUNTERSIGN_STORE: `sqlite:${join(this.folder, 'data', 'countersign.db')}`,
      COUNTERSIGN_GITHUB_API_URL: githubUrl,
      ...(webhookSecret !== undefined && {COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret}),
      ...(app && {
        COUNTERSIGN_GITHUB_APP_ID: String(app.id),
        COUNTERSIGN_GITHUB_PRIVATE_KEY: app.privateKey,
      }),
      ...(token !== undefined && {COUNTERSIGN_GITHUB_TOKEN: token}),
      ...(oidcIssuer !== undefined && {COUNTERSIGN_OIDC_ISSUER: oidcIssuer}),
      ...env,
    }
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(null)
    return new Promise((resolve) => {
      child.once('close', (code) => resolve(code))
      child.kill(signal)
    })
  }
}
