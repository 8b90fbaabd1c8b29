/** Evidence that the issuer mints, recomputed by Python's standard library: keys, MAC, commitments and header digest. */
import {expect, test} from '@jest/globals'
import {type EvidenceBundle, bytesToHex, evidenceKey, sectionNames, verify} from '#protocol'
import {hkdfSha256} from '../../src/protocol/crypto.ts'
import {evidenceSecret} from '../issuer/builders.ts'
import {claims, evidence, flipBit} from './minted-proofs.ts'
import {askPython, findPython} from './python.ts'

const python = findPython('hmac', 'hashlib', 'base64')
const maybe = python === undefined ? test.skip : test
const absent = python === undefined ? ' (python3 is absent)' : ''

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const bundle = JSON.parse(evidence.text) as EvidenceBundle
const key = evidenceKey(evidenceSecret, bundle.organization, bundle.id)

interface Case {
  readonly secret?: Uint8Array
  readonly text: Uint8Array
}

const ask = (cases: readonly Case[]): unknown =>
  askPython(python ?? '', 'evidence.py', {
    cases: cases.map(({secret = evidenceSecret, text}) => ({
      secret: bytesToHex(secret),
      bundle: Buffer.from(text).toString('base64'),
    })),
  })

maybe(`Python derives both keys and computes MAC, commitments and header digest as we do${absent}`, () => {
  const organizationKey = hkdfSha256({
    secret: evidenceSecret,
    salt: ascii(bundle.organization),
    info: ascii('countersign/v1/organization'),
    length: 32,
  })
  expect(ask([{text: ascii(evidence.text)}])).toEqual([
    {
      organizationKey: bytesToHex(organizationKey),
      key: bytesToHex(key),
      mac: bundle.mac,
      digest: claims.evidence,
      commitments: bundle.commitments,
      sections: [...sectionNames],
    },
  ])
})

maybe(`with one bit of the bundle flipped, anywhere, Python refuses it, and so do we${absent}`, () => {
  const bytes = ascii(evidence.text)
  const texts: Buffer[] = []
  for (let bit = 0; bit < bytes.length * 8; bit += 41) texts.push(flipBit(bytes, bit))
  expect(texts.length).toBeGreaterThan(500)
  expect(ask(texts.map((text) => ({text})))).toEqual(texts.map(() => null))
  expect(texts.filter((text) => verify.evidence(new Uint8Array(text), key).valid)).toEqual([])
})

maybe(`with one bit of the secret flipped, Python refuses it, and so do we${absent}`, () => {
  const secrets = [0, 100, 255].map((bit) => new Uint8Array(flipBit(evidenceSecret, bit)))
  expect(ask(secrets.map((secret) => ({secret, text: ascii(evidence.text)})))).toEqual(secrets.map(() => null))
  for (const secret of secrets) {
    expect(verify.evidence(evidence.text, evidenceKey(secret, bundle.organization, bundle.id))).toMatchObject({
      valid: false,
      code: 'evidence_mac_invalid',
    })
  }
})
