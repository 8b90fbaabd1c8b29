/** What the benchmarks verify: a receipt, a token as an issuer mints it, and a ledger, under keys made anew. */
import {type KeyObject, generateKeyPairSync, sign} from 'node:crypto'
import {
  type Entry,
  type EntryBody,
  type PublicJwk,
  type TokenClaims,
  appendLeaf,
  assembleToken,
  canonicalJson,
  checkpointText,
  digestOf,
  emptyFrontier,
  firstPrev,
  frontierRoot,
  printCheckpoint,
  printMicrosTime,
  printPublicKey,
  printSecondsTime,
  printSignature,
  printVerifierKey,
  publicJwk,
  sealEntry,
  signingBytes,
  tokenSigningInput,
} from '#protocol'

export const sha = '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'
const digest = digestOf('a benchmark')
const issuer = 'https://countersign.example'
const decision = 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w'
const receiptId = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const scope = {repository: 'octo-org/api-service', repositoryId: 1296269, sha, tree: sha, environment: 'production'}

const rawKey = (key: KeyObject) =>
  printPublicKey(new Uint8Array(key.export({format: 'der', type: 'spki'}).subarray(-32)))

export interface SignedReceipt {
  readonly text: string
  /** The key to pin, and the same for the library. */
  readonly pin: string
  readonly key: KeyObject
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** Holds from a minute ago for most of an hour. */
export function makeReceipt(): SignedReceipt {
  const {publicKey: key, privateKey} = generateKeyPairSync('ed25519')
  const pin = rawKey(key)
  const at = printSecondsTime(Date.now() - 60_000)
  const statement = {kind: 'issue_comment', id: 99262140, digest}
  const body = {
    type: 'countersign.receipt/v1',
    id: receiptId,
    action: 'deploy',
    scope,
    authorizedBy: 'octocat',
    approvals: [{login: 'octocat', id: 583231, role: 'maintain', at, statement, binding: 'commit', proof: 'comment'}],
    flags: [],
    issuedAt: at,
    expiresAt: printSecondsTime(Date.now() + 3_000_000),
    issuer,
    decision,
    evidence: digest,
    policy: digest,
    publicKey: pin,
  }
  const message = signingBytes(body)
  const signature = new Uint8Array(sign(null, message, privateKey))
  return {text: JSON.stringify({...body, signature: printSignature(signature)}, null, 2), pin, key, message, signature}
}

export interface SignedToken {
  readonly text: string
  readonly key: KeyObject
  readonly jwk: PublicJwk
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** Of a decision over every rule and risk factor that the issuer has; holds at `decidedAt`. */
export function makeToken(
  modulusLength: number,
  names: {rules: readonly string[]; factors: readonly string[]},
): SignedToken {
  const {publicKey: key, privateKey} = generateKeyPairSync('rsa', {modulusLength})
  const jwk = publicJwk(key)
  const iat = decidedAt / 1000
  const claims = {
    iss: issuer,
    aud: 'countersign-gate',
    sub: 'user:octocat',
    jti: decision,
    iat,
    nbf: iat,
    exp: iat + 3600,
    decidedAt: printMicrosTime(decidedAt * 1000 + 123_456),
    decision: 'ALLOW',
    intent: {
      domain: 'software-delivery',
      category: 'deploy',
      action: 'deploy:production',
      summary: 'Deploy pull request 42 of octo-org/api-service',
      scope: {...scope, pullRequest: 42},
    },
    risk: {
      score: 0.25,
      factors: names.factors.map((name, i) => ({
        name,
        weight: 0.2,
        value: i / 8,
        why: `${i} of 14 files are sensitive`,
      })),
    },
    policies: names.rules.map((id) => ({
      id,
      digest,
      outcome: 'pass',
      why: 'holds for octocat and this commit',
    })),
    agent: {login: 'octocat', id: 583231, kind: 'user'},
    reviewer: null,
    evidence: digest,
    receipt: receiptId,
  }
  const input = tokenSigningInput(claims as unknown as TokenClaims, jwk.kid)
  const message = new Uint8Array(Buffer.from(input))
  const signature = new Uint8Array(sign('sha256', message, privateKey))
  return {text: assembleToken(input, signature), key, jwk, message, signature}
}

export const decidedAt = Date.parse('2026-04-02T14:30:00Z')

export interface SignedLedger {
  readonly lines: readonly string[]
  readonly checkpoint: string
  readonly ledgerKey: string
}

/** Entries as an issuer writes them: every second one an ALLOW, the others a decision without a receipt. */
export function makeLedger(size: number): SignedLedger {
  const origin = 'countersign.example/0123456789abcdef0123456789abcdef'
  const lines: string[] = []
  let frontier = emptyFrontier
  let last: Entry | undefined
  for (let seq = 0; seq < size; seq++) {
    last = sealEntry(makeEntry(origin, seq, last?.hash ?? firstPrev))
    frontier = appendLeaf(frontier, last.hash)
    lines.push(canonicalJson(last))
  }
  const {publicKey: key, privateKey} = generateKeyPairSync('ed25519')
  const publicKey = rawKey(key)
  const head = {origin, size, root: frontierRoot(frontier)}
  const signature = new Uint8Array(sign(null, Buffer.from(checkpointText(head)), privateKey))
  return {
    lines,
    checkpoint: printCheckpoint({...head, publicKey, signature}),
    ledgerKey: printVerifierKey(origin, publicKey),
  }
}

function makeEntry(ledger: string, seq: number, prev: string): EntryBody {
  const id = String(seq).padStart(26, '0')
  const place = {
    type: 'countersign.entry/v1',
    ledger,
    seq,
    prev,
    time: printMicrosTime((decidedAt + seq) * 1000),
  } as const
  if (seq === 0) return {...place, event: 'ledger.created', subject: ledger, digests: {keys: digest}}
  const digests = {evidence: digest, token: digest}
  return seq % 2 === 0
    ? {...place, event: 'decision.made', subject: `dec_${id}`, digests}
    : {
        ...place,
        event: 'receipt.issued',
        subject: `rcpt_dg_${id}`,
        digests: {...digests, decision: `dec_${id}`, receipt: digest},
      }
}
