/** Signed receipts for tests: keys made at run time, and a whole receipt of which each test changes one thing. */
import {type KeyObject, generateKeyPairSync, sign} from 'node:crypto'
import {type PublicKey, canonicalBytes, printPublicKey, printSecondsTime, printSignature} from '#protocol'

/** Any JSON object: tests build wrong receipts too, so these members carry no types. */
export type Json = Record<string, unknown>
/** What `receiptBody` takes: `scope` is merged into the usual scope, every other member replaces the usual one. */
export type Overrides = Json & {readonly scope?: Json}

export interface TestKey {
  /** The `pp_pk_…` line to pin. */
  readonly pin: PublicKey
  /** The body with this key as its `publicKey` (unless it names another) and its signature. */
  readonly sign: (body: Json) => Json
  /** `ed25519:…` over any bytes, for receipts that are signed wrongly. */
  readonly signBytes: (bytes: Uint8Array) => string
  readonly privateKey: KeyObject
}

export function makeKey(): TestKey {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const pin = printPublicKey(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)))
  const signBytes = (bytes: Uint8Array): string => printSignature(new Uint8Array(sign(null, bytes, privateKey)))
  return {
    pin,
    privateKey,
    signBytes,
    sign: (body) => {
      const unsigned = Object.entries({publicKey: pin, ...body}).filter(([name]) => name !== 'signature')
      const signed: Json = Object.fromEntries(unsigned)
      return {...signed, signature: signBytes(canonicalBytes(signed))}
    },
  }
}

export const commit = '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'
export const tree = '9be2d7c4a1f03e5d8b6a4c2e0f1d3b5a7c9e8f60'
/** In the middle of the usual receipt's life, in milliseconds. */
export const noon = Date.parse('2026-04-02T15:00:00Z')

export function approvalBody(overrides: Json = {}): Json {
  return {
    login: 'octocat',
    id: 583231,
    role: 'maintain',
    at: '2026-04-02T14:29:58Z',
    statement: {kind: 'issue_comment', id: 99262140, digest: `sha256:${'1'.repeat(64)}`},
    binding: 'commit',
    proof: 'comment',
    ...overrides,
  }
}

/** An unsigned receipt without its `publicKey`, valid from 14:30 to 15:30 on 2 April 2026. */
export function receiptBody({scope, ...overrides}: Overrides = {}): Json {
  return {
    type: 'countersign.receipt/v1',
    id: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    action: 'deploy',
    scope: {
      repository: 'octo-org/api-service',
      repositoryId: 1296269,
      sha: commit,
      tree,
      environment: 'production',
      pullRequest: 42,
      ...scope,
    },
    authorizedBy: 'octocat',
    approvals: [approvalBody()],
    flags: [],
    issuedAt: '2026-04-02T14:30:00Z',
    expiresAt: '2026-04-02T15:30:00Z',
    issuer: 'https://countersign.example',
    decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
    evidence: `sha256:${'2'.repeat(64)}`,
    policy: `sha256:${'3'.repeat(64)}`,
    ...overrides,
  }
}

/** `issuedAt` and `expiresAt` around a moment, for tests that run a program with the real clock. */
export function lifeAround(ms: number, seconds = 3600): Json {
  return {issuedAt: printSecondsTime(ms - 60_000), expiresAt: printSecondsTime(ms - 60_000 + seconds * 1000)}
}

/** A signed receipt, its text, and the key that signed it. */
export function aReceipt(overrides: Overrides = {}, key = makeKey()): {receipt: Json; text: string; key: TestKey} {
  const receipt = key.sign(receiptBody(overrides))
  return {receipt, text: JSON.stringify(receipt, null, 2), key}
}

/** The expectation that the usual receipt meets. */
export const expected = {
  action: 'deploy',
  repositoryId: 1296269,
  repository: 'octo-org/api-service',
  sha: commit,
  environment: 'production',
} as const
