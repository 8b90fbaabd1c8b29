/** What the gate is asked, what it asks of the world, and what comes of it. */
import type {
  CommitSha,
  Decision,
  Environment,
  Limits,
  Origin,
  PinnedKeys,
  ReceiptId,
  Refusal,
  Result,
  RevocationAnswer,
  StatusResult,
  TreeSha,
} from '#protocol'
import type {Deployment} from '../action/deployment.ts'
import type {CheckName} from './checks.ts'

/** Everything that a job asks of the gate, parsed. */
export interface GateRequest {
  readonly environment: Environment
  readonly deployment: Deployment
  readonly keys: PinnedKeys
  readonly limits: Limits
  /** The longest receipt life accepted, in milliseconds. */
  readonly maxTtl: number
  /** The issuer that the receipt must name, where the job knows it. */
  readonly issuer?: Origin | undefined
  /** `tree`: a receipt counts whose tree is that of the commit. */
  readonly match: 'commit' | 'tree'
  readonly checkout: 'verify' | 'ignore'
  /** How long a receipt is waited for, in milliseconds. */
  readonly wait: number
  /** Whether this run uses the receipt up, flagged `once` or not. */
  readonly redeem: boolean
  /** A C2SP verifier key. */
  readonly ledgerKey?: string | undefined
}

export interface GateTools {
  /** Asked in this order until one gives a receipt that is accepted. */
  readonly sources: readonly ReceiptSource[]
  readonly checkout: CheckoutInspector
  /** The tree of what is deployed, by bytes that are here; asked only for `match: tree`. */
  readonly readTree: (tell: Tell) => Promise<TreeAnswer>
  readonly identity: JobIdentity
  /** Absent without `issuer-url`. */
  readonly issuer?: OpenIssuer | undefined
  readonly clock: Clock
  /** A new signal that ends what one source may take, its body included. */
  readonly limit: () => AbortSignal
  /** One line for whoever watches the job wait. */
  readonly progress: Tell
}

export interface OpenIssuer {
  readonly client: IssuerClient
  /** GitHub's id of this run, in decimal; empty outside a workflow. */
  readonly runId: string
}

/** One line of progress. */
export type Tell = (line: string) => void

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
}

/** A place where receipts may be. Promise: an outage is a `problem` of the answer, never a throw, and `limit` ends it. */
export interface ReceiptSource {
  readonly name: string
  /** The place where revocations of that commit's receipts lie; absent where none do. */
  readonly revocationsOf?: (sha: CommitSha) => ReceiptSource
  /** `tree` is given for `match: tree`. */
  readonly find: (limit: AbortSignal, tree: TreeSha | undefined) => Promise<SourceAnswer>
}

export interface SourceAnswer {
  /** Receipts as they came: bytes or text, or an object that the strict parser made. Nothing about them is trusted. */
  readonly candidates: readonly unknown[]
  /** Texts in the form of a revocation. Not trusted either. */
  readonly revocations?: readonly string[]
  /** Which bound left revocations unread, though the place answered: what is not among them may be there all the same. */
  readonly unread?: string | undefined
  /** Which bound left receipts unread. */
  readonly cut?: string | undefined
  /** The ledger's checkpoints that came with a candidate. Not trusted either. */
  readonly checkpoints?: ReadonlyMap<unknown, readonly string[]>
  /** How many things in the place of a receipt held none. */
  readonly skipped?: number
  /** As it was found at an earlier try: GitHub is not asked more often than its quota bears. */
  readonly isKept?: true
  /** Why the place could not be read, or not to its end. */
  readonly problem?: string
  /** What is there and cannot be a receipt: a directory, a file of 20 MiB. */
  readonly refusal?: Refusal
}

/** Looks at the checkout. Promise: runs nothing that it brings along, changes nothing; what it cannot look at `differs`. */
export interface CheckoutInspector {
  readonly inspect: (wanted: WantedCheckout, tell: Tell) => Promise<CheckoutFinding>
  /** By the commit's own bytes, or `byFiles`, where there is no repository, by all files; undefined where neither is there. */
  readonly readTree: (
    sha: string,
    how: {readonly byFiles: boolean; readonly tell: Tell},
  ) => Promise<TreeSha | undefined>
}

export interface WantedCheckout {
  /** HEAD, where there is a repository. */
  readonly sha: string
  /** The signed one, which the files must make. */
  readonly tree: string
}

export type CheckoutFinding =
  /** `unseen`: what was let pass or not compared, in sentences. */
  | {readonly kind: 'same'; readonly unseen: readonly string[]}
  /** Nothing at all lies in the workspace. */
  | {readonly kind: 'empty'; readonly path: string}
  | {readonly kind: 'differs'; readonly problem: string; readonly fix: string}

/** Or why the tree is not known. */
export type TreeAnswer = Result<TreeSha, string>

/** What the issuer says of one receipt now. Promise: an outage is part of the answer, never a throw, and `limit` ends it. */
export interface IssuerClient {
  readonly fetchStatus: (receipt: ReceiptId, limit: AbortSignal) => Promise<Fetched>
  readonly fetchKeySet: (limit: AbortSignal) => Promise<Fetched>
  readonly redeem: (receipt: ReceiptId, limit: AbortSignal) => Promise<RedemptionAnswer>
}

/** Bytes as they came; nothing about them is trusted. `refused`: it answered, and without what was asked for. */
export type Fetched = Result<Uint8Array, {readonly kind: 'refused' | 'unreachable'; readonly problem: string}>

export type RedemptionAnswer =
  /** Bytes as they came: a yes only where they are a signed status that names this run. */
  | {readonly kind: 'answered'; readonly body: Uint8Array}
  | {readonly kind: 'already_used'; readonly run?: string | undefined; readonly at?: string | undefined}
  | {readonly kind: 'revoked' | 'expired'}
  /** The job may not ask GitHub who it is, or it is none that may use this receipt up. */
  | {readonly kind: 'not permitted'; readonly problem: string}
  | {readonly kind: 'unreachable'; readonly problem: string}

/** Who GitHub says that this job is. Promise: an outage is a value, never a throw, and `limit` ends it. */
export interface JobIdentity {
  readonly environment: (limit: AbortSignal) => Promise<NamedEnvironment>
  /** For a new try: an outage is remembered for one alone. */
  readonly forgetOutage: () => void
}

/** `unnamed`: of a job without an environment. `no token`: the runner gives this job none, so nobody was asked. */
export type NamedEnvironment =
  | {readonly kind: 'named'; readonly environment: string}
  | {readonly kind: 'unnamed' | 'no token'}
  | {readonly kind: 'unknown'; readonly problem: string}

export interface GateOutcome {
  readonly decision: Decision
  /** Absent when the job's inputs or its event were refused before anything was asked. */
  readonly ask?: GateRequest | undefined
  /** Whether GitHub named the job's environment to it; absent when that was not answered. */
  readonly jobEnvironment?: 'named' | 'unnamed' | 'no token' | undefined
  readonly answers: readonly NamedAnswer[]
  /** The candidate that was accepted, or else the one that got furthest. */
  readonly examined?: Examined | undefined
  /** Absent when it was not looked at. */
  readonly checkout?: CheckoutFinding | undefined
  /** Of an allow. */
  readonly checkpoint?: CheckpointFinding | undefined
  /** What was asked of the issuer in vain, and what it said of the key. Sentences. */
  readonly warnings: readonly string[]
}

/** The ledger's checkpoint that came with the receipt, and what `ledger-key` says of it. */
export type CheckpointFinding =
  | {readonly kind: 'none'}
  | {readonly kind: 'unverified' | 'verified'; readonly note: string}
  | {readonly kind: 'refused'; readonly note: string; readonly reason: string}

export interface NamedAnswer {
  readonly source: string
  readonly answer: SourceAnswer
}

/** A candidate, and what was heard of it alone. */
export interface Examined {
  readonly source: string
  readonly candidate: unknown
  /** The issuer's valid status of it. */
  readonly status?: StatusResult | undefined
  /** Absent when it was not asked yet whether it was revoked. */
  readonly revocation?: RevocationAnswer | undefined
  /** When the issuer recorded that this run uses it. */
  readonly redeemedAt?: string | undefined
  /** The check that refused it; absent of one that was accepted. */
  readonly refusedAt?: CheckName | 'none' | undefined
}
