/** Vectors of evidence bundles (formats §4). */
import {randomBytes} from 'node:crypto'
import {
  type EvidenceBundle,
  type EvidenceHeader,
  type JsonValue,
  type SectionName,
  bytesToHex,
  commitmentOf,
  evidenceKey,
  macOf,
  parseDecisionId,
  parseEvidenceId,
  parseMicrosTime,
  parseOrganizationId,
  printDisclosure,
  redact,
} from '#protocol'
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'

const sections: readonly {readonly name: SectionName; readonly value: JsonValue}[] = [
  {
    name: 'intent',
    value: {comment: `/authorize production 3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b caf\u00e9 \u{1f680}`},
  },
  {name: 'policyTrace', value: [{id: 'approver-permission', outcome: 'pass'}]},
  {name: 'risk', value: {score: 0.25, factors: []}},
  {name: 'agent', value: {login: 'hubot', id: 1, kind: 'bot'}},
]

export function evidenceVectors(): Vectors {
  const id = parsed(parseEvidenceId('evd_01jdaa3x7k9m2n4p6q8r0s2t51'))
  const organization = parsed(parseOrganizationId('9919'))
  const key = evidenceKey(new Uint8Array(randomBytes(32)), organization, id)
  const header = {
    type: 'countersign.evidence/v1',
    id,
    organization,
    createdAt: parsed(parseMicrosTime('2026-04-02T14:30:00.123456Z')),
    decision: parsed(parseDecisionId('dec_01jdaa3x7k9m2n4p6q8r0s2t4w')),
  } as const
  const seal = (disclosures: readonly string[]): EvidenceBundle => {
    const whole: EvidenceHeader = {...header, commitments: disclosures.map(commitmentOf).sort()}
    return {...whole, disclosures, mac: macOf(whole, key)}
  }
  return {
    about:
      'Evidence bundles: why it was decided. The key is that of this one bundle, and there is nothing else that it opens.',
    call: 'verify.evidence(bundle, hmacKey)',
    cases: makeCases(new BundleCases(seal, bytesToHex(key))),
  }
}

function parsed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value of a case does not parse')
  return value
}

const disclose = (section: {readonly name: SectionName; readonly value: JsonValue}): string =>
  printDisclosure(section, new Uint8Array(randomBytes(16)))

/** [salt, name, value] with any salt. */
const salted = (salt: string, name: string, value: unknown): string =>
  Buffer.from(JSON.stringify([salt, name, value])).toString('base64url')

type Seal = (disclosures: readonly string[]) => EvidenceBundle

class BundleCases {
  readonly seal: Seal
  readonly key: string
  readonly disclosures = sections.map(disclose)
  readonly bundle: EvidenceBundle
  readonly text: string

  constructor(seal: Seal, key: string) {
    this.seal = seal
    this.key = key
    this.bundle = seal(this.disclosures)
    this.text = JSON.stringify(this.bundle)
  }

  ask(name: string, given: EvidenceBundle | string, result: Json): Case {
    return {name, arguments: [typeof given === 'string' ? given : JSON.stringify(given), this.key], result}
  }

  bad(name: string, given: EvidenceBundle | string, code: string): Case {
    return this.ask(name, given, refused(code))
  }

  withKey(name: string, key: string, code: string): Case {
    return {name, arguments: [this.text, key], result: refused(code)}
  }
}

function makeCases(made: BundleCases): readonly Case[] {
  const {bundle, text} = made
  const whole = {valid: true, redacted: 0, riskScore: 0.25, policies: [{id: 'approver-permission', outcome: 'pass'}]}
  const nothing = {valid: true, redacted: 4, riskScore: null, policies: null}
  const reversed = {...bundle, commitments: [...bundle.commitments].reverse()}
  return [
    made.ask('a whole bundle', bundle, whole),
    made.ask('one section is redacted', redact(bundle, ['intent']), {valid: true, redacted: 1, riskScore: 0.25}),
    made.ask('every section is redacted', {...bundle, disclosures: []}, nothing),
    made.bad('no JSON', '{', 'evidence_malformed'),
    made.bad('a member more', swap(text, '{', '{"comment":"x",'), 'evidence_malformed'),
    made.bad('commitments that are not sorted', reversed, 'evidence_malformed'),
    {...made.bad('too large by its layout alone', text, 'evidence_too_large'), padding: 262_144},
    made.withKey('the key of another bundle', '0'.repeat(64), 'evidence_mac_invalid'),
    made.withKey('a key that is too short', '00', 'evidence_key_invalid'),
    made.withKey('a public key', '-----BEGIN PUBLIC KEY-----', 'evidence_key_invalid'),
    made.bad('the header was changed', swap(text, '"9919"', '"9920"'), 'evidence_mac_invalid'),
    ...badDisclosures(made),
  ]
}

function badDisclosures(made: BundleCases): readonly Case[] {
  const {bundle, disclosures, seal, text} = made
  const facts = disclose({name: 'facts', value: {}})
  const otherRisk = disclose({name: 'risk', value: {score: 0}})
  const exchanged = swap(text, disclosures[2] ?? '', otherRisk)
  return [
    made.bad('a section that there is not', seal([salted('A'.repeat(22), 'mood', {})]), 'evidence_malformed'),
    made.bad('a section of another bundle', {...bundle, disclosures: [facts]}, 'evidence_not_committed'),
    made.bad('a section was exchanged', exchanged, 'evidence_not_committed'),
    made.bad('a salt that is too short', seal([salted('AAAA', 'agent', {})]), 'evidence_salt_invalid'),
    made.bad('a section twice', seal([...disclosures, otherRisk]), 'evidence_section_repeated'),
  ]
}
