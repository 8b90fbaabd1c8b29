/** Actions on people: users, organizations, teams, Apps and the tokens that they are given. */

import {randomBytes} from 'node:crypto'

import {nodeId} from './identifiers.ts'
import {appKeys, type RsaKeys} from './keys.ts'
import {
  type Account,
  type AccountType,
  type App,
  type Installation,
  type InstallationActor,
  type Permissions,
  type Repository,
} from './state.ts'
import {findAccount, makeAccount, theAccount, theApp, theRepository, type World} from './world.ts'

export interface AddUser {
  readonly login: string
  /** GitHub's next free id when absent. */
  readonly id?: number
  readonly type?: Exclude<AccountType, 'Organization'>
  readonly email?: string
}

export interface AddedAccount {
  readonly login: string
  readonly id: number
  readonly nodeId: string
  /** A classic personal access token, which reaches whatever the person reaches. */
  readonly token: string
}

export function addUser(world: World, ask: AddUser): AddedAccount {
  const account = addAccount(world, {...ask, type: ask.type ?? 'User'})
  return {login: account.login, id: account.id, nodeId: account.nodeId, token: issueToken(world, {login: ask.login})}
}

export interface AddOrganization {
  readonly login: string
  readonly id?: number
}

export function addOrganization(world: World, ask: AddOrganization): Omit<AddedAccount, 'token'> {
  const {login, id, nodeId: node} = addAccount(world, {...ask, type: 'Organization'})
  return {login, id, nodeId: node}
}

function addAccount(world: World, ask: AddOrganization & {type: AccountType; email?: string}): Account {
  if (findAccount(world, ask.login)) throw new Error(`The login ${ask.login} is taken`)
  const id = ask.id ?? world.ids.next('account')
  if (world.accounts.some((account) => account.id === id)) throw new Error(`The account id ${id} is taken`)
  const email = ask.email ?? `${id}+${ask.login}@users.noreply.github.com`
  const account = makeAccount({id, login: ask.login, type: ask.type, email, createdAt: world.clock.stamp()})
  world.accounts.push(account)
  return account
}

/** The account keeps its id; the old login is free for somebody else. */
export function renameUser(world: World, ask: {readonly login: string; readonly to: string}): void {
  if (findAccount(world, ask.to)) throw new Error(`The login ${ask.to} is taken`)
  theAccount(world, ask.login).login = ask.to
}

export interface IssueToken {
  readonly login: string
  /** An App that acts for the person (`ghu_…`): what it writes carries `performed_via_github_app`. */
  readonly viaApp?: string
}

export function issueToken(world: World, ask: IssueToken): string {
  const viaApp = ask.viaApp === undefined ? undefined : theApp(world, ask.viaApp)
  return register(world, viaApp ? 'ghu' : 'ghp', {kind: 'user', account: theAccount(world, ask.login), viaApp})
}

/** A token stops working at once. */
export function revokeToken(world: World, ask: {readonly token: string}): void {
  if (!world.tokens.delete(ask.token)) throw new Error('revokeToken: there is no such token')
}

export interface IssueWorkflowToken {
  readonly repository: string
  /** What the workflow's `permissions:` gives; `metadata: read` always comes with it. */
  readonly permissions?: Permissions
}

const defaultWorkflowPermissions: Permissions = {contents: 'read', metadata: 'read'}

/** The `GITHUB_TOKEN` of a job: an installation token of the Actions App for one repository. */
export function issueWorkflowToken(world: World, ask: IssueWorkflowToken): string {
  const {id} = theRepository(world, ask.repository)
  return register(world, 'ghs', {
    kind: 'installation',
    app: world.actionsApp,
    account: world.actionsApp.bot,
    installation: undefined,
    permissions: {metadata: 'read', ...(ask.permissions ?? defaultWorkflowPermissions)},
    covers: (repository) => repository.id === id,
  })
}

export interface AddApp {
  readonly slug: string
  readonly owner: string
  readonly permissions: Permissions
  readonly events?: readonly string[]
}

export interface AddedApp {
  readonly id: number
  readonly slug: string
  readonly bot: {readonly login: string; readonly id: number}
}

/** Another App beside the one under test. */
export function addApp(world: World, ask: AddApp): AddedApp {
  const app = makeApp(world, {...ask, owner: theAccount(world, ask.owner)})
  world.apps.push(app)
  return {id: app.id, slug: app.slug, bot: {login: app.bot.login, id: app.bot.id}}
}

export interface NewApp {
  readonly slug: string
  readonly owner: Account
  readonly permissions: Permissions
  readonly events?: readonly string[]
  readonly id?: number
  readonly botId?: number
  readonly keys?: () => Promise<RsaKeys>
}

export function makeApp(world: Pick<World, 'ids' | 'clock' | 'accounts'>, ask: NewApp): App {
  const createdAt = world.clock.stamp()
  const id = ask.id ?? world.ids.next('app')
  const botId = ask.botId ?? world.ids.next('account')
  const login = `${ask.slug}[bot]`
  const bot = makeAccount({
    id: botId,
    login,
    type: 'Bot',
    email: `${botId}+${login}@users.noreply.github.com`,
    createdAt,
  })
  world.accounts.push(bot)
  const {slug, owner, permissions, events = [], keys = appKeys} = ask
  const webhookSecret = randomBytes(20).toString('hex')
  return {id, nodeId: nodeId('A', owner.id, id), slug, owner, bot, permissions, events, webhookSecret, keys, createdAt}
}

export interface InstallApp {
  readonly account: string
  /** Full names; every repository of the account when absent. */
  readonly repositories?: readonly string[]
  /** The App under test when absent. */
  readonly app?: string
}

export function installApp(world: World, ask: InstallApp): {readonly id: number} {
  const app = ask.app === undefined ? world.app : theApp(world, ask.app)
  const repositories = ask.repositories && new Set(ask.repositories.map((name) => theRepository(world, name).id))
  const id = world.ids.next('installation')
  world.installations.push({
    id,
    app,
    account: theAccount(world, ask.account),
    repositories,
    createdAt: world.clock.stamp(),
  })
  return {id}
}

export const installationCovers = (installation: Installation, repository: Repository): boolean =>
  installation.account.id === repository.owner.id && (installation.repositories?.has(repository.id) ?? true)

export const installationOf = (world: World, app: App, repository: Repository): Installation | undefined =>
  world.installations.find((candidate) => candidate.app === app && installationCovers(candidate, repository))

export interface InstallationGrant {
  readonly installation: Installation
  readonly permissions: Permissions
  readonly repositories: ReadonlySet<number> | undefined
}

const installationTokenLifeMs = 60 * 60 * 1000

export function issueInstallationToken(world: World, grant: InstallationGrant) {
  const {installation, permissions, repositories} = grant
  const expiresAt = new Date(world.clock.now().getTime() + installationTokenLifeMs)
  const actor: InstallationActor = {
    kind: 'installation',
    app: installation.app,
    account: installation.app.bot,
    installation,
    permissions,
    covers: (repository) => installationCovers(installation, repository) && (repositories?.has(repository.id) ?? true),
  }
  const token = newToken('ghs')
  world.tokens.set(token, {actor, expiresAt})
  return {token, expiresAt}
}

/** What an operator would copy from the App's settings page. */
export async function describeApp(world: World) {
  const {id, slug, bot, webhookSecret, keys} = world.app
  const {privateKey} = await keys()
  const pem = privateKey.export({type: 'pkcs8', format: 'pem'}).toString()
  return {id, slug, bot: {login: bot.login, id: bot.id}, webhookSecret, privateKey: pem}
}

function register(world: World, prefix: 'ghp' | 'ghu' | 'ghs', actor: InstallationActor | UserActor): string {
  const token = newToken(prefix)
  world.tokens.set(token, {actor, expiresAt: undefined})
  return token
}

interface UserActor {
  readonly kind: 'user'
  readonly account: Account
  readonly viaApp: App | undefined
}

/** 36 letters and digits behind the prefix, as GitHub's are. */
const newToken = (prefix: string): string =>
  `${prefix}_${randomBytes(48).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 36).padEnd(36, '0')}`
