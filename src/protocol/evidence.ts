/**
 * The evidence bundle (formats §4): why it was decided, section by section.
 *
 *   header = the bundle without "disclosures" and "mac"      digest = "sha256:" + hex( SHA-256( RFC 8785( header ) ) )
 *   mac    = "hmac-sha256:" + hex( HMAC-SHA-256( K, "countersign.evidence/v1\n" + RFC 8785( header ) ) )
 *
 * Dropping a disclosure redacts its section, and the rest still verifies.
 */
import {bytesToHex, digestOf, hmacSha256} from './crypto.ts'
import {type SectionName, commitmentOf, parseDisclosure, printDisclosure, sectionNames} from './disclosure.ts'
import {type DecisionId, type Digest, parseDecisionId, parseDigest} from './ids.ts'
import {type JsonValue, canonicalBytes} from './json.ts'
import {ShapeFault, by, listOf, oneOf, readMembers} from './shape.ts'
import {type MicrosTime, parseMicrosTime} from './times.ts'

declare const brand: unique symbol
/** `evd_` and a lower-case ULID. */
export type EvidenceId = string & {readonly [brand]: 'EvidenceId'}
/** An organization's (or other owner's) numeric id in decimal: names change hands. */
export type OrganizationId = string & {readonly [brand]: 'OrganizationId'}

/** What the MAC covers. */
export interface EvidenceHeader {
  readonly type: 'countersign.evidence/v1'
  readonly id: EvidenceId
  readonly organization: OrganizationId
  readonly createdAt: MicrosTime
  readonly decision: DecisionId
  /** Sorted. */
  readonly commitments: readonly Digest[]
}

export interface EvidenceBundle extends EvidenceHeader {
  readonly disclosures: readonly string[]
  readonly mac: string
}

export type Sections = {readonly [Name in SectionName]?: JsonValue}

export const maxEvidenceBytes = 262_144

export function parseEvidenceId(value: unknown): EvidenceId | undefined {
  return typeof value === 'string' && /^evd_[0-9a-hjkmnp-tv-z]{26}$/.test(value) ? (value as EvidenceId) : undefined
}

export function parseOrganizationId(value: unknown): OrganizationId | undefined {
  return typeof value === 'string' && /^(?:0|[1-9][0-9]{0,15})$/.test(value) ? (value as OrganizationId) : undefined
}

const isMacText = (value: unknown): value is string =>
  typeof value === 'string' && /^hmac-sha256:[0-9a-f]{64}$/.test(value)

const bundleMembers = {
  type: oneOf('countersign.evidence/v1'),
  id: by(parseEvidenceId, 'evd_ and a lower-case ULID'),
  organization: by(parseOrganizationId, 'a numeric id in decimal, as text'),
  createdAt: by(parseMicrosTime, 'a time YYYY-MM-DDTHH:MM:SS.ffffffZ that exists'),
  decision: by(parseDecisionId, 'dec_ and a lower-case ULID'),
  commitments: listOf(by(parseDigest, '"sha256:" and 64 lower-case hex digits'), {min: 1, max: sectionNames.length}),
  disclosures: listOf(
    by((value) => (typeof value === 'string' ? value : undefined), 'a text'),
    {min: 0, max: sectionNames.length},
  ),
  mac: by((value) => (isMacText(value) ? value : undefined), '"hmac-sha256:" and 64 lower-case hex digits'),
}

/** A parsed JSON value as a bundle, or the first thing wrong with it. No cryptography; disclosures stay closed. */
export function parseEvidence(value: unknown): {ok: true; bundle: EvidenceBundle} | {ok: false; reason: string} {
  try {
    const bundle: EvidenceBundle = readMembers({value, path: ''}, bundleMembers)
    if (!bundle.commitments.every((digest, i, all) => i === 0 || (all[i - 1] ?? '') < digest)) {
      throw new ShapeFault('commitments', 'must be sorted, without repeats')
    }
    return {ok: true, bundle}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, reason: fault.message}
    throw fault
  }
}

export interface EvidenceOrder extends Omit<EvidenceHeader, 'type' | 'commitments'> {
  readonly sections: Sections
  /** 16 random bytes for each section. */
  readonly salts: {readonly [Name in SectionName]?: Uint8Array}
  /** The bundle's own key, from evidenceKey. */
  readonly key: Uint8Array
}

/** Throws TypeError for what no verifier would take (a short salt, a wrong key), RangeError for more than 256 KiB. */
export function sealEvidence({sections, salts, key, ...rest}: EvidenceOrder): EvidenceBundle {
  if (key.length !== 32) throw new TypeError('evidence: the key must be 32 bytes')
  const disclosures = sectionNames.flatMap((name) => {
    const value = sections[name]
    return value === undefined ? [] : [printDisclosure({name, value}, salts[name])]
  })
  const header: EvidenceHeader = {
    type: 'countersign.evidence/v1',
    ...rest,
    commitments: disclosures.map(commitmentOf).sort(),
  }
  const bundle = {...header, disclosures, mac: macOf(header, key)}
  const parsed = parseEvidence(bundle)
  if (!parsed.ok) throw new TypeError(`evidence: ${parsed.reason}`)
  const size = canonicalBytes(bundle).length
  if (size > maxEvidenceBytes) throw new RangeError(`evidence: ${size} bytes of at most ${maxEvidenceBytes}`)
  return bundle
}

/** Digest of the canonical header: what token and receipt carry. The same whatever is redacted. */
export const evidenceDigest = (bundle: EvidenceHeader): Digest => digestOf(headerBytes(bundle))

const headerBytes = ({type, id, organization, createdAt, decision, commitments}: EvidenceHeader): Uint8Array =>
  canonicalBytes({type, id, organization, createdAt, decision, commitments})

/** The first line keeps a MAC's input apart from everything that is signed (formats §1). */
export function macOf(header: EvidenceHeader, key: Uint8Array): string {
  const prefix = new TextEncoder().encode('countersign.evidence/v1\n')
  const content = headerBytes(header)
  const message = new Uint8Array(prefix.length + content.length)
  message.set(prefix)
  message.set(content, prefix.length)
  return `hmac-sha256:${bytesToHex(hmacSha256(key, message))}`
}

/** The bundle without the named sections. Throws TypeError for a disclosure that cannot be read: it could be one of them. */
export function redact(bundle: EvidenceBundle, names: readonly SectionName[]): EvidenceBundle {
  const disclosures = bundle.disclosures.filter((disclosure) => {
    const opened = parseDisclosure(disclosure)
    if (!opened.ok) throw new TypeError(`evidence: a disclosure ${opened.fault.reason}`)
    return !names.includes(opened.value.name)
  })
  return {...bundle, disclosures}
}
