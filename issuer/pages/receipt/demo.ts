/**
 * A receipt to look at before there is a real one, under a key that is made at start and pinned nowhere. It tells the story
 * of the README, around the hour of asking; nobody said any of it.
 */
import {generateKeyPairSync, randomBytes, sign} from 'node:crypto'
import {
  type Entry,
  type PublicKey,
  type Receipt,
  type TokenClaims,
  appendLeaf,
  canonicalBytes,
  checkpointText,
  digestOf,
  emptyFrontier,
  frontierRoot,
  parseClaims,
  parseReceipt,
  printCheckpoint,
  printMicrosTime,
  printPublicKey,
  printSecondsTime,
  printSignature,
  printVerifierKey,
  sealEntry,
  secondsTimeToMs,
  signingBytes,
} from '#protocol'
import {mintFirstEntry} from '../../mint/mint-record.ts'
import type {ReceiptFrame} from './page.ts'
import type {Happening, ReceiptProof} from './proof.ts'

export interface Demo {
  readonly proof: ReceiptProof
  readonly keys: Pick<ReceiptFrame, 'pin' | 'pinned' | 'standing' | 'ledgerKey'>
}

/** Makes the key. What it gives is the demonstration as of a moment, in milliseconds. */
export function openDemo(issuer: string): (now: number) => Demo {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const pin = printPublicKey(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)))
  const signBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, privateKey))
  const random = randomBytes(16).toString('hex')
  return (now) => {
    const receipt = mintDemoReceipt({issuer, publicKey: pin, sign: signBytes, now})
    const first = mintFirstEntry({host: new URL(issuer).host, random, keys: digestOf(pin), now: now - 3_600_000})
    const [entry, began, ended] = enterDeployment(receipt, first)
    const root = rootOf([first, entry, began, ended])
    const head = {origin: first.ledger, size: 4, root}
    const signature = signBytes(new TextEncoder().encode(checkpointText(head)))
    return {
      proof: {
        receipt,
        state: 'active',
        public: true,
        happened: [happeningOf(began), {...happeningOf(ended), outcome: 'success'}],
        token: {text: undefined, claims: makeDemoClaims(receipt)},
        entry,
        inclusion: {seq: 1, size: 4, hash: entry.hash, proof: [first.hash, rootOf([began, ended])]},
        checkpoint: printCheckpoint({...head, publicKey: pin, signature}),
      },
      keys: {pin, pinned: pin, standing: 'current', ledgerKey: printVerifierKey(first.ledger, pin)},
    }
  }
}

const rootOf = (entries: readonly Entry[]): string =>
  frontierRoot(entries.reduce((frontier, {hash}) => appendLeaf(frontier, hash), emptyFrontier))

const runId = '9731245008'

/** The receipt, and the run that used it two minutes later. */
function enterDeployment(receipt: Receipt, first: Entry): readonly [Entry, Entry, Entry] {
  const issued = secondsTimeToMs(receipt.issuedAt)
  const follow = (before: Entry, at: number) => ({
    type: 'countersign.entry/v1' as const,
    ledger: first.ledger,
    seq: before.seq + 1,
    prev: before.hash,
    time: printMicrosTime(at * 1000),
    subject: receipt.id,
  })
  const {decision, evidence} = receipt
  const entry = sealEntry({
    ...follow(first, issued),
    event: 'receipt.issued',
    digests: {decision, evidence, receipt: digestOf(canonicalBytes(receipt))},
  })
  const digests = {run: digestOf(runId)}
  const began = sealEntry({...follow(entry, issued + 120_000), event: 'deploy.started', digests})
  const ended = sealEntry({...follow(began, issued + 300_000), event: 'deploy.finished', digests})
  return [entry, began, ended]
}

const happeningOf = ({event, seq, time}: Entry): Happening => ({event, seq, at: time, run: {id: runId}})

const ulid = '01jdem0rece1ptn0tp1nned000'
const minute = 60_000
const digest = digestOf('demonstration')

const scope = {
  repository: 'octo-org/api-service',
  repositoryId: 1296269,
  sha: '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b',
  tree: '9be2d7c4a1f03e5d8b6a4c2e0f1d3b5a7c9e8f60',
  environment: 'production',
  pullRequest: 42,
  since: '7c1e5d90b3a8f2644e0d9c7b1a5f38e26d4b0c91',
}

interface DemoOrder {
  readonly issuer: string
  readonly publicKey: PublicKey
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** Milliseconds. */
  readonly now: number
}

/** Issued ten minutes ago, for an hour. */
function mintDemoReceipt({issuer, publicKey, sign, now}: DemoOrder): Receipt {
  const issuedAt = printSecondsTime(now - 10 * minute)
  const body = {
    type: 'countersign.receipt/v1',
    id: `rcpt_dg_${ulid}`,
    action: 'deploy',
    scope,
    authorizedBy: 'octocat',
    approvals: [
      {
        login: 'octocat',
        id: 583231,
        role: 'maintain',
        at: printSecondsTime(now - 10 * minute - 2000),
        statement: {kind: 'issue_comment', id: 99262140, digest},
        binding: 'commit',
        proof: 'comment',
      },
    ],
    flags: [],
    issuedAt,
    expiresAt: printSecondsTime(secondsTimeToMs(issuedAt) + 60 * minute),
    issuer,
    decision: `dec_${ulid}`,
    evidence: digest,
    policy: digest,
    publicKey,
  }
  const read = parseReceipt({...body, signature: printSignature(sign(signingBytes(body)))})
  if (!read.ok) throw new Error(`the demonstration is no receipt: ${read.fault}`)
  return read.value
}

const rules = [
  ['approver-permission', 'octocat has the permission maintain, and write is needed'],
  ['seen-by-others', 'octocat had no hand in the 3 commits since 7c1e5d9'],
  ['commit-named', 'the statement names the full commit'],
  ['head-of-the-branch', 'that commit is the head of pull request 42'],
] as const

/** The claims of the decision that the receipt answers to. */
function makeDemoClaims({issuer, issuedAt, id, decision}: Receipt): TokenClaims {
  const iat = secondsTimeToMs(issuedAt) / 1000
  const read = parseClaims({
    iss: issuer,
    aud: 'countersign-gate',
    sub: 'agent:hubot',
    jti: decision,
    iat,
    nbf: iat,
    exp: iat + 3600,
    decidedAt: printMicrosTime(iat * 1_000_000),
    decision: 'ALLOW',
    intent: {
      domain: 'software-delivery',
      category: 'deploy',
      action: 'deploy:production',
      summary: 'Deploy pull request 42 of octo-org/api-service to production',
      scope,
    },
    risk: {
      score: 0.18,
      factors: [
        {name: 'size', weight: 0.3, value: 0.2, why: '3 commits, 5 files, 120 lines added'},
        {name: 'agent-made', weight: 0.24, value: 0.5, why: 'the pull request is by a bot'},
      ],
    },
    policies: rules.map(([name, why]) => ({id: name, digest, outcome: 'pass', why})),
    agent: {login: 'hubot', id: 2, kind: 'bot'},
    reviewer: null,
    evidence: digest,
    receipt: id,
  })
  if (!read.ok) throw new Error(`the demonstration has no claims: ${read.fault}`)
  return read.value
}
