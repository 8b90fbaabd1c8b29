/** What a person wants to know of a valid document, as names and values for a terminal. Nothing is decided here. */
import {
  type ChainResult,
  type CheckpointResult,
  type EvidenceResult,
  type Receipt,
  type Revocation,
  type TokenResult,
  evidenceDigest,
  parseEvidence,
  parseJson,
  sayRange,
} from '#protocol'

export type Facts = readonly (readonly [name: string, value: string])[]

export const receiptFacts = ({id, scope, approvals, flags, issuedAt, expiresAt, issuer, publicKey}: Receipt): Facts => [
  ['receipt', id],
  ['commit', `${scope.sha} of ${scope.repository} (id ${scope.repositoryId})`],
  ['environment', scope.environment],
  ['range', sayRange(scope)],
  ...approvals.map(({login, role, proof, at}) => ['authorized by', `${login} (${role}, ${proof}, ${at})`] as const),
  ['flags', flags.join(', ') || 'none'],
  ['life', `${issuedAt} to ${expiresAt}`],
  ['issuer', issuer],
  ['signed by', publicKey],
]

export const revocationFacts = ({id, receipt, revokedBy, at, cause, publicKey}: Revocation): Facts => [
  ['revocation', id],
  ['of receipt', receipt],
  ['revoked', `at ${at} by ${revokedBy.login} (${cause})`],
  ['signed by', publicKey],
]

export const tokenFacts = ({decision, timestamp, claims}: TokenResult): Facts => [
  ['decision', `${decision} ${claims.jti}`],
  ['decided', `${timestamp} by ${claims.iss}`],
  ['intent', `${claims.intent.action}: ${claims.intent.summary}`],
  ['commit', `${claims.intent.scope.sha} of ${claims.intent.scope.repository}`],
  ['agent', claims.sub],
  ['reviewer', claims.reviewer === null ? 'none' : `${claims.reviewer.login} (${claims.reviewer.decision})`],
  ['risk', String(claims.risk.score)],
  ...claims.policies.map(({id, outcome, why}) => ['policy', `${outcome} ${id}: ${why}`] as const),
  ['evidence', claims.evidence],
  ...(claims.receipt === undefined ? [] : [['receipt', claims.receipt] as const]),
]

/** The digest is what token and receipt carry: whoever holds one of them compares it. */
export function evidenceFacts(bytes: Uint8Array, {redacted, riskScore, policies, sections}: EvidenceResult): Facts {
  const json = parseJson(bytes)
  const parsed = json.ok ? parseEvidence(json.value) : undefined
  if (parsed?.ok !== true) throw new TypeError('a bundle that verified does not parse')
  const {bundle} = parsed
  return [
    ['bundle', `${bundle.id} of organization ${bundle.organization}`],
    ['decision', `${bundle.decision}, ${bundle.createdAt}`],
    ['digest', evidenceDigest(bundle)],
    ['sections', `${Object.keys(sections).join(', ') || 'none'} (${redacted} redacted)`],
    ['policies', policies === null ? 'redacted' : `${policies.length} in the trace`],
    ['risk', riskScore === null ? 'redacted' : String(riskScore)],
  ]
}

export const checkpointFacts = ({origin, size, root}: CheckpointResult): Facts => [
  ['ledger', origin],
  ['entries', String(size)],
  ['root', root],
]

export const chainFacts = ({entries, masked, anchored, continuous}: ChainResult): Facts => [
  ['entries', `${entries} (${masked} masked)`],
  ['continuous', continuous ? 'yes' : 'not shown for every entry'],
  ['anchored', anchored],
]
