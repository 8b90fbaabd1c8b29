/** What is read from GitHub before a decision, and the port that reads it (formats §8). Never from the payload. */
import type {AccountId, CommitSha, Digest, RepositoryId, RepositoryName, TreeSha} from '#protocol'

/** A comment as a signed webhook announced it: where to read, and what to compare. Nothing here is believed of what allows. */
export interface Statement {
  readonly repository: {readonly id: RepositoryId; readonly name: RepositoryName}
  /** The GitHub App's installation that sent it; absent with a plain token. */
  readonly installation?: number | undefined
  readonly pullRequest: number
  readonly comment: {
    readonly id: number
    readonly nodeId: string
    readonly authorId: AccountId
    /** Of its text, as UTF-8. */
    readonly digest: Digest
    /** Its first line, which alone can be a command; 2,000 characters at most. */
    readonly line: string
  }
  readonly announced: Announced
}

/** What the payload says besides: what forbids is believed as it was announced (formats §8, "Order and time"). */
export interface Announced {
  readonly login: string
  /** `User`, `Bot`, `Organization`, … */
  readonly type: string
  /** When it was said: `created_at`, of an edit `updated_at`; milliseconds, a whole second. */
  readonly at: number
  /** Its own author edited the comment into this. */
  readonly isEdit: boolean
  /** Through an App on the account's behalf. */
  readonly viaApp: boolean
  /** The repository, as it was then. */
  readonly owner: {readonly id: number; readonly login: string}
  readonly public: boolean
}

/** Where a pull request is, and how to get there. */
export type PullPlace = Pick<Statement, 'repository' | 'installation' | 'pullRequest'>

/** A pull request as a signed webhook announced it: where to read. Of the rest only the signed `sender` is believed. */
export interface PullNotice extends PullPlace {
  readonly actor: {readonly id: number; readonly login: string}
}

/** What is believed as it was announced: what forbids needs less than what allows. */
export interface BelievedNotice extends PullNotice {
  readonly owner: {readonly id: number; readonly login: string}
  /** Whether the repository was public then. */
  readonly public: boolean
}

/** A pull request that was closed without being merged. */
export interface CloseNotice extends BelievedNotice {
  /** Its `closed_at`; milliseconds, a whole second. */
  readonly at: number
}

/** A comment that somebody deleted: its author, or somebody else who may. */
export interface DeletionNotice extends BelievedNotice {
  readonly comment: {
    readonly id: number
    readonly authorId: number
    readonly digest: Digest
    /** Milliseconds. */
    readonly createdAt: number
  }
}

/** GitHub's ladder, weakest first. */
export const permissionLevels = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export type PermissionLevel = (typeof permissionLevels)[number]

export interface Account {
  readonly id: number
  readonly login: string
  /** `User`, `Bot`, `Organization`, … as GitHub says. */
  readonly type: string
}

/** Who said it, whether it still stands as said, and what that account may do now. The cheap facts, read first. */
export interface StandingFacts {
  /** The `Date` of GitHub's own answer; milliseconds. */
  readonly readAt: number
  readonly author: Account
  /** Written through an App on the account's behalf (`performed_via_github_app`). */
  readonly viaApp: boolean
  readonly viaEmail: boolean
  /** GraphQL's `lastEditedAt` is set. */
  readonly edited: boolean
  /** Author, body and pull request are those that the webhook announced. */
  readonly asAnnounced: boolean
  /** Milliseconds, a whole second. */
  readonly createdAt: number
  readonly bodyDigest: Digest
  readonly permission: PermissionLevel
  /** GitHub's `role_name`, for show. */
  readonly role: string
  /** Of the teams that were asked for (`organization/team`), those with an active membership. */
  readonly teams: readonly string[]
  /** What was asked of GitHub for it. */
  readonly reads?: readonly ApiRead[] | undefined
}

/** One answer of GitHub's API: its path, and when it was given by GitHub's own clock (ISO 8601). */
export interface ApiRead {
  readonly path: string
  readonly at: string
}

/** `login`: what the account is called now. `readAt` as in StandingFacts. */
export type Reach = Pick<StandingFacts, 'permission' | 'role' | 'readAt' | 'reads'> & {readonly login: string}

export type Presence = 'as-said' | 'changed' | 'gone'

/** What stands on the default branch where the policy belongs. `absent` only when whole trees show nothing near it. */
export type PolicyFacts =
  | {readonly kind: 'absent'}
  | {readonly kind: 'file'; readonly path: string; readonly text: string; readonly sha: string}
  /** Something that could be taken for it: another spelling, a link, a folder. `why` says what, and the fix. */
  | {readonly kind: 'near'; readonly path: string; readonly why: string}

/** The repository as it is now: what every request in it stands on. */
export interface Baseline {
  /** `id` is compared in every answer; another id is another repository (formats §8). */
  readonly repository: {
    readonly id: RepositoryId
    readonly name: RepositoryName
    /** Only GitHub's plain word `public` is public. */
    readonly public: boolean
    readonly defaultBranch: string
    /** Who owns it now; a transfer may have come after the announcement. */
    readonly owner: {readonly id: number; readonly login: string}
  }
  /** The default branch's newest commit. */
  readonly main: {readonly sha: CommitSha; readonly tree: TreeSha}
  /** The file in that commit. */
  readonly policy: PolicyFacts
}

/** A name on a commit: free text, so it can add a refusal and never remove one. */
export interface CommitPerson {
  readonly name: string
  readonly email: string
  /** The account that GitHub maps the address to, if any. */
  readonly id?: number | undefined
}

export interface Comparison {
  readonly from: string
  readonly commits: number
  /** Commits of `from` that are taken away again: a roll-back, or another line of history. */
  readonly behind: number
  readonly files: number
  readonly additions: number
  readonly deletions: number
  /** True when GitHub cut the list of files, so that the numbers are lower bounds. */
  readonly cut: boolean
}

/** An account, and what it did: `opened #41`. */
export interface Hand {
  readonly id: number
  readonly login: string
  readonly did: string
}

/** Whose hands are in commits. What cannot be established is `everybody`'s; `why` says what it was. */
export type Hands =
  | {readonly kind: 'seen'; readonly accounts: readonly Hand[]; readonly people: readonly CommitPerson[]}
  | {readonly kind: 'everybody'; readonly why: string}

/** Commits that the same pull requests brought and the same hands are in. */
export interface RangePart {
  /** Empty: pushed without one. */
  readonly pullRequests: readonly {readonly number: number; readonly author: string}[]
  readonly commits: readonly CommitSha[]
  readonly hands: Hands
}

/**
 * What a commit brings over its base, the newest commit beneath it that was authorized for the environment. Read: up to
 * 1,000 commits. What could not be read is one part without commits, and has everybody's hand in it.
 */
export interface RangeFacts {
  /**
   * `ground`: what lay beneath the first authorized pull request, taken as it is. `none`: there is no base, or the range
   * could not be read.
   */
  readonly base: 'authorized' | 'ground' | 'none'
  readonly since?: CommitSha | undefined
  readonly size: Comparison
  readonly parts: readonly RangePart[]
  /** Commits whose signature GitHub did not verify. */
  readonly unsigned: number
}

/** What would be let out, and who had a hand in it. */
export interface ChangeFacts {
  readonly repository: Baseline['repository']
  readonly pullRequest: {
    readonly number: number
    readonly state: 'open' | 'closed' | 'merged'
    readonly head: {readonly sha: CommitSha; readonly ref: string; readonly repositoryId: number | null}
    readonly base: {readonly ref: string; readonly repositoryId: number}
    readonly author: Account
    /** Of a merged pull request alone: an open one's is GitHub's test merge and is never authorized. */
    readonly mergeCommit?: CommitSha | undefined
  }
  /**
   * The commit that can be authorized now, and its tree: the head of an open pull request; of a merged one the commit that
   * was named, where that contains the merge commit, else the merge commit.
   */
  readonly commit: {readonly sha: CommitSha; readonly tree: TreeSha}
  /** Of a merged one: whether the branch that it went into contains the commit. */
  readonly mergeReachable?: boolean | undefined
  readonly policy: PolicyFacts
  readonly range: RangeFacts
  /** What goes out: the net difference of the range. */
  readonly files: readonly FileFacts[]
  /** True when there are, or may be, more files than these. */
  readonly filesCut: boolean
  /** Every run on the commit that can be authorized, repeated ones too. */
  readonly checks: readonly CheckRunFacts[]
  /** True when there are more runs than these. */
  readonly checksCut: boolean
  /** How many commits of its base the head lacks; of a merged one none. */
  readonly behindBy: number | 'unknown'
  /** Whether nothing of the pull request's author was merged here before; of members GitHub does not tell. */
  readonly firstByAuthor: boolean | 'unknown'
  /** What was asked of GitHub for it. */
  readonly reads?: readonly ApiRead[] | undefined
}

export interface FileFacts {
  readonly path: string
  /** Where it was before it was renamed. */
  readonly previous?: string | undefined
  readonly additions: number
  readonly deletions: number
}

export interface CheckRunFacts {
  readonly name: string
  /** The slug of the app that made it; empty where GitHub names none. */
  readonly app: string
  readonly status: string
  readonly conclusion: string | null
}

/** A push that a signed webhook announced: `sender` moved `ref` from `before` to `after`. */
export interface Push {
  readonly repositoryId: RepositoryId
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly actor: {readonly id: number; readonly login: string}
}

/** Who moved which branch, as signed webhooks said. */
export interface AnnouncedPush extends Push {
  /** When it was kept, in milliseconds. */
  readonly receivedAt: number
}

/**
 * Reads facts from GitHub, fresh at each call. Throws GitHubUnavailable when GitHub does not answer usably (to be
 * tried again) and never turns an outage into a fact. `gone` is a fact: GitHub says that the thing is not there.
 */
export interface FactSource {
  /** The cheapest, asked first and of everybody: `teams` is empty. */
  fetchStanding(statement: Statement): Promise<StandingFacts | 'gone'>
  /** What the author of an announced comment may do now; by account id. */
  fetchReach(statement: Statement): Promise<Reach | 'gone'>
  /** What GitHub shows of an announced comment. */
  fetchPresence(statement: Statement): Promise<Presence>
  /** Whether a pull request was closed unmerged before then (milliseconds), and its branch is gone. */
  fetchIsAbandoned(place: PullPlace, before: number): Promise<boolean>
  /** Asked only of those who may approve at all. */
  fetchBaseline(place: PullPlace): Promise<Baseline | 'gone'>
  /** All but the range. `named`: the commit that was asked for. */
  fetchCandidate(
    place: PullPlace,
    known: {readonly baseline: Baseline; readonly named?: CommitSha | undefined},
  ): Promise<Candidate | 'gone'>
  fetchRange(place: PullPlace, known: RangeQuestion): Promise<Brought & Pick<ChangeFacts, 'reads'>>
}

/** A change before it is known what it is counted from. */
export type Candidate = Omit<ChangeFacts, keyof Brought> & {
  /** Where the base branch of an open pull request stands; of a merged one where GitHub last saw it before the merge. */
  readonly baseTip?: CommitSha | undefined
}

export type Brought = Pick<ChangeFacts, 'range' | 'files' | 'filesCut'>

export interface RangeQuestion {
  readonly candidate: Candidate
  /** What was authorized for the environment, newest first. */
  readonly authorized: readonly AuthorizedBase[]
  /** Absent before the first authorization. */
  readonly ground?: CommitSha | undefined
  /** What webhooks announced of a branch (`refs/heads/…`). */
  readonly pushes: (ref: string) => Promise<readonly AnnouncedPush[]>
  /** What webhooks announced of whatever branch that led to a commit. */
  readonly pushesTo: (sha: string) => Promise<readonly AnnouncedPush[]>
  /** Whose hands decide: what is dear to establish is asked for them alone. */
  readonly speakers: readonly number[]
  /** GitHub had its time: what it does not tell now is not waited for any longer. */
  readonly isLate: boolean
}

export interface AuthorizedBase {
  readonly sha: CommitSha
  /** Where it was said. */
  readonly pullRequest: number
  /** Files and risk are counted from it, people are not: it was somebody's own work. */
  readonly isOwnWork: boolean
}

/** Reads a pull request that nobody commented on, as FactSource reads facts. */
export interface PullRequestSource {
  /** Where it stands now, and whose repository it is in. */
  fetchPullRequest(place: PullPlace): Promise<Pick<ChangeFacts, 'repository' | 'pullRequest'> | 'gone'>
  /** What its head has where the policy belongs, if it touches that place; of a pull request that is open. */
  fetchProposedPolicy(place: PullPlace): Promise<PolicyFacts | 'untouched' | 'gone'>
}

/** Reads memberships, as FactSource reads facts. */
export interface TeamSource {
  /** Those of `teams` (`organization/team`) that the account is an active member of. Asks once for each. */
  fetchTeams(
    statement: Statement,
    asked: {readonly login: string; readonly teams: readonly string[]},
  ): Promise<readonly string[]>
}

/** Reads what an account may do now, as FactSource reads facts. */
export interface PermissionSource {
  fetchPermission(
    place: Pick<Statement, 'repository' | 'installation'>,
    account: {readonly id: number; readonly login: string},
  ): Promise<{readonly permission: PermissionLevel; readonly role: string}>
}
