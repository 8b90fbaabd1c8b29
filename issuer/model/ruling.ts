/** A policy, and what its rules made of a statement: every rule is evaluated and every outcome kept. */
import type {
  Agent,
  Binding,
  CommitSha,
  DecisionId,
  Digest,
  Environment,
  Flag,
  RepositoryId,
  RepositoryName,
  TreeSha,
} from '#protocol'
import type {ChangeFacts, PermissionLevel, RangePart, StandingFacts} from './facts.ts'

/** The levels that a policy may ask of approvers: whoever cannot write is refused before any policy is read. */
export const approverLevels = ['write', 'maintain', 'admin'] as const satisfies readonly PermissionLevel[]
export type ApproverLevel = (typeof approverLevels)[number]

/**
 * Who counts for a commit: `usual`, as many people without a hand in it as are needed, or one more, whoever they are;
 * `strict`, the former alone; `none`, anybody, and the receipt is flagged where `usual` would fail.
 */
export const independences = ['usual', 'strict', 'none'] as const
export type Independence = (typeof independences)[number]

export interface EnvironmentPolicy {
  readonly permission: ApproverLevel
  /** An approver has the permission and, where one of these lists is not empty, is in one of them. */
  readonly users: readonly string[]
  /** `organization/team`. */
  readonly teams: readonly string[]
  readonly approvals: number
  readonly independence: Independence
  /** Milliseconds from a comment's `created_at` in which it counts beside others'. */
  readonly collect: number
  readonly binding: readonly Binding[]
  /** Milliseconds. */
  readonly ttl: number
  /** The receipt is flagged `once`. */
  readonly singleUse: boolean
  /** The receipt is flagged `fresh`. */
  readonly fresh: boolean
  readonly checks: readonly RequiredCheck[]
  readonly freeze: readonly FreezeWindow[]
  readonly risk?: RiskLimits
}

export interface RequiredCheck {
  readonly name: string
  /** The slug of the app that must have made the runs; absent, every app's count. */
  readonly app?: string
}

/** Milliseconds; nothing is authorized while `from <= now < to`. */
export interface FreezeWindow {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** Scores of risk, from 0 to 1, from which more approvals are needed, or nothing is authorized. */
export interface RiskLimits {
  readonly escalateAt?: number
  /** 0 without `escalateAt`. */
  readonly extraApprovals: number
  readonly denyAt?: number
}

export interface Policy {
  /** Bases that may be authorized besides the default branch. */
  readonly branches: readonly string[]
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>
  /** Milliseconds from the comment's `created_at` in which it counts. */
  readonly statementLife: number
  /** Globs of paths whose change is a risk. */
  readonly sensitivePaths: readonly string[]
  /** Login patterns; only `*` is special. */
  readonly agents: readonly string[]
}

/**
 * Where the policy in force came from. `unreadable`: something stands there that is no policy, so nothing is authorized;
 * the built-in policy stands in for it only so that every other rule is evaluated and recorded too.
 */
export type PolicySource =
  | {readonly kind: 'built-in'}
  | {readonly kind: 'file'; readonly path: string}
  | {readonly kind: 'unreadable'; readonly path: string; readonly problems: readonly string[]}

export interface PolicyInForce {
  readonly policy: Policy
  readonly source: PolicySource
}

/** By how many milliseconds the issuer's clock may differ from GitHub's while it allows something. */
export const clockTolerance = 60_000

/** What a person asked: an authorization of a commit for an environment. */
export interface Request {
  readonly environment: Environment
  readonly sha?: CommitSha | undefined
}

export interface RuleOutcome {
  readonly rule: string
  readonly outcome: 'pass' | 'fail'
  /** One sentence: what was found; for a failure also what to do. Foreign text in it is not yet escaped. */
  readonly why: string
}

/** One cause of risk: `value` from 0 (none) to 1, and what was found. */
export interface RiskFactor {
  readonly name: string
  readonly weight: number
  readonly value: number
  readonly why: string
}

export interface Risk {
  /** From 0 to 1, two decimals. */
  readonly score: number
  readonly factors: readonly RiskFactor[]
}

/** What an authorization is for, in the words of the authority token (formats §3). */
export interface Intent {
  readonly domain: 'software-delivery'
  readonly category: 'deploy'
  readonly action: `deploy:${string}`
  readonly summary: string
  /** The receipt's scope. */
  readonly scope: {
    readonly repository: RepositoryName
    readonly repositoryId: RepositoryId
    readonly sha: CommitSha
    readonly tree: TreeSha
    readonly environment: Environment
    readonly pullRequest: number
    readonly since?: CommitSha | undefined
  }
}

interface Judged {
  readonly intent: Intent
  /** On whose behalf the deployment is asked for. */
  readonly agent: Agent
  readonly outcomes: readonly RuleOutcome[]
  readonly risk: Risk
  /** Digest of the canonical policy that was evaluated. */
  readonly policy: Digest
}

/** Every rule passed. The only ruling that a receipt is minted from. */
export interface Allowed extends Judged {
  readonly kind: 'allow'
  /** Sorted words that the receipt must carry, such as `self`. */
  readonly flags: readonly Flag[]
}

export interface Denied extends Judged {
  readonly kind: 'deny'
}

/** Everything passed but what more people can give: with `missing` of them it can become an allow. */
export interface Escalated extends Judged {
  readonly kind: 'escalate'
  readonly missing: number
}

export type Ruling = Allowed | Denied | Escalated

/** An approval that somebody gave earlier for the same commit and environment, read and judged again for this case. */
export interface CollectedApproval {
  readonly login: string
  readonly id: number
  readonly role: string
  /** Milliseconds. */
  readonly at: number
  /** The comment. */
  readonly statement: {readonly id: number; readonly digest: Digest}
  /** The escalation that it became when it was given. */
  readonly decision?: DecisionId | undefined
  readonly binding: Binding
  /** Absent in facts that somebody gives to try a policy. */
  readonly isAdmin?: boolean | undefined
}

/** What the rules of standing look at: who said it, and what the policy asks of an approver there. */
export interface StandingCase {
  readonly standing: StandingFacts
  readonly policy: Policy
  readonly environment: EnvironmentPolicy
}

/** Everything that rules may look at. */
export interface Case extends StandingCase {
  readonly request: Request
  readonly change: ChangeFacts
  readonly source: PolicySource
  /** Approvals of earlier comments. The statement in hand counts besides them, and each person once. */
  readonly approvals: readonly CollectedApproval[]
  /** Denials that meet what goes out, and that nobody lifted before this was said. */
  readonly denials: readonly StandingDenial[]
  /** What it would let out was denied or revoked, its pull request closed or its comment deleted, after it was said. */
  readonly isVoid: boolean
  /** How far the issuer's clock is ahead of GitHub's: milliseconds, NaN while it cannot be told. */
  readonly clockAhead: number
}

export interface StandingDenial {
  readonly by: {readonly id: number; readonly login: string}
  /** Where it was said. */
  readonly pullRequest: number
  /** The comment. */
  readonly commentId: number
  /** Milliseconds. */
  readonly at: number
  /** What goes out is known to hold what was denied; what cannot be read only may. */
  readonly isHeld: boolean
  /** The parts of the range that are of what was denied, or may be. */
  readonly parts: readonly RangePart[]
  /** Whether whoever denied may approve there now; asked of GitHub only where an admin's word depends on it. */
  readonly mayStillApprove: boolean
}

/** A case and its risk: what the rules of the change look at. */
export interface RatedCase extends Case {
  readonly risk: Risk
}
