/** A policy, and what its rules made of a statement: every rule is evaluated and every outcome kept. */
import type {Binding, CommitSha, Digest, Environment} from '#protocol'
import type {ChangeFacts, PermissionLevel, StandingFacts} from '../facts/facts.ts'

export interface EnvironmentPolicy {
  readonly permission: PermissionLevel
  readonly approvals: number
  readonly selfApproval: boolean
  readonly binding: readonly Binding[]
  /** Milliseconds. */
  readonly ttl: number
}

export interface Policy {
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>
  /** Milliseconds from the comment's `created_at` in which it counts. */
  readonly statementLife: number
  /** Login patterns; only `*` is special. */
  readonly agents: readonly string[]
}

/** What a person asked: an authorisation of a commit for an environment. */
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

export interface Ruling {
  readonly kind: 'allow' | 'deny'
  readonly outcomes: readonly RuleOutcome[]
  /** Digest of the canonical policy that was evaluated. */
  readonly policy: Digest
}

/** Everything that rules may look at. */
export interface Case {
  readonly request: Request
  readonly standing: StandingFacts
  readonly change: ChangeFacts
  readonly policy: Policy
  readonly environment: EnvironmentPolicy
}
