/** Authority tokens for tests: a key made at run time, whole claims of which each test changes one thing. */
import {type KeyObject, constants, createSign, generateKeyPairSync, sign} from 'node:crypto'
import {assembleToken, canonicalJson, publicJwk} from '#protocol'
import {type Json, commit, tree} from './builders.ts'

export interface TokenKey {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly kid: string
}

export function makeTokenKey(modulusLength = 2048): TokenKey {
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength})
  return {publicKey, privateKey, kid: publicJwk(publicKey).kid}
}

/** 2026-04-02T14:30:00Z, the usual token's `iat`. */
export const decidedAt = Date.parse('2026-04-02T14:30:00Z') / 1000

/** `scope` is merged into the usual scope. */
export function tokenClaims(overrides: Json = {}, scope: Json = {}): Json {
  return {
    iss: 'https://countersign.example',
    aud: 'countersign-gate',
    sub: 'agent:hubot',
    jti: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
    iat: decidedAt,
    nbf: decidedAt,
    exp: decidedAt + 3600,
    decidedAt: '2026-04-02T14:30:00.123456Z',
    decision: 'ALLOW',
    intent: {
      domain: 'software-delivery',
      category: 'deploy',
      action: 'deploy:production',
      summary: 'Deploy pull request 42 of octo-org/api-service',
      scope: {
        repository: 'octo-org/api-service',
        repositoryId: 1296269,
        sha: commit,
        tree,
        environment: 'production',
        pullRequest: 42,
        ...scope,
      },
    },
    risk: {
      score: 0.25,
      factors: [{name: 'sensitive-paths', weight: 0.5, value: 0.5, why: '2 of 4 files are sensitive'}],
    },
    policies: [aPolicy(), aPolicy({id: 'head-named'})],
    agent: {login: 'hubot', id: 1, kind: 'bot'},
    reviewer: null,
    evidence: `sha256:${'2'.repeat(64)}`,
    receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    ...overrides,
  }
}

export const aPolicy = (overrides: Json = {}): Json => ({
  id: 'approver-permission',
  digest: `sha256:${'3'.repeat(64)}`,
  outcome: 'pass',
  why: 'octocat has the permission maintain',
  ...overrides,
})

export const aReviewer = (overrides: Json = {}): Json => ({
  login: 'octocat',
  id: 583231,
  decision: 'ALLOW',
  at: '2026-04-02T14:29:58.000000Z',
  ...overrides,
})

/** Claims of a decision that is not an ALLOW: there is no receipt. */
export function withoutReceipt(overrides: Json): Json {
  const claims = Object.entries(tokenClaims(overrides)).filter(([name]) => name !== 'receipt')
  return Object.fromEntries(claims)
}

export const segment = (content: unknown): string =>
  Buffer.from(typeof content === 'string' ? content : canonicalJson(content)).toString('base64url')

/** Any two JSON values or texts, signed as a token is: also for headers and payloads that no token may have. */
export function signToken(header: unknown, payload: unknown, {privateKey}: TokenKey): string {
  const input = `${segment(header)}.${segment(payload)}`
  return assembleToken(input, new Uint8Array(sign('sha256', Buffer.from(input), privateKey)))
}

export const tokenHeader = ({kid}: TokenKey, overrides: Json = {}): Json => ({
  alg: 'RS256',
  kid,
  typ: 'authority+jwt',
  ...overrides,
})

export const aToken = (key: TokenKey, overrides: Json = {}): string =>
  signToken(tokenHeader(key), tokenClaims(overrides), key)

/** Signatures that are not RS256, over the same signing input. */
export const otherSignatures = {
  RS512: (input: string, {privateKey}: TokenKey): Uint8Array => createSign('sha512').update(input).sign(privateKey),
  PS256: (input: string, {privateKey: key}: TokenKey): Uint8Array =>
    sign('sha256', Buffer.from(input), {key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32}),
} as const
