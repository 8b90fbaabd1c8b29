/** The world: everything that the sandbox holds, in one place, from which every answer is computed. */

import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {Clock} from './clock.ts'
import {Faults} from './faults.ts'
import {Identifiers, nodeId} from './identifiers.ts'
import type {
  Account,
  AccountType,
  App,
  CheckRun,
  Comment,
  CommitStatus,
  Deployment,
  Installation,
  IssuedToken,
  JournalEntry,
  PullRequest,
  Repository,
  Team,
} from './state.ts'
import type {Hooks} from './hooks.ts'
import type {Spending} from './spending.ts'
import type {Lag} from './lag.ts'
import type {Registrations} from './manifests.ts'

export interface World {
  /** `http://127.0.0.1:<port>`: API, web pages, GraphQL and OIDC provider at once. Set when the server listens. */
  origin: string
  readonly folder: string
  readonly clock: Clock
  readonly ids: Identifiers
  readonly faults: Faults
  readonly accounts: Account[]
  readonly teams: Team[]
  readonly repositories: Repository[]
  /** Former names, lower-case, and the repository that each leads to until another takes the name. */
  readonly formerNames: Map<string, number>
  readonly comments: Map<number, Comment>
  readonly checkRuns: CheckRun[]
  readonly statuses: CommitStatus[]
  /** Commits whose signature GitHub verified, by SHA, and when it did. */
  readonly verified: Map<string, string>
  readonly deployments: Deployment[]
  /** Apps made from a manifest, by the code that fetches their credentials. */
  readonly registrations: Registrations
  readonly apps: App[]
  readonly installations: Installation[]
  readonly tokens: Map<string, IssuedToken>
  /** Every request that GitHub was asked, the control door's excepted. */
  readonly requests: JournalEntry[]
  /** What each actor has used in an hour, of REST and of GraphQL, as its quota counts it. */
  readonly used: Map<string, number>
  readonly spending: Spending
  readonly lag: Lag
  /** Deleted ones, which lagging reads still show. */
  readonly deletedComments: Comment[]
  /** Each disagreement with GitHub's own description; an honest run leaves this empty. */
  readonly violations: string[]
  /** Whether `user.permissions` stands beside a collaborator's role: GitHub's description calls it optional. */
  showsPermissions: boolean
  /** Entries after which a tree is `truncated`. */
  treeLimit: number
  readonly hooks: Hooks
  /** Accounts that GitHub itself has. */
  readonly webFlow: Account
  readonly mergeQueue: Account
  /** Stands where an account stood that is no more. */
  readonly ghost: Account
  readonly actionsApp: App
  /** The App under test: `countersign`, or the last one whose credentials were fetched after a manifest. */
  app: App
}

export async function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'countersign-sandbox-'))
}

export async function dropFolder(folder: string): Promise<void> {
  await rm(folder, {recursive: true, force: true, maxRetries: 3})
}

export interface NewAccount {
  readonly id: number
  readonly login: string
  readonly type: AccountType
  readonly email: string
  readonly createdAt: string
}

export const makeAccount = (details: NewAccount): Account => ({
  ...details,
  nodeId: nodeId(details.type === 'Organization' ? 'O' : details.type === 'Bot' ? 'BOT' : 'U', details.id),
})

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`

/** Names compare without case, as GitHub's do. */
export const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

export const findAccount = (world: World, login: string): Account | undefined =>
  world.accounts.find((account) => sameName(account.login, login))

export const findRepository = (world: World, name: string): Repository | undefined =>
  world.repositories.find((repository) => sameName(fullName(repository), name))

/** A test that names what is not there is mistaken, and hears so. */
export function theAccount(world: World, login: string): Account {
  const account = findAccount(world, login)
  if (!account) throw new Error(`There is no account ${login}; add it with addUser or addOrganization`)
  return account
}

export function theRepository(world: World, name: string): Repository {
  const repository = findRepository(world, name)
  if (!repository) throw new Error(`There is no repository ${name}; add it with addRepository`)
  return repository
}

export function thePull(world: World, name: string, number: number): PullRequest {
  const pull = theRepository(world, name).pulls.find((candidate) => candidate.number === number)
  if (!pull) throw new Error(`${name} has no pull request ${number}`)
  return pull
}

export function theComment(world: World, id: number): Comment {
  const comment = world.comments.get(id)
  if (!comment) throw new Error(`There is no comment ${id}`)
  return comment
}

export function theApp(world: World, slug: string): App {
  const app = world.apps.find((candidate) => candidate.slug === slug)
  if (!app) throw new Error(`There is no App ${slug}; add it with addApp`)
  return app
}
