/** A small world that most tests of the sandbox start from, and a way to ask it questions. */

import {createServer, type IncomingHttpHeaders} from 'node:http'
import type {AddressInfo} from 'node:net'

import {createAppAuth} from '@octokit/auth-app'
import {Octokit} from '@octokit/rest'

import {type Sandbox, startSandbox} from '../../sandbox/start.ts'

export interface Town {
  readonly github: Sandbox
  readonly world: Sandbox['world']
  /** Maintainer, writer with an open pull request, and somebody with no standing. */
  readonly tokens: {readonly octocat: string; readonly hubot: string; readonly monalisa: string}
  readonly sha: string
  readonly mainSha: string
  readonly number: number
  readonly installation: number
  readonly ask: (path: string, options?: AskOptions) => Promise<Answer>
}

export interface AskOptions {
  readonly token?: string
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The parsed body: tests name the members that they look at. */
  readonly body: Json
}

export interface Json {
  readonly [key: string]: Json
}

/** A member that is text or a number, as text. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

export const repo = 'octo-org/api'

export async function startTown(options: {readonly private?: boolean} = {}): Promise<Town> {
  const github = await startSandbox()
  const {world} = github
  world.addOrganization({login: 'octo-org'})
  const [octocat, hubot, monalisa] = ['octocat', 'hubot', 'monalisa'].map((login) => world.addUser({login}).token)
  const made = await world.addRepository({
    name: repo,
    private: options.private ?? false,
    files: {'README.md': 'Hello\n'},
  })
  world.setPermission({repository: repo, login: 'octocat', role: 'maintain'})
  world.setPermission({repository: repo, login: 'hubot', role: 'write'})
  const {id: installation} = world.installApp({account: 'octo-org'})
  const sha = await world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'a.txt': 'one\ntwo\n'}})
  const {number} = await world.openPullRequest({repository: repo, head: 'feature', author: 'hubot'})
  const tokens = {octocat: octocat ?? '', hubot: hubot ?? '', monalisa: monalisa ?? ''}
  const ask = (path: string, asked?: AskOptions): Promise<Answer> => request(github.url, path, asked ?? {})
  return {github, world, tokens, sha, mainSha: made.sha ?? '', number, installation, ask}
}

async function request(origin: string, path: string, options: AskOptions): Promise<Answer> {
  const {token, method = 'GET', body, headers} = options
  const answer = await fetch(`${origin}${path}`, {
    method,
    redirect: 'manual',
    headers: {...(token !== undefined && {authorization: `Bearer ${token}`}), ...headers},
    ...(body !== undefined && {body: JSON.stringify(body)}),
  })
  const said = await answer.text()
  return {status: answer.status, headers: answer.headers, body: (said === '' ? {} : JSON.parse(said)) as Json}
}

/** An Octokit as the issuer's: authenticated as the App's installation. */
export async function installationOctokit(town: Town): Promise<Octokit> {
  const {id, privateKey} = await town.world.describeApp()
  const auth = {appId: id, privateKey, installationId: town.installation}
  return new Octokit({baseUrl: town.github.url, authStrategy: createAppAuth, auth, log: silent})
}

const silent = {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Listener {
  readonly url: string
  readonly received: Received[]
  status: number
  readonly close: () => Promise<void>
}

/** Listens for webhooks, keeping the raw bytes. */
export async function startListener(): Promise<Listener> {
  const received: Received[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      received.push({headers: incoming.headers, body: Buffer.concat(chunks)})
      outgoing.writeHead(listener.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/github/webhook`
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const listener: Listener = {url, received, status: 202, close}
  return listener
}
