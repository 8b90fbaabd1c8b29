/** verify.evidence, sealing, redaction and key derivation: every way to refuse, and what a whole bundle says. */
import {createHash, createHmac, generateKeyPairSync, hkdfSync, randomBytes} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {
  type EvidenceBundle,
  type EvidenceId,
  type OrganizationId,
  type ProofFaultCode,
  type RefusalCode,
  bytesToHex,
  canonicalJson,
  evidenceDigest,
  evidenceKey,
  macOf,
  redact,
  sectionNames,
  verify,
} from '#protocol'
import type {Json} from './builders.ts'
import {aBundle, bundleId, freshSalts, organization, secret, sections} from './evidence-builders.ts'

const {bundle, key} = aBundle()
const other = aBundle({id: 'evd_01jdaa3x7k9m2n4p6q8r0s2t4w' as EvidenceId})

type Code = ProofFaultCode | RefusalCode | 'valid'

function codeOf(given: unknown, hmacKey: unknown = key): Code {
  const result = verify.evidence(given, hmacKey)
  if (!result.valid) expect(result.reason).toMatch(/^[\x20-\x7e]+\.$/)
  return result.valid ? 'valid' : result.code
}

const disclosureOf = (content: unknown): string =>
  Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url')
const commitmentTo = (disclosure: string): string => `sha256:${createHash('sha256').update(disclosure).digest('hex')}`

/** A bundle with exactly these disclosures, committed and with a MAC that fits: what a faulty issuer could make. */
function sealedWith(disclosures: readonly string[], overrides: Json = {}): Json {
  const {type, id, createdAt, decision} = bundle
  const commitments = [...new Set(disclosures.map(commitmentTo))].sort()
  const header = {type, id, organization, createdAt, decision, commitments, ...overrides}
  const mac = `hmac-sha256:${createHmac('sha256', key)
    .update(`countersign.evidence/v1\n${canonicalJson(header)}`)
    .digest('hex')}`
  return {...header, disclosures, mac}
}
const salt = (bytes = 16): string => randomBytes(bytes).toString('base64url')

describe('a whole bundle', () => {
  test('says its policies, its risk score and every section', () => {
    expect(verify.evidence(bundle, key)).toEqual({
      valid: true,
      policies: sections.policyTrace,
      riskScore: 0.25,
      redacted: 0,
      sections,
    })
  })
  test('verifies as text and as an object, with the key as bytes or as hex', () => {
    for (const form of [
      bundle,
      JSON.stringify(bundle),
      JSON.stringify(bundle, null, 2),
      Buffer.from(JSON.stringify(bundle)),
    ]) {
      expect(codeOf(form)).toBe('valid')
      expect(codeOf(form, bytesToHex(key))).toBe('valid')
    }
  })
  test('is committed to in sorted order, and its digest is that of its canonical header', () => {
    const {disclosures, mac, ...header} = bundle
    expect(disclosures).toHaveLength(sectionNames.length)
    expect(bundle.commitments).toEqual(disclosures.map(commitmentTo).sort())
    expect(evidenceDigest(bundle)).toBe(commitmentTo(canonicalJson(header)))
    const message = `countersign.evidence/v1\n${canonicalJson(header)}`
    expect(mac).toBe(`hmac-sha256:${createHmac('sha256', key).update(message).digest('hex')}`)
  })
})

describe('redaction', () => {
  test('drops what is named, counts it, and the rest still verifies under the same digest', () => {
    const redacted = redact(bundle, ['facts', 'agent'])
    const result = verify.evidence(redacted, key)
    expect(result).toMatchObject({valid: true, redacted: 2, riskScore: 0.25})
    expect(result.valid && Object.keys(result.sections).sort()).toEqual(
      sectionNames.filter((name) => name !== 'facts' && name !== 'agent').sort(),
    )
    expect(evidenceDigest(redacted)).toBe(evidenceDigest(bundle))
  })
  test('of the trace and the risk leaves null, not a guess', () => {
    expect(verify.evidence(redact(bundle, ['policyTrace', 'risk']), key)).toMatchObject({
      valid: true,
      policies: null,
      riskScore: null,
    })
  })
  test('of everything leaves a bundle that still proves that something was said', () => {
    expect(verify.evidence(redact(bundle, sectionNames), key)).toMatchObject({valid: true, redacted: 8, sections: {}})
  })
  test('is never silent about a disclosure that it cannot read', () => {
    expect(() => redact({...bundle, disclosures: ['!']}, ['facts'])).toThrow(TypeError)
  })
})

describe('the MAC', () => {
  test.each<readonly [string, Json]>([
    ['another id', {id: 'evd_01jdaa3x7k9m2n4p6q8r0s2t4x'}],
    ['another organization', {organization: '9920'}],
    ['another time', {createdAt: '2026-04-02T14:30:00.123457Z'}],
    ['another decision', {decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4x'}],
    ['a commitment less', {commitments: bundle.commitments.slice(1), disclosures: []}],
    ['the commitments of another bundle', {commitments: other.bundle.commitments, disclosures: []}],
    ['a MAC of zeros', {mac: `hmac-sha256:${'0'.repeat(64)}`}],
    ['the MAC of another bundle', {mac: other.bundle.mac}],
  ])('does not fit %s', (_, change) => {
    expect(codeOf({...bundle, ...change})).toBe('evidence_mac_invalid')
  })
  test('does not fit under any other key: of another bundle, of the organization, the secret, zeros', () => {
    const ofOrganization = new Uint8Array(hkdfSync('sha256', secret, organization, 'countersign/v1/organization', 32))
    for (const wrong of [other.key, ofOrganization, secret, new Uint8Array(32)]) {
      expect(codeOf(bundle, wrong)).toBe('evidence_mac_invalid')
    }
  })
})

describe('keys that are none are evidence_key_invalid', () => {
  const {publicKey} = generateKeyPairSync('ed25519')
  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['empty text', ''],
    ['empty bytes', new Uint8Array(0)],
    ['31 bytes', key.subarray(1)],
    ['33 bytes', Buffer.concat([key, Buffer.from([0])])],
    ['upper-case hex', bytesToHex(key).toUpperCase()],
    ['62 hex digits', bytesToHex(key).slice(2)],
    ['base64', Buffer.from(key).toString('base64')],
    ['a public key as PEM', publicKey.export({format: 'pem', type: 'spki'})],
    ['the first 32 bytes of a PEM', Buffer.from(publicKey.export({format: 'pem', type: 'spki'})).subarray(0, 32)],
    ['a KeyObject', publicKey],
    ['an array of numbers', [...key]],
  ])('%s', (_, wrong) => {
    // Not by codeOf: its default would stand in for an absent key.
    expect(verify.evidence(bundle, wrong)).toMatchObject({valid: false, code: 'evidence_key_invalid'})
  })
})

describe('the disclosures', () => {
  const [first = '', ...rest] = bundle.disclosures
  test('of another bundle are evidence_not_committed', () => {
    expect(codeOf({...bundle, disclosures: other.bundle.disclosures})).toBe('evidence_not_committed')
    expect(codeOf({...bundle, disclosures: [...rest, other.bundle.disclosures[0]]})).toBe('evidence_not_committed')
  })
  test('with one character flipped are evidence_not_committed', () => {
    const flipped = (first.startsWith('A') ? 'B' : 'A') + first.slice(1)
    expect(codeOf({...bundle, disclosures: [flipped, ...rest]})).toBe('evidence_not_committed')
    expect(codeOf({...bundle, disclosures: [`${first}=`, ...rest]})).toBe('evidence_not_committed')
  })
  test('may stand in any order', () => {
    expect(verify.evidence({...bundle, disclosures: [...bundle.disclosures].reverse()}, key)).toEqual(
      verify.evidence(bundle, key),
    )
  })
  test('twice, or two of one name, are evidence_section_repeated', () => {
    expect(codeOf({...bundle, disclosures: [first, first]})).toBe('evidence_section_repeated')
    const two = [1, 2].map((value) => disclosureOf([salt(), 'facts', value]))
    expect(codeOf(sealedWith(two))).toBe('evidence_section_repeated')
  })
  test.each<readonly [string, unknown]>([
    ['15 bytes', salt(15)],
    ['17 bytes', salt(17)],
    ['empty', ''],
    ['padded', `${salt()}==`],
    ['a number', 1],
  ])('with a salt of %s are evidence_salt_invalid', (_, wrong) => {
    expect(codeOf(sealedWith([disclosureOf([wrong, 'facts', 1])]))).toBe('evidence_salt_invalid')
  })
  test.each<readonly [string, unknown]>([
    ['no array', {salt: salt(), name: 'facts', value: 1}],
    ['two items', [salt(), 'facts']],
    ['four items', [salt(), 'facts', 1, 1]],
    ['an unknown name', [salt(), 'secrets', 1]],
    ['a name twice inside', `["${salt()}","facts",{"a":1,"\\u0061":2}]`],
    ['no JSON', '['],
    ['a trace that is no array', [salt(), 'policyTrace', {}]],
    ['a risk without score', [salt(), 'risk', {}]],
    ['a score above 1', [salt(), 'risk', {score: 1.5}]],
    ['a risk that is a number', [salt(), 'risk', 0.5]],
  ])('of %s are evidence_malformed', (_, content) => {
    expect(codeOf(sealedWith([disclosureOf(content)]))).toBe('evidence_malformed')
  })
  test('that are not canonical base64url are evidence_malformed, committed or not', () => {
    const text = disclosureOf([salt(), 'facts', 'x'])
    for (const wrong of [`${text}=`, ` ${text}`, `${text}A`, '']) {
      expect(codeOf(sealedWith([wrong]))).toBe('evidence_malformed')
    }
  })
  test('sealed by hand in the documented form verify', () => {
    const byHand = sealedWith([disclosureOf(`[ "${salt()}", "risk", {"score": 1} ]`)])
    expect(verify.evidence(byHand, key)).toMatchObject({valid: true, riskScore: 1, policies: null, redacted: 0})
  })
})

describe('the form', () => {
  test.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['an array', [bundle]],
    ['no JSON', '{'],
    ['two documents', `${JSON.stringify(bundle)}{}`],
    ['a name twice', JSON.stringify(bundle).replace('{', '{"mac":"x",')],
    ['another type', {...bundle, type: 'countersign.evidence/v2'}],
    ['another member', {...bundle, note: 'x'}],
    ['no MAC', Object.fromEntries(Object.entries(bundle).filter(([name]) => name !== 'mac'))],
    ['an id in upper case', {...bundle, id: bundle.id.toUpperCase()}],
    ['an organization by number', {...bundle, organization: 9919}],
    ['an organization with a leading zero', {...bundle, organization: '09919'}],
    ['an organization by name', {...bundle, organization: 'octo-org'}],
    ['whole seconds', {...bundle, createdAt: '2026-04-02T14:30:00Z'}],
    ['30 February', {...bundle, createdAt: '2026-02-30T14:30:00.000000Z'}],
    ['unsorted commitments', {...bundle, commitments: [...bundle.commitments].reverse()}],
    ['a commitment twice', {...bundle, commitments: [bundle.commitments[0], ...bundle.commitments.slice(0, 7)]}],
    ['no commitments', {...bundle, commitments: []}],
    ['a short MAC', {...bundle, mac: bundle.mac.slice(0, -2)}],
    ['a MAC in upper case', {...bundle, mac: `hmac-sha256:${bundle.mac.slice(12).toUpperCase()}`}],
    ['a MAC without its name', {...bundle, mac: bundle.mac.slice(12)}],
    ['a disclosure that is no text', {...bundle, disclosures: [1]}],
  ])('%s is evidence_malformed', (_, given) => {
    expect(codeOf(given)).toBe('evidence_malformed')
  })
  test('a proxy that throws is refused, not thrown', () => {
    const {proxy, revoke} = Proxy.revocable({}, {})
    revoke()
    expect(codeOf(proxy)).toBe('evidence_malformed')
  })
  test('256 KiB are taken, one byte more is evidence_too_large', () => {
    const text = JSON.stringify(bundle)
    expect(codeOf(text + ' '.repeat(262_144 - text.length))).toBe('valid')
    expect(codeOf(text + ' '.repeat(262_145 - text.length))).toBe('evidence_too_large')
    expect(codeOf(Buffer.alloc(262_145, 0x20))).toBe('evidence_too_large')
    expect(codeOf('\u00e9'.repeat(140_000))).toBe('evidence_too_large')
    expect(codeOf({...bundle, note: 'x'.repeat(262_145)})).toBe('evidence_too_large')
  })
})

describe('sealing refuses what no verifier would take', () => {
  test('a salt that is absent or short', () => {
    expect(() => aBundle({salts: {}})).toThrow(/salt of "intent"/)
    expect(() => aBundle({salts: {...freshSalts(), risk: new Uint8Array(15)}})).toThrow(/salt of "risk"/)
  })
  test('a key of another length, no section, an id of another form, more than 256 KiB', () => {
    expect(() => aBundle({key: new Uint8Array(31)})).toThrow(/32 bytes/)
    expect(() => aBundle({sections: {}})).toThrow(/commitments/)
    expect(() => aBundle({key, id: 'evd_x' as EvidenceId})).toThrow(/id must be/)
    expect(() => aBundle({sections: {facts: 'x'.repeat(200_000)}})).toThrow(RangeError)
  })
})

describe('the key of a bundle', () => {
  test('comes from the secret by HKDF twice, as documented', () => {
    const ofOrganization = hkdfSync('sha256', secret, '9919', 'countersign/v1/organization', 32)
    const expected = hkdfSync('sha256', new Uint8Array(ofOrganization), '', `countersign/v1/evidence/${bundleId}`, 32)
    expect(bytesToHex(key)).toBe(Buffer.from(expected).toString('hex'))
  })
  test('is another one for another bundle, organization or secret', () => {
    const keys = [
      key,
      other.key,
      evidenceKey(secret, '9920' as OrganizationId, bundleId),
      evidenceKey(new Uint8Array(randomBytes(32)), organization, bundleId),
    ]
    expect(new Set(keys.map(bytesToHex)).size).toBe(4)
  })
  test('is never made from a short secret, a PEM, a name or an id of another form', () => {
    const pem = new TextEncoder().encode('-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAA')
    const derive = (from: unknown, owner: unknown = '9919', id: unknown = bundleId): Uint8Array =>
      evidenceKey(from as Uint8Array, owner as OrganizationId, id as EvidenceId)
    expect(() => derive(new Uint8Array(31))).toThrow(/at least 32 random bytes/)
    expect(() => derive(pem)).toThrow(/no PEM/)
    expect(() => derive('a'.repeat(64))).toThrow(TypeError)
    expect(() => derive(secret, 'octo-org')).toThrow(/organization/)
    expect(() => derive(secret, '9919', 'evd_1')).toThrow(/bundle id/)
  })
  test('of one bundle forges no other', () => {
    const forged: EvidenceBundle = {...other.bundle, mac: macOf(other.bundle, key)}
    expect(codeOf(forged, other.key)).toBe('evidence_mac_invalid')
  })
})
