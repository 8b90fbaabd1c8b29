/**
 * Keys of evidence bundles (formats §4): one a bundle, so that an auditor who gets one cannot forge another.
 *
 *   organization key = HKDF-SHA256( secret, salt organization, info "countersign/v1/organization", 32 )
 *   K                = HKDF-SHA256( organization key, empty salt, info "countersign/v1/evidence/" + bundle id, 32 )
 */
import {hexToBytes, hkdfSha256} from './crypto.ts'
import {type EvidenceId, type OrganizationId, parseEvidenceId, parseOrganizationId} from './evidence.ts'

const keyBytes = 32
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A key as 32 bytes or as 64 lower-case hex digits; undefined for other lengths and for anything that looks like a PEM. */
export function parseEvidenceKey(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? hexToBytes(value) : undefined
  if (!(value instanceof Uint8Array) || value.length !== keyBytes || looksLikePem(value)) return undefined
  return Uint8Array.from(value)
}

/** A public key used as a secret is known to everybody (formats §4). */
const looksLikePem = (bytes: Uint8Array): boolean => ascii('-----').every((byte, i) => bytes[i] === byte)

/**
 * The key of one bundle. `secret` is the issuer's, at least 32 random bytes, never a password. Throws TypeError for
 * anything else, without a word of it.
 */
export function evidenceKey(secret: Uint8Array, organization: OrganizationId, bundleId: EvidenceId): Uint8Array {
  if (!(secret instanceof Uint8Array) || secret.length < keyBytes || looksLikePem(secret)) {
    throw new TypeError('evidence secret: give at least 32 random bytes, and no PEM')
  }
  if (parseOrganizationId(organization) === undefined) {
    throw new TypeError('organization: give its numeric id in decimal, as text')
  }
  if (parseEvidenceId(bundleId) === undefined) throw new TypeError('bundle id: give evd_ and a lower-case ULID')
  const ofOrganization = hkdfSha256({
    secret,
    salt: ascii(organization),
    info: ascii('countersign/v1/organization'),
    length: keyBytes,
  })
  const info = ascii(`countersign/v1/evidence/${bundleId}`)
  return hkdfSha256({secret: ofOrganization, salt: new Uint8Array(0), info, length: keyBytes})
}
