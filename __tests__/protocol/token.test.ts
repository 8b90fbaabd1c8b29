/** verify.token and the minting of tokens: every way to refuse, and what a valid token says. */
import {createHmac, createPrivateKey, createSecretKey, generateKeyPairSync, sign} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {
  type ProofFaultCode,
  type RefusalCode,
  type TokenClaims,
  assembleToken,
  publicJwk,
  tokenSigningInput,
  verify,
} from '#protocol'
import {type Json, commit} from './builders.ts'
import {
  aPolicy,
  aReviewer,
  aToken,
  decidedAt,
  makeTokenKey,
  otherSignatures,
  segment,
  signToken,
  tokenClaims,
  tokenHeader,
  withoutReceipt,
} from './token-builders.ts'

const key = makeTokenKey()
const stranger = makeTokenKey()
const token = aToken(key)
const [header = '', payload = '', signature = ''] = token.split('.')
const during = {now: (decidedAt + 60) * 1000}

type Code = ProofFaultCode | RefusalCode | 'valid'

function codeOf(given: unknown, options: Json = during, publicKey: unknown = key.publicKey): Code {
  const result = verify.token(given, publicKey, options)
  if (!result.valid) expect(result.reason).toMatch(/^[\x20-\x7e]+\.$/)
  return result.valid ? 'valid' : result.code
}

const signed = (claims: unknown, headers: unknown = tokenHeader(key)): string => signToken(headers, claims, key)
const claimsFault = (claims: Json): string => {
  const result = verify.token(signed(claims), key.publicKey, during)
  return result.valid ? 'valid' : `${result.code}: ${result.reason}`
}

describe('a valid token', () => {
  test('says the decision, its moment to the microsecond, and all its claims', () => {
    expect(verify.token(token, key.publicKey, during)).toEqual({
      valid: true,
      decision: 'ALLOW',
      timestamp: '2026-04-02T14:30:00.123456Z',
      allowed: true,
      claims: tokenClaims(),
    })
  })
  test('of a DENY or an ESCALATE is valid and not allowed', () => {
    for (const decision of ['DENY', 'ESCALATE']) {
      const result = verify.token(signed(withoutReceipt({decision})), key.publicKey, during)
      expect(result).toMatchObject({valid: true, decision, allowed: false})
    }
  })
  test('may name the commit that its scope counts from, as the receipt does', () => {
    const claims = tokenClaims({}, {since: 'ef'.repeat(20)})
    expect(verify.token(signed(claims), key.publicKey, during)).toMatchObject({valid: true, claims})
    expect(claimsFault(tokenClaims({}, {since: 'ef'.repeat(3)}))).toContain(': intent.scope.since ')
  })
  test('is what the minting side makes: header and claims in canonical JSON', () => {
    const input = tokenSigningInput(tokenClaims() as unknown as TokenClaims, key.kid)
    expect(Buffer.from(input.split('.')[0] ?? '', 'base64url').toString()).toBe(
      `{"alg":"RS256","kid":"${key.kid}","typ":"authority+jwt"}`,
    )
    expect(assembleToken(input, sign('sha256', Buffer.from(input), key.privateKey))).toBe(token)
  })
  test('never comes from claims that no verifier would take', () => {
    const mint = (claims: Json): string => tokenSigningInput(claims as unknown as TokenClaims, key.kid)
    expect(() => mint(tokenClaims({exp: decidedAt}))).toThrow(/exp must be later than iat/)
    expect(() => mint(withoutReceipt({}))).toThrow(/receipt must stand/)
    const policies = Array.from({length: 64}, (_, i) => aPolicy({id: `rule-${i}`, why: 'x'.repeat(300)}))
    expect(() => mint(tokenClaims({policies}))).toThrow(RangeError)
  })
  test('whose JSON is laid out in another order is the same decision', () => {
    const reversed = Object.fromEntries(Object.entries(tokenClaims()).reverse())
    expect(codeOf(signed(JSON.stringify(reversed, null, 1), JSON.stringify(tokenHeader(key), null, 1)))).toBe('valid')
  })
})

describe('the form', () => {
  test.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['an object', {token}],
    ['a boxed text', Object(token)],
    ['bytes', Buffer.from(token)],
    ['empty', ''],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${token}.`],
    ['the five parts of an encrypted token', `${token}.${payload}.${payload}`],
    ['JSON serialization', JSON.stringify({protected: header, payload, signature})],
    ['no header', `.${payload}.${signature}`],
    ['no payload', `${header}..${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['a space before', ` ${token}`],
    ['a line end after', `${token}\n`],
    ['a line end inside', `${header}.\n${payload}.${signature}`],
    ['padding', `${token}==`],
    ['a plus', `${header}.+${payload.slice(1)}.${signature}`],
    ['a character outside ASCII', `${header}.${payload.slice(1)}\u0131.${signature}`],
    ['a length that cannot be', `${header}.${payload}.${signature.slice(0, -1)}`],
    ['non-zero bits in the tail', `${header}.${payload}.${flipTail(signature)}`],
    ['"Bearer" before it', `Bearer ${token}`],
  ])('%s is token_malformed', (_, given) => {
    expect(codeOf(given)).toBe('token_malformed')
  })
  test.each<readonly [string, string]>([
    ['an array', '[]'],
    ['a text', '"ALLOW"'],
    ['null', 'null'],
    ['nothing', ' '],
    ['a byte-order mark', `\ufeff${JSON.stringify(tokenClaims())}`],
    ['a claim twice', JSON.stringify(tokenClaims()).replace('{', '{"decision":"DENY",')],
    ['a claim twice, once escaped', JSON.stringify(tokenClaims()).replace('{', '{"\\u0064ecision":"DENY",')],
    ['__proto__', JSON.stringify(tokenClaims()).replace('{', '{"__proto__":{},')],
    ['a lone surrogate', JSON.stringify(tokenClaims({sub: 'x'})).replace('"x"', '"\\ud800"')],
    ['exp 1e400', JSON.stringify(tokenClaims()).replace(/"exp":\d+/, '"exp":1e400')],
    ['exp with a fraction of zero', JSON.stringify(tokenClaims()).replace(/("exp":\d+)/, '$1.0')],
    ['something after it', `${JSON.stringify(tokenClaims())}{}`],
  ])('a payload of %s is token_malformed', (_, text) => {
    expect(codeOf(signed(text))).toBe('token_malformed')
  })
  test('a payload that is not UTF-8 is token_malformed', () => {
    const input = `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`
    expect(codeOf(assembleToken(input, sign('sha256', Buffer.from(input), key.privateKey)))).toBe('token_malformed')
  })
  test('more than 16 KiB is token_too_large, before anything in it is looked at', () => {
    expect(codeOf('x'.repeat(16_385))).toBe('token_too_large')
    expect(codeOf('x'.repeat(16_384))).toBe('token_malformed')
  })
})

/** The last character of base64url of 256 bytes carries four bits: the other two are set. */
function flipTail(text: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return text.slice(0, -1) + (digits[digits.indexOf(text.at(-1) ?? '') + 1] ?? '')
}

describe('the header', () => {
  const pem = key.publicKey.export({format: 'pem', type: 'spki'}).toString()
  test.each<readonly [string, Json]>([
    ['none', {alg: 'none'}],
    ['None', {alg: 'None'}],
    ['nOnE', {alg: 'nOnE'}],
    ['rs256', {alg: 'rs256'}],
    ['RS512', {alg: 'RS512'}],
    ['PS256', {alg: 'PS256'}],
    ['HS256', {alg: 'HS256'}],
    ['EdDSA', {alg: 'EdDSA'}],
    ['an array', {alg: ['RS256']}],
    ['null', {alg: null}],
  ])('asking for %s is token_algorithm_refused', (_, other) => {
    expect(codeOf(signed(tokenClaims(), tokenHeader(key, other)))).toBe('token_algorithm_refused')
  })
  test('without an algorithm is token_algorithm_refused', () => {
    expect(codeOf(signed(tokenClaims(), {kid: key.kid, typ: 'authority+jwt'}))).toBe('token_algorithm_refused')
  })
  test('of an HMAC under the text or the bytes of the public key is refused', () => {
    for (const secret of [pem, key.publicKey.export({format: 'der', type: 'spki'})]) {
      for (const alg of ['HS256', 'RS256']) {
        const input = `${segment(tokenHeader(key, {alg}))}.${payload}`
        const forged = assembleToken(input, createHmac('sha256', secret).update(input).digest())
        expect(codeOf(forged)).toBe(alg === 'HS256' ? 'token_algorithm_refused' : 'token_signature_invalid')
        expect(codeOf(forged, during, pem)).toBe(codeOf(forged))
      }
    }
  })
  test.each<readonly [string, unknown]>([
    ['jku', 'https://evil.example/jwks.json'],
    ['jwk', publicJwk(stranger.publicKey)],
    ['x5u', 'https://evil.example/cert'],
    ['x5c', ['AAAA']],
    ['x5t', 'AAAA'],
    ['crit', ['exp']],
    ['b64', false],
    ['zip', 'DEF'],
    ['cty', 'JWT'],
    ['KID', 'x'],
  ])('with %s is token_header_refused', (name, value) => {
    expect(codeOf(signed(tokenClaims(), {...tokenHeader(key), [name]: value}))).toBe('token_header_refused')
  })
  test.each<readonly [string, Json]>([
    ['another typ', {typ: 'JWT'}],
    ['typ in other case', {typ: 'Authority+JWT'}],
    ['a kid that is a number', {kid: 1}],
    ['a kid that is null', {kid: null}],
  ])('with %s is token_header_refused', (_, other) => {
    expect(codeOf(signed(tokenClaims(), tokenHeader(key, other)))).toBe('token_header_refused')
  })
  test.each(['', '__proto__', 'constructor', '../../keys/1', stranger.kid])(
    'with the kid %j is token_key_unknown',
    (kid) => {
      expect(codeOf(signed(tokenClaims(), tokenHeader(key, {kid})))).toBe('token_key_unknown')
    },
  )
  test('with a name twice, or no object, is token_malformed', () => {
    const twice = JSON.stringify(tokenHeader(key)).replace('{', '{"alg":"none",')
    for (const text of [twice, '[]', '"RS256"', 'null', '{'])
      expect(codeOf(signed(tokenClaims(), text))).toBe('token_malformed')
  })
})

describe('the signature', () => {
  const input = `${header}.${payload}`
  test('of another key that claims our kid is refused', () => {
    expect(codeOf(signToken(tokenHeader(key), tokenClaims(), stranger))).toBe('token_signature_invalid')
  })
  test.each(['RS512', 'PS256'] as const)('made as %s is refused', (algorithm) => {
    expect(codeOf(assembleToken(input, otherSignatures[algorithm](input, key)))).toBe('token_signature_invalid')
  })
  test('that is longer or shorter than the modulus is refused', () => {
    const bytes = Buffer.from(signature, 'base64url')
    for (const other of [
      Buffer.concat([Buffer.from([0]), bytes]),
      Buffer.concat([bytes, Buffer.from([0])]),
      bytes.subarray(1),
    ]) {
      expect(codeOf(assembleToken(input, other))).toBe('token_signature_invalid')
    }
  })
  test('does not cover another payload, nor a header with the same meaning', () => {
    const later = segment(tokenClaims({exp: decidedAt + 7200}))
    expect(codeOf(`${header}.${later}.${signature}`)).toBe('token_signature_invalid')
    expect(codeOf(`${segment(JSON.stringify(tokenHeader(key), null, 1))}.${payload}.${signature}`)).toBe(
      'token_signature_invalid',
    )
  })
})

describe('the claims', () => {
  test.each(Object.keys(tokenClaims()))('without %s are refused, and the message names it', (name) => {
    const others = Object.entries(tokenClaims()).filter(([other]) => other !== name)
    expect(claimsFault(Object.fromEntries(others))).toMatch(
      new RegExp(`^token_claims_invalid: .*: ${name} (is missing|must stand)`),
    )
  })
  test.each<readonly [string, Json, string]>([
    ['iss with a slash', {iss: 'https://countersign.example/'}, 'iss'],
    ['iss as an array', {iss: ['https://countersign.example']}, 'iss'],
    ['iss over plain HTTP', {iss: 'http://countersign.example'}, 'iss'],
    ['two audiences', {aud: ['countersign-gate', 'other']}, 'aud'],
    ['one audience in an array', {aud: ['countersign-gate']}, 'aud'],
    ['jti without dec_', {jti: '01jdaa3x7k9m2n4p6q8r0s2t4w'}, 'jti'],
    ['a decision in lower case', {decision: 'allow'}, 'decision'],
    ['a decision that is true', {decision: true}, 'decision'],
    ['sub of another login', {sub: 'agent:octocat'}, 'sub'],
    ['sub user: for a bot', {sub: 'user:hubot'}, 'sub'],
    ['sub agent: for a user', {agent: {login: 'hubot', id: 1, kind: 'user'}}, 'sub'],
    ['an unknown kind of agent', {agent: {login: 'hubot', id: 1, kind: 'human'}}, 'agent.kind'],
    ['an agent without id', {agent: {login: 'hubot', kind: 'bot'}}, 'agent.id'],
    ['a score above 1', {risk: {score: 1.01, factors: []}}, 'risk.score'],
    ['a score below 0', {risk: {score: -0.1, factors: []}}, 'risk.score'],
    ['a score as text', {risk: {score: '0.2', factors: []}}, 'risk.score'],
    ['a factor without why', {risk: {score: 0, factors: [{name: 'a', weight: 1, value: 1}]}}, 'risk.factors[0].why'],
    [
      'a factor of negative weight',
      {risk: {score: 0, factors: [{name: 'a', weight: -1, value: 1, why: 'x'}]}},
      'risk.factors[0].weight',
    ],
    ['an outcome of another word', {policies: [aPolicy({outcome: 'skip'})]}, 'policies[0].outcome'],
    ['a policy without digest', {policies: [aPolicy({digest: null})]}, 'policies[0].digest'],
    ['a backtick in a why', {policies: [aPolicy({why: 'a`b'})]}, 'policies[0].why'],
    ['65 policies', {policies: Array.from({length: 65}, () => aPolicy({why: 'x'}))}, 'policies'],
    [
      'a scope with a short sha',
      {intent: {...intent(), scope: {...scope(), sha: commit.slice(0, 7)}}},
      'intent.scope.sha',
    ],
    ['a scope with another member', {intent: {...intent(), scope: {...scope(), ref: 'main'}}}, 'intent.scope."ref"'],
    ['an intent without summary', {intent: {...intent(), summary: ''}}, 'intent.summary'],
    ['an evidence digest in upper case', {evidence: `sha256:${'A'.repeat(64)}`}, 'evidence'],
    ['a receipt of another form', {receipt: 'rcpt_01'}, 'receipt'],
    ['a claim of no table', {admin: true}, '"admin"'],
    ['a reviewer that is an array', {reviewer: []}, 'reviewer'],
    ['a reviewer with whole seconds', {reviewer: aReviewer({at: '2026-04-02T14:29:58Z'})}, 'reviewer.at'],
  ])('%s', (_, other, path) => {
    expect(claimsFault(tokenClaims(other))).toContain(`: ${path} `)
    expect(claimsFault(tokenClaims(other))).toMatch(/^token_claims_invalid/)
  })
  function intent(): Json {
    return tokenClaims()['intent'] as Json
  }
  function scope(): Json {
    return intent()['scope'] as Json
  }
  test('a user is named as a user, an app as an agent', () => {
    expect(codeOf(aToken(key, {sub: 'user:octocat', agent: {login: 'octocat', id: 1, kind: 'user'}}))).toBe('valid')
    expect(codeOf(aToken(key, {sub: 'agent:a[bot]', agent: {login: 'a[bot]', id: 1, kind: 'app'}}))).toBe('valid')
  })
  test('a receipt stands exactly on an ALLOW', () => {
    for (const decision of ['DENY', 'ESCALATE']) {
      expect(claimsFault(tokenClaims({decision}))).toMatch(/receipt must stand exactly/)
    }
    expect(claimsFault(withoutReceipt({}))).toMatch(/receipt must stand exactly/)
  })
})

describe('an escalation', () => {
  const policies = [aPolicy(), aPolicy({id: 'risk', outcome: 'escalate', why: 'The risk is 0.7'})]
  test('that nobody has answered yet needs no reviewer', () => {
    expect(claimsFault(withoutReceipt({decision: 'ESCALATE', policies}))).toBe('valid')
  })
  test('that is answered names the reviewer', () => {
    expect(claimsFault(tokenClaims({policies}))).toMatch(/reviewer must name who answered/)
    expect(claimsFault(withoutReceipt({decision: 'DENY', policies}))).toMatch(/reviewer must name who answered/)
    expect(claimsFault(tokenClaims({policies, reviewer: aReviewer()}))).toBe('valid')
    expect(claimsFault(withoutReceipt({decision: 'DENY', policies, reviewer: aReviewer({decision: 'DENY'})}))).toBe(
      'valid',
    )
  })
  test('that the reviewer refused is never allowed, nor is a rule that failed', () => {
    expect(claimsFault(tokenClaims({policies, reviewer: aReviewer({decision: 'DENY'})}))).toMatch(/reviewer said DENY/)
    expect(claimsFault(tokenClaims({policies: [aPolicy({outcome: 'fail'})]}))).toMatch(/came out as "fail"/)
  })
})

describe('the times', () => {
  const at = (seconds: number): Json => ({now: seconds * 1000})
  test.each(['iat', 'nbf', 'exp'])('%s as text, null, a fraction, negative or in milliseconds is refused', (name) => {
    for (const wrong of [String(decidedAt), null, decidedAt + 0.5, -1, (decidedAt + 60) * 1000, true, []]) {
      const code = codeOf(aToken(key, {[name]: wrong}))
      expect([wrong, ['token_claims_invalid', 'token_lifetime_too_long'].includes(code)]).toEqual([wrong, true])
    }
  })
  test('exp at iat or before it, or at nbf, is refused', () => {
    expect(claimsFault(tokenClaims({exp: decidedAt}))).toMatch(/exp must be later than iat/)
    expect(claimsFault(tokenClaims({exp: decidedAt - 1}))).toMatch(/exp must be later than iat/)
    expect(claimsFault(tokenClaims({nbf: decidedAt + 3600}))).toMatch(/exp must be later than nbf/)
  })
  test.each([
    '2026-04-02T14:30:01.000000Z',
    '2026-04-02T14:29:59.999999Z',
    '2026-04-02T14:30:00Z',
    '2026-04-02T14:30:00.123Z',
    '2026-02-30T14:30:00.123456Z',
    '2026-04-02T14:30:00.123456+00:00',
  ])('decidedAt %s is refused: it lies in the second of iat', (other) => {
    expect(claimsFault(tokenClaims({decidedAt: other}))).toMatch(/: decidedAt must/)
  })
  test('it holds from 60 seconds before its start to its end, and not at its end', () => {
    expect(codeOf(token, at(decidedAt - 60))).toBe('valid')
    expect(codeOf(token, at(decidedAt - 60.001))).toBe('token_not_yet_valid')
    expect(codeOf(token, at(decidedAt + 3599.999))).toBe('valid')
    expect(codeOf(token, at(decidedAt + 3600))).toBe('token_expired')
  })
  test('nbf later than iat counts', () => {
    const later = aToken(key, {nbf: decidedAt + 600})
    expect(codeOf(later, at(decidedAt + 539))).toBe('token_not_yet_valid')
    expect(codeOf(later, at(decidedAt + 540))).toBe('valid')
  })
  test('a life of 24 hours is taken, one second more is not', () => {
    expect(codeOf(aToken(key, {exp: decidedAt + 86_400}))).toBe('valid')
    expect(codeOf(aToken(key, {exp: decidedAt + 86_401}))).toBe('token_lifetime_too_long')
  })
  test('as a record it is judged at its own time, and by the clock when no time is given', () => {
    expect(codeOf(token, {now: 'issued'})).toBe('valid')
    expect(codeOf(token, {now: new Date(decidedAt * 1000)})).toBe('valid')
    expect(verify.token(token, key.publicKey)).toMatchObject({valid: false, code: 'token_expired'})
  })
})

describe('the question', () => {
  test('issuer and audience are compared exactly', () => {
    expect(codeOf(token, {...during, issuer: 'https://countersign.example', audience: 'countersign-gate'})).toBe(
      'valid',
    )
    for (const issuer of ['https://countersign.example/', 'https://other.example', '']) {
      expect(codeOf(token, {...during, issuer})).toBe('token_issuer_mismatch')
    }
    expect(codeOf(aToken(key, {aud: 'countersign-gate-2'}))).toBe('token_audience_mismatch')
    expect(codeOf(aToken(key, {aud: 'other'}), {...during, audience: 'other'})).toBe('valid')
    expect(codeOf(token, {...during, audience: 'other'})).toBe('token_audience_mismatch')
  })
  test.each<readonly [string, unknown]>([
    ['null', null],
    ['text', 'now'],
    ['a misspelt name', {...during, isuer: 'x'}],
    ['an issuer that is undefined', {...during, issuer: undefined}],
    ['an audience that is undefined', {...during, audience: undefined}],
    ['two audiences', {...during, audience: ['countersign-gate']}],
    ['now NaN', {now: NaN}],
    ['now Infinity', {now: Infinity}],
    ['now undefined', {now: undefined}],
    ['now as text', {now: '2026-04-02T14:30:00Z'}],
    ['now an invalid Date', {now: new Date('x')}],
  ])('%s is input_invalid', (_, options) => {
    expect(codeOf(token, options as Json)).toBe('input_invalid')
  })
  test('options that throw are an internal error', () => {
    const {proxy, revoke} = Proxy.revocable({}, {})
    revoke()
    expect(codeOf(token, proxy)).toBe('internal_error')
  })
})

describe('keys that are none', () => {
  const ed25519 = generateKeyPairSync('ed25519')
  const pss = generateKeyPairSync('rsa-pss', {modulusLength: 2048})
  const weak = generateKeyPairSync('rsa', {modulusLength: 1024})
  const ec = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const pkcs8 = key.privateKey.export({format: 'pem', type: 'pkcs8'}).toString()
  test.each<readonly [string, unknown]>([
    ['null', null],
    ['a secret as text', 'secret'],
    ['a secret key', createSecretKey(Buffer.alloc(32, 1))],
    ['the private key', key.privateKey],
    ['the private key as PKCS#8', pkcs8],
    ['the private key as PKCS#1', key.privateKey.export({format: 'pem', type: 'pkcs1'})],
    ['the private key as a JWK', key.privateKey.export({format: 'jwk'})],
    ['the private key as a JWK in a set', {keys: [key.privateKey.export({format: 'jwk'})]}],
    ['an Ed25519 key', ed25519.publicKey],
    ['an Ed25519 PEM', ed25519.publicKey.export({format: 'pem', type: 'spki'})],
    ['an EC key', ec.publicKey],
    ['an EC JWK', ec.publicKey.export({format: 'jwk'})],
    ['an RSA-PSS key', pss.publicKey],
    ['1024 bits', weak.publicKey],
    ['a symmetric JWK', {kty: 'oct', k: 'c2VjcmV0'}],
    ['an empty object', {}],
    ['an array', [key.publicKey]],
    ['bytes', Buffer.from('secret')],
  ])('%s is token_key_invalid', (_, other) => {
    expect(codeOf(token, during, other)).toBe('token_key_invalid')
  })
  test('no key at all is token_key_invalid', () => {
    expect(verify.token(token, undefined, during)).toMatchObject({valid: false, code: 'token_key_invalid'})
  })
  test('nothing of a private key stands in the reason', () => {
    const result = verify.token(token, pkcs8)
    expect(JSON.stringify(result)).not.toContain(pkcs8.split('\n')[1]?.slice(0, 16))
    expect(createPrivateKey(pkcs8).type).toBe('private')
  })
})
