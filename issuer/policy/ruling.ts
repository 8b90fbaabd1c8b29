/** A policy, and what its rules made of a statement: every rule is evaluated and every outcome kept. */
import type {Binding, CommitSha, Digest, Environment, Flag} from '#protocol'
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

interface Judged {
  readonly outcomes: readonly RuleOutcome[]
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

export type Ruling = Allowed | Denied

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
}
