/** Vectors of authority tokens (formats §3). */
import {createHmac} from 'node:crypto'
import {type PublicJwk, assembleToken, canonicalJson, publicJwk} from '#protocol'
import {type Case, type Json, type Vectors, refused} from './cases.ts'
import {type TokenKey, makeSigningKey, makeTokenKey} from './keys.ts'
import {scope, since} from './receipts.ts'

const iat = Date.parse('2026-04-02T14:30:00Z') / 1000
const now = (iat + 60) * 1000
const policy = {
  id: 'approver-permission',
  digest: `sha256:${'3'.repeat(64)}`,
  outcome: 'pass',
  why: 'octocat has the permission maintain',
}
const reviewer = {login: 'octocat', id: 583231, decision: 'ALLOW', at: '2026-04-02T14:29:58.000000Z'}

const intent = {
  domain: 'software-delivery',
  category: 'deploy',
  action: 'deploy:production',
  summary: 'Deploy pull request 42 of octo-org/api-service',
  scope: scope(),
}

const claims = (overrides: Json = {}): Json => ({
  iss: 'https://countersign.example',
  aud: 'countersign-gate',
  sub: 'agent:hubot',
  jti: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
  iat,
  nbf: iat,
  exp: iat + 3600,
  decidedAt: '2026-04-02T14:30:00.123456Z',
  decision: 'ALLOW',
  intent,
  risk: {score: 0.25, factors: [{name: 'sensitive-paths', weight: 0.5, value: 0.5, why: '2 of 4 files are sensitive'}]},
  policies: [policy],
  agent: {login: 'hubot', id: 1, kind: 'bot'},
  reviewer: null,
  evidence: `sha256:${'2'.repeat(64)}`,
  receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
  ...overrides,
})

const withoutReceipt = (overrides: Json): Json =>
  Object.fromEntries(Object.entries(claims(overrides)).filter(([name]) => name !== 'receipt'))

const part = (content: unknown): string =>
  Buffer.from(typeof content === 'string' ? content : canonicalJson(content)).toString('base64url')

export function tokenVectors(): Vectors {
  const key = makeTokenKey(2048)
  const maker = new TokenMaker(key)
  return {
    about: 'Authority tokens: what was decided. JWTs, RS256 only, with exactly three names in the header.',
    call: 'verify.token(token, publicKey, options); times in milliseconds since 1970',
    cases: [...accepted(maker), ...refusedByForm(maker), ...refusedByKey(maker), ...refusedByClaims(maker)],
  }
}

class TokenMaker {
  readonly key: TokenKey
  readonly jwk: PublicJwk
  readonly jwks: Json

  constructor(key: TokenKey) {
    this.key = key
    this.jwk = publicJwk(key.publicKey)
    this.jwks = {keys: [this.jwk]}
  }

  token(body: unknown = claims(), header: Json = {}): string {
    const input = `${part({alg: 'RS256', kid: this.jwk.kid, typ: 'authority+jwt', ...header})}.${part(body)}`
    return assembleToken(input, this.key.sign(input))
  }

  ask(
    name: string,
    {token = this.token(), key = this.jwks as unknown, options = {now} as Json, result = allowed},
  ): Case {
    return {name, arguments: [token, key, options], result}
  }
}

const allowed: Json = {valid: true, decision: 'ALLOW', allowed: true, timestamp: '2026-04-02T14:30:00.123456Z'}

const accepted = (maker: TokenMaker): readonly Case[] => [
  maker.ask('an ALLOW', {}),
  maker.ask('an ALLOW whose scope names the commit that it counts from', {
    token: maker.token(claims({intent: {...intent, scope: scope({since})}})),
  }),
  maker.ask('the key as a JWK', {key: maker.jwk}),
  maker.ask('the key as PEM', {key: maker.key.publicKey.export({type: 'spki', format: 'pem'})}),
  maker.ask('a set of keys with one for another use', {
    key: {keys: [{kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43)}, maker.jwk]},
  }),
  maker.ask('at its own time, long afterwards', {options: {now: 'issued'}}),
  maker.ask('the issuer is expected', {options: {now, issuer: 'https://countersign.example'}}),
  maker.ask('clocks may differ by 60 seconds at the start', {options: {now: (iat - 60) * 1000}}),
  maker.ask('a DENY is valid and allows nothing', {
    token: maker.token(withoutReceipt({decision: 'DENY'})),
    result: {valid: true, decision: 'DENY', allowed: false},
  }),
  maker.ask('an ESCALATE is valid and allows nothing', {
    token: maker.token(withoutReceipt({decision: 'ESCALATE', policies: [{...policy, outcome: 'escalate'}]})),
    result: {valid: true, decision: 'ESCALATE', allowed: false},
  }),
  maker.ask('an escalation that a person answered', {
    token: maker.token(claims({policies: [{...policy, outcome: 'escalate'}], reviewer})),
  }),
]

const refusedByForm = (maker: TokenMaker): readonly Case[] => {
  const token = maker.token()
  const [header = '', payload = '', signature = ''] = token.split('.')
  const bad = (name: string, given: string, code: string): Case =>
    maker.ask(name, {token: given, result: refused(code)})
  return [
    bad('two parts', `${header}.${payload}`, 'token_malformed'),
    bad('padding', `${token}=`, 'token_malformed'),
    bad('a line end behind it', `${token}\n`, 'token_malformed'),
    bad('a claim twice', maker.token(canonicalJson(claims()).replace('"aud":', '"aud":"x","aud":')), 'token_malformed'),
    {...bad('too large', token, 'token_too_large'), padding: 16_384},
    bad(
      'no algorithm',
      `${part({alg: 'none', kid: maker.jwk.kid, typ: 'authority+jwt'})}.${payload}.${signature}`,
      'token_algorithm_refused',
    ),
    bad('a MAC under the public key', hmacToken(maker, payload), 'token_algorithm_refused'),
    bad(
      'an address of keys in the header',
      maker.token(claims(), {jku: 'https://other.example/keys'}),
      'token_header_refused',
    ),
    bad('a critical extension', maker.token(claims(), {crit: ['b64'], b64: false}), 'token_header_refused'),
    bad('a token of another type', maker.token(claims(), {typ: 'JWT'}), 'token_header_refused'),
    bad('a key that was not given', maker.token(claims(), {kid: 'A'.repeat(43)}), 'token_key_unknown'),
    bad(
      'a claim was changed',
      `${header}.${part(claims({sub: 'agent:other'}))}.${signature}`,
      'token_signature_invalid',
    ),
    bad('a signature that is a byte short', `${header}.${payload}.${shorter(signature)}`, 'token_signature_invalid'),
  ]
}

const shorter = (signature: string): string => Buffer.from(signature, 'base64url').subarray(0, -1).toString('base64url')

/** The oldest trick: the public key, which everybody has, taken as the secret of a MAC. */
function hmacToken(maker: TokenMaker, payload: string): string {
  const input = `${part({alg: 'HS256', kid: maker.jwk.kid, typ: 'authority+jwt'})}.${payload}`
  const secret = maker.key.publicKey.export({type: 'spki', format: 'pem'})
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const refusedByKey = (maker: TokenMaker): readonly Case[] => {
  const bad = (name: string, key: unknown): Case => maker.ask(name, {key, result: refused('token_key_invalid')})
  const {n, ...rest} = maker.jwk
  return [
    bad('a key of 1024 bits', makeTokenKey(1024).publicKey.export({type: 'spki', format: 'pem'})),
    bad('a receipt key', makeSigningKey().pin),
    bad('a symmetric key', {kty: 'oct', k: 'A'.repeat(43)}),
    bad('a key whose kid is not its thumbprint', {...maker.jwk, kid: 'A'.repeat(43)}),
    bad('a modulus with a leading zero byte', {
      ...rest,
      n: part(Buffer.concat([Buffer.alloc(1), Buffer.from(n, 'base64url')]).toString('latin1')),
    }),
    bad('a set without a key for tokens', {keys: []}),
  ]
}

const refusedByClaims = (maker: TokenMaker): readonly Case[] => {
  const claimed = (name: string, body: Json): Case =>
    maker.ask(name, {token: maker.token(body), result: refused('token_claims_invalid')})
  const asked = (name: string, options: Json, code: string): Case => maker.ask(name, {options, result: refused(code)})
  return [
    claimed('a fractional time', claims({exp: iat + 0.5})),
    claimed('no end', Object.fromEntries(Object.entries(claims()).filter(([name]) => name !== 'exp'))),
    claimed('an end that is not after its beginning', claims({exp: iat})),
    claimed('two audiences', claims({aud: ['countersign-gate', 'other']})),
    claimed('an ALLOW without a receipt', withoutReceipt({})),
    claimed('a DENY with a receipt', claims({decision: 'DENY'})),
    claimed('an ALLOW against a failed policy', claims({policies: [{...policy, outcome: 'fail'}]})),
    claimed('an answered escalation without the person', claims({policies: [{...policy, outcome: 'escalate'}]})),
    claimed('an ALLOW where the reviewer said DENY', claims({reviewer: {...reviewer, decision: 'DENY'}})),
    claimed('a bot that calls itself a user', claims({sub: 'user:hubot'})),
    maker.ask('a life of more than 24 hours', {
      token: maker.token(claims({exp: iat + 86_401})),
      result: refused('token_lifetime_too_long'),
    }),
    asked('more than 60 seconds before its beginning', {now: (iat - 61) * 1000}, 'token_not_yet_valid'),
    asked('the moment of its end', {now: (iat + 3600) * 1000}, 'token_expired'),
    asked('another issuer', {now, issuer: 'https://other.example'}, 'token_issuer_mismatch'),
    asked('another audience', {now, audience: 'other'}, 'token_audience_mismatch'),
    asked('a misspelt option', {now, isuer: 'https://countersign.example'}, 'input_invalid'),
  ]
}
