/** What the demonstration says: the story of the README, around the hour of asking. Nobody said any of it. */
import {
  type PublicKey,
  type Receipt,
  type TokenClaims,
  digestOf,
  parseClaims,
  parseReceipt,
  printMicrosTime,
  printSecondsTime,
  printSignature,
  secondsTimeToMs,
  signingBytes,
} from '#protocol'

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
}

interface DemoOrder {
  readonly issuer: string
  readonly publicKey: PublicKey
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** Milliseconds. */
  readonly now: number
}

/** Issued ten minutes ago, for an hour. */
export function mintDemoReceipt({issuer, publicKey, sign, now}: DemoOrder): Receipt {
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
  ['not-the-author', 'the pull request is by hubot'],
  ['not-a-pusher', 'only hubot pushed to the branch since it left main'],
  ['commit-named', 'the statement names the full commit'],
  ['head-of-the-branch', 'that commit is the head of pull request 42'],
] as const

/** The claims of the decision that the receipt answers to. */
export function makeDemoClaims({issuer, issuedAt, id, decision}: Receipt): TokenClaims {
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
