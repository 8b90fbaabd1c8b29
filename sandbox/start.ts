/** Starts a sandbox inside this process: a world, its server on a loopback port, and a way to end both. */

import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'

import {getRequestListener} from '@hono/node-server'

import {makeApp} from './accounts.ts'
import {type Actions, actionsOf} from './actions.ts'
import {Clock} from './clock.ts'
import {door} from './door.ts'
import {Faults} from './faults.ts'
import {Hooks} from './hooks.ts'
import {Identifiers} from './identifiers.ts'
import {oidcIssuer} from './oidc.ts'
import {Lag} from './lag.ts'
import {loadChecker} from './openapi.ts'
import {ownAccounts} from './own-accounts.ts'
import {checkPayload} from './payload-schemas.ts'
import {gitHubApp} from './rest/app.ts'
import {Spending} from './spending.ts'
import type {App, Permissions} from './state.ts'
import {dropFolder, makeFolder, type World} from './world.ts'

export interface Sandbox {
  readonly world: World & Actions
  /** API, web pages and GraphQL: what `GITHUB_API_URL`, `GITHUB_SERVER_URL` and an Octokit's `baseUrl` take. */
  readonly url: string
  /** The `iss` of the OIDC tokens that its jobs get. */
  readonly oidcIssuer: string
  readonly close: () => Promise<void>
}

export interface StartOptions {
  /** 0, any free port, when absent. */
  readonly port?: number
  /** Also answer `POST /_sandbox/<action>`, for a test or demo in another process. */
  readonly control?: boolean
}

export async function startSandbox(options: StartOptions = {}): Promise<Sandbox> {
  const world = await createWorld()
  const github = gitHubApp(world, loadChecker())
  const app = options.control === true ? door(world).route('/', github) : github
  // Its own Request and Response stay out of the globals: the code under test runs in this process too.
  const listener = getRequestListener((request, env) => app.fetch(request, env), {overrideGlobalObjects: false})
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  world.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    world: Object.assign(world, actionsOf(world)),
    url: world.origin,
    oidcIssuer: oidcIssuer(world),
    close: () => close(world, server),
  }
}

async function close(world: World, server: Server): Promise<void> {
  await world.hooks.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await dropFolder(world.folder)
}

/** What the App under test asks for when it is registered. */
const appPermissions: Permissions = {
  checks: 'write',
  contents: 'read',
  deployments: 'read',
  issues: 'write',
  members: 'read',
  metadata: 'read',
  pull_requests: 'write',
}

const workflowPermissions: Permissions = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
}

async function createWorld(): Promise<World> {
  const clock = new Clock()
  const ids = new Identifiers()
  const createdAt = clock.stamp()
  const {github, ...own} = ownAccounts(createdAt)
  const accounts = [github, own.webFlow, own.mergeQueue]
  const base = {clock, ids, accounts}
  const actionsApp = makeApp(base, {
    slug: 'github-actions',
    owner: github,
    permissions: workflowPermissions,
    id: 15_368,
    botId: 41_898_282,
  })
  const events = ['issue_comment', 'pull_request', 'push', 'check_run']
  const app: App = makeApp(base, {slug: 'countersign', owner: github, permissions: appPermissions, events})
  const world: World = {
    ...base,
    ...own,
    origin: '',
    folder: await makeFolder(),
    faults: new Faults(),
    teams: [],
    repositories: [],
    formerNames: new Map(),
    comments: new Map(),
    checkRuns: [],
    statuses: [],
    verified: new Map(),
    deployments: [],
    registrations: new Map(),
    apps: [actionsApp, app],
    installations: [],
    tokens: new Map(),
    requests: [],
    used: new Map(),
    spending: new Spending(),
    lag: new Lag(),
    deletedComments: [],
    violations: [],
    showsPermissions: true,
    treeLimit: 100_000,
    hooks: new Hooks(() => world, checkPayload),
    actionsApp,
    app,
  }
  return world
}
