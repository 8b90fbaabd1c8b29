/** Why it was decided, as an evidence bundle (formats §4): section by section, sealed under the bundle's own key. */
import {
  type DecisionId,
  type Digest,
  type EvidenceBundle,
  type EvidenceId,
  type JsonValue,
  type MicrosTime,
  type OrganizationId,
  type Sections,
  canonicalJson,
  digestOf,
  evidenceDigest,
  hexToBytes,
  parseEvidenceId,
  parseOrganizationId,
  saltBytes,
  sealEvidence,
  sectionNames,
  verifyEvidence,
} from '#protocol'
import type {ChangeFacts, PolicyFacts, Statement} from '../model/facts.ts'
import type {Case, Ruling} from '../model/ruling.ts'

/** Gives the key of one bundle; the secret behind it stays where it is. */
export type EvidenceKeys = (organization: OrganizationId, bundle: EvidenceId) => Uint8Array

export interface EvidenceOrder {
  readonly decision: DecisionId
  /** 128 random bits, hex, never shown: the sections' salts follow from it, so that a retry makes the same bundle. */
  readonly nonce: string
  readonly statement: Statement
  readonly case: Case
  readonly ruling: Ruling
  readonly at: MicrosTime
  readonly keys: EvidenceKeys
  /** What decided: names and versions. */
  readonly software: Readonly<Record<string, string>>
}

export interface Evidence {
  /** The bundle as canonical JSON. */
  readonly text: string
  /** Of the bundle's header: what token, receipt and entry carry. */
  readonly digest: Digest
}

export function mintEvidence(order: EvidenceOrder): Evidence {
  const {decision, nonce, at, keys} = order
  const id = parseEvidenceId(`evd_${decision.slice('dec_'.length)}`)
  const organization = parseOrganizationId(String(order.case.change.repository.owner.id))
  if (id === undefined || organization === undefined) throw new TypeError('a decision without a ULID or an owner')
  const salts = Object.fromEntries(sectionNames.map((name) => [name, saltOf(nonce, name)]))
  const sections = sectionsOf(order)
  const key = keys(organization, id)
  const bundle = sealEvidence({id, organization, createdAt: at, decision, sections, salts, key})
  return acceptSealed(bundle, key)
}

/** Throws when the bundle does not verify as an auditor will verify it: such a one must end before its record is written. */
function acceptSealed(bundle: EvidenceBundle, key: Uint8Array): Evidence {
  const text = canonicalJson(bundle)
  const verdict = verifyEvidence(text, key)
  if (!verdict.valid) throw new Error(`the sealed evidence does not verify: ${verdict.code} ${verdict.reason}`)
  return {text, digest: evidenceDigest(bundle)}
}

/** Unguessable as long as the nonce is; two sections never share one. */
const saltOf = (nonce: string, section: string): Uint8Array =>
  hexToBytes(digestOf(`countersign/v1/salt/${section}\n${nonce}`).slice('sha256:'.length)).slice(0, saltBytes)

function sectionsOf({statement, case: asked, ruling, software}: EvidenceOrder): Sections {
  const {environment, request, approvals, denials} = asked
  const {pullRequest} = asked.change
  return {
    intent: asJson({...ruling.intent, request, statement: announced(statement)}),
    facts: factsOf(asked, ruling),
    policyTrace: asJson(ruling.outcomes.map(({rule, ...outcome}) => ({id: rule, digest: ruling.policy, ...outcome}))),
    risk: asJson({...ruling.risk, thresholds: environment.risk ?? null}),
    escalations: asJson({
      ruling: ruling.kind,
      approvals,
      denials,
      missing: ruling.kind === 'escalate' ? ruling.missing : 0,
    }),
    agent: asJson({...ruling.agent, type: pullRequest.author.type}),
    reviewers: asJson([...approvals.map(({login, id, role}) => ({login, id, role})), reviewerOf(asked)]),
    software: asJson(software),
  }
}

/** What the webhook announced. Only the comment's first line can be a command; the digest of all of it is in the facts. */
function announced({repository, pullRequest, comment}: Statement): JsonValue {
  const {id, nodeId, authorId, line: said} = comment
  return asJson({repository, pullRequest, comment: {id, nodeId, authorId, said}})
}

const reviewerOf = ({standing: {author, role, permission, teams}}: Case): object => ({
  ...author,
  role,
  permission,
  teams,
})

function factsOf({standing, change, source}: Case, {policy}: Ruling): JsonValue {
  const {reads: asked = [], ...said} = standing
  const {reads: more = [], ...what} = change
  // Which of GitHub's paths answered, and when by GitHub's clock.
  const inForce = {source, digest: policy}
  return asJson({standing: said, change: bounded(what), policy: inForce, reads: boundList([...asked, ...more], 16_000)})
}

/** Lists that others can make long are cut, so that a bundle always fits; the digest of the whole list stays. */
function bounded({files, checks, range, policy, ...rest}: ChangeFacts): object {
  return {
    ...rest,
    policy: withoutText(policy),
    files: boundList(files, 40_000),
    checks: boundList(checks, 16_000),
    range: {...range, parts: boundList(range.parts, 64_000)},
  }
}

/** The policy's canonical text is kept beside the evidence; here its file is named by git's digest. */
const withoutText = (policy: PolicyFacts): object =>
  policy.kind === 'file' ? {kind: policy.kind, path: policy.path, sha: policy.sha} : policy

const maxText = 4000

/**
 * Members that are undefined are left out, a time that is none becomes null, lone surrogates are replaced, and long
 * texts are cut.
 */
export function asJson(value: unknown): JsonValue {
  if (typeof value === 'string') return value.slice(0, maxText).toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object') throw new TypeError('facts hold only plain data')
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]))
}

/** The list; where its canonical text is longer than `max` characters, its beginning with the whole's count and digest. */
function boundList(list: readonly unknown[], max: number): JsonValue {
  const items = list.map(asJson)
  const text = canonicalJson(items)
  if (text.length <= max) return items
  let length = 0
  const shown = items.filter((item) => (length += canonicalJson(item).length + 1) <= max)
  return {count: items.length, digest: digestOf(text), shown}
}
