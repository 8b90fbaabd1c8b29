/** Facts and rule outcomes as one canonical text, whose digest the receipt and the ledger entry carry. */
import {type DecisionId, type Digest, type JsonValue, canonicalJson, digestOf} from '#protocol'
import type {PolicyFacts, Statement} from '../facts/facts.ts'
import type {Case, RuleOutcome} from '../policy/ruling.ts'

export interface EvidenceOrder {
  readonly decision: DecisionId
  /** 128 random bits, hex: without them a digest of guessable facts would give them away. */
  readonly nonce: string
  readonly statement: Statement
  readonly case: Case
  readonly outcomes: readonly RuleOutcome[]
}

export interface Evidence {
  readonly text: string
  readonly digest: Digest
}

export function mintEvidence({decision, nonce, statement, case: asked, outcomes}: EvidenceOrder): Evidence {
  // The comment's text stays on GitHub; its digest stands in `standing`.
  const {id, nodeId, authorId} = statement.comment
  const text = canonicalJson(
    asJson({
      type: 'countersign.facts/v1',
      decision,
      nonce,
      statement: {...statement, comment: {id, nodeId, authorId}},
      request: asked.request,
      standing: asked.standing,
      change: {...asked.change, policy: withoutText(asked.change.policy)},
      source: asked.source,
      approvals: asked.approvals,
      outcomes,
    }),
  )
  return {text, digest: digestOf(text)}
}

/** The policy's canonical text is kept beside the evidence; here its file is named by git's digest. */
const withoutText = (policy: PolicyFacts): object =>
  policy.kind === 'file' ? {kind: policy.kind, path: policy.path, sha: policy.sha} : policy

/**
 * Facts as JSON. Members that are undefined are left out, a time that is none becomes null, and lone surrogates in
 * somebody's free text are replaced: what a stranger wrote on a commit must not stop a decision from being recorded.
 */
function asJson(value: unknown): JsonValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object') throw new TypeError('facts hold only plain data')
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]))
}
