/** What the sandbox remembers: one record type for each thing that GitHub has. */

import type {RepositorySettings} from './settings.ts'
import type {GitRepository} from './git/repository.ts'
import type {RsaKeys} from './keys.ts'

export type AccountType = 'User' | 'Bot' | 'Organization' | 'Mannequin'

export interface Account {
  readonly id: number
  readonly nodeId: string
  readonly type: AccountType
  login: string
  readonly email: string
  readonly createdAt: string
}

export interface Team {
  readonly id: number
  readonly createdAt: string
  readonly organization: Account
  readonly slug: string
  readonly members: Map<number, {readonly role: 'member' | 'maintainer'; readonly state: 'active' | 'pending'}>
}

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin'

export interface Grant {
  readonly role: Role
  /** What `role_name` says: the role, or the name of an organization's own role built on it. */
  readonly roleName: string
}

export interface Repository {
  readonly id: number
  readonly nodeId: string
  owner: Account
  name: string
  private: boolean
  readonly defaultBranch: string
  readonly forkOf: Repository | undefined
  readonly git: GitRepository
  readonly grants: Map<number, Grant>
  readonly activity: Activity[]
  readonly pulls: PullRequest[]
  readonly issues: Issue[]
  readonly createdAt: string
  pushedAt: string
  settings: RepositorySettings
  nextNumber: number
}

export type ActivityType =
  'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge' | 'merge_queue_merge'

export interface Activity {
  readonly id: number
  readonly nodeId: string
  readonly type: ActivityType
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly timestamp: string
  readonly actor: Account
}

/** Pull requests and issues share one row of numbers and one kind of comment. */
export interface Issue {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  readonly author: Account
  readonly repository: Repository
  title: string
  readonly body: string | null
  readonly createdAt: string
  state: 'open' | 'closed'
  updatedAt: string
  closedAt: string | null
}

export interface PullRequest extends Issue {
  readonly head: {readonly repository: Repository; readonly branch: string; readonly label: string; sha: string}
  readonly base: {branch: string; sha: string}
  draft: boolean
  merged: {readonly at: string; readonly by: Account; readonly sha: string} | undefined
  testMerge: TestMerge | undefined
}

/** The merge that GitHub tries while a pull request is open; `sha` is null when it conflicts. */
export interface TestMerge {
  readonly base: string
  readonly head: string
  readonly sha: string | null
}

export type ReactionContent = '+1' | '-1' | 'laugh' | 'confused' | 'heart' | 'hooray' | 'rocket' | 'eyes'

export interface Reaction {
  readonly id: number
  readonly nodeId: string
  readonly user: Account
  readonly content: ReactionContent
  readonly createdAt: string
}

export interface Comment {
  readonly id: number
  readonly nodeId: string
  readonly issue: Issue | PullRequest
  readonly author: Account
  readonly viaApp: App | undefined
  readonly viaEmail: boolean
  readonly createdAt: string
  readonly reactions: Reaction[]
  body: string
  updatedAt: string
  lastEditedAt: string | null
  editor: Account | null
}

export const checkStatuses = ['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending'] as const
export type CheckStatus = (typeof checkStatuses)[number]
export const conclusions = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
  'stale',
] as const
export type Conclusion = (typeof conclusions)[number]

export interface CheckOutput {
  readonly title: string | null
  readonly summary: string | null
  readonly text: string | null
}

export interface CheckRun {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly app: App
  readonly suiteId: number
  readonly workflowRun: string | undefined
  readonly headSha: string
  name: string
  status: CheckStatus
  conclusion: Conclusion | null
  detailsUrl: string | null
  externalId: string
  startedAt: string
  completedAt: string | null
  output: CheckOutput
}

export const statusStates = ['error', 'failure', 'pending', 'success'] as const
export type StatusState = (typeof statusStates)[number]

export interface CommitStatus {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly sha: string
  readonly state: StatusState
  readonly context: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Account
  readonly createdAt: string
}

export interface Deployment {
  readonly id: number
  readonly nodeId: string
  readonly repository: Repository
  readonly sha: string
  readonly ref: string
  readonly environment: string
  readonly creator: Account
  readonly createdAt: string
}

export const permissionNames = [
  'actions',
  'administration',
  'checks',
  'contents',
  'deployments',
  'id_token',
  'issues',
  'members',
  'metadata',
  'pull_requests',
  'statuses',
] as const
export type PermissionName = (typeof permissionNames)[number]
export type Permissions = Readonly<Partial<Record<PermissionName, 'read' | 'write'>>>

export interface App {
  readonly id: number
  readonly nodeId: string
  readonly slug: string
  readonly owner: Account
  readonly bot: Account
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly webhookSecret: string
  /** Those of an App that was made from a manifest are its own; all others share one pair. */
  readonly keys: () => Promise<RsaKeys>
  readonly createdAt: string
}

export interface Installation {
  readonly id: number
  readonly app: App
  readonly account: Account
  /** Undefined: every repository of the account. */
  readonly repositories: ReadonlySet<number> | undefined
  readonly createdAt: string
}

/** Whoever sends a request, as the token says. */
export type Actor =
  | {readonly kind: 'anonymous'}
  | {readonly kind: 'user'; readonly account: Account; readonly viaApp: App | undefined}
  | {readonly kind: 'app'; readonly app: App}
  | InstallationActor

/** An installation's token, or a workflow's own (which is an installation token of the Actions App). */
export interface InstallationActor {
  readonly kind: 'installation'
  readonly app: App
  readonly account: Account
  readonly installation: Installation | undefined
  readonly permissions: Permissions
  readonly covers: (repository: Repository) => boolean
}

export interface IssuedToken {
  readonly actor: Actor
  readonly expiresAt: Date | undefined
}

export interface JournalEntry {
  readonly at: string
  readonly method: string
  readonly path: string
  readonly actor: string
  readonly status: number
}
