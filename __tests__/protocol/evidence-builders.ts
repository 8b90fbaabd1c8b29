/** Evidence bundles for tests: every section, random salts, and the key of the bundle. */
import {randomBytes} from 'node:crypto'
import {
  type EvidenceBundle,
  type EvidenceId,
  type EvidenceOrder,
  type OrganizationId,
  type SectionName,
  evidenceKey,
  sealEvidence,
  sectionNames,
} from '#protocol'
import {aPolicy} from './token-builders.ts'

export const secret = new Uint8Array(randomBytes(32))
export const organization = '9919' as OrganizationId
export const bundleId = 'evd_01jdaa3x7k9m2n4p6q8r0s2t4v' as EvidenceId

export const sections = {
  intent: {command: '/authorize production'},
  facts: [{path: '/repos/octo-org/api-service', at: '2026-04-02T14:29:59.000000Z'}],
  policyTrace: [aPolicy()],
  risk: {score: 0.25, factors: [], thresholds: {escalate: 0.6}},
  escalations: [],
  agent: {login: 'hubot', id: 1, kind: 'bot'},
  reviewers: [{login: 'octocat', id: 583231}],
  software: {countersign: '0.1.0'},
} as unknown as EvidenceOrder['sections']

export const freshSalts = (): Record<SectionName, Uint8Array> =>
  Object.fromEntries(sectionNames.map((name) => [name, new Uint8Array(randomBytes(16))])) as Record<
    SectionName,
    Uint8Array
  >

export function aBundle(overrides: Partial<EvidenceOrder> = {}): {bundle: EvidenceBundle; key: Uint8Array} {
  const id = overrides.id ?? bundleId
  const key = overrides.key ?? evidenceKey(secret, organization, id)
  const bundle = sealEvidence({
    id,
    organization,
    createdAt: '2026-04-02T14:30:00.123456Z' as EvidenceOrder['createdAt'],
    decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w' as EvidenceOrder['decision'],
    sections,
    salts: freshSalts(),
    key,
    ...overrides,
  })
  return {bundle, key}
}
