/** Signed tokens against the published vectors, and what we mint against another implementation. */
import {sign} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {compactVerify, createLocalJWKSet, importJWK, importSPKI, jwtVerify} from 'jose'
import {type TokenClaims, assembleToken, publicJwk, readTokenKeys, tokenSigningInput, verify} from '#protocol'
import {verifyRs256} from '../../src/protocol/crypto.ts'
import {parseCompactJws} from '../../src/protocol/jws.ts'
import type {Json} from '../protocol/builders.ts'
import {aToken, decidedAt, makeTokenKey, tokenClaims} from '../protocol/token-builders.ts'
import {readVectorText, testWithVectors} from './vectors.ts'

interface Group {
  readonly public?: Json
  readonly tests: readonly {readonly tcId: number; readonly jws: unknown; readonly result: string}[]
}

/** The layer below the claims: strict form, a key that is for RS256, RS256 in the header, the signature. */
function verifyJws(jws: unknown, jwk: Json): boolean {
  // These keys have names of their own where ours have thumbprints.
  const keys = readTokenKeys(Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== 'kid')))
  const parsed = typeof jws === 'string' ? parseCompactJws(jws) : undefined
  if (!keys.ok || parsed?.ok !== true) return false
  const {header, signingInput, signature} = parsed.value
  return header['alg'] === 'RS256' && [...keys.value.values()].every((key) => verifyRs256(key, signingInput, signature))
}

describe('Wycheproof JWS', () => {
  const groups = (): readonly Group[] =>
    (JSON.parse(readVectorText('wycheproof/json_web_signature_test.json')) as {testGroups: readonly Group[]}).testGroups

  testWithVectors(
    '233 with an RS256 key: every invalid one refused, every valid one taken but the empty payload',
    () => {
      const cases = groups()
        .filter((group) => group.public?.['kty'] === 'RSA' && group.public['alg'] === 'RS256')
        .flatMap(({public: jwk = {}, tests}) => tests.map((one) => ({...one, jwk})))
      expect(cases).toHaveLength(233)
      const wrong = cases.filter(({jws, jwk, result}) => verifyJws(jws, jwk) !== (result === 'valid'))
      expect(wrong.map(({tcId}) => tcId)).toEqual([259])
    },
  )
  testWithVectors('with a key of any other algorithm nothing is taken', () => {
    const cases = groups()
      .filter((group) => group.public !== undefined && group.public['alg'] !== 'RS256' && 'alg' in group.public)
      .flatMap(({public: jwk = {}, tests}) => tests.map(({jws}) => verifyJws(jws, jwk)))
    expect(cases.length).toBeGreaterThan(100)
    expect(cases).not.toContain(true)
  })
  testWithVectors('none of them is an authority token', () => {
    for (const {public: jwk, tests} of groups()) {
      for (const {jws} of tests) expect(verify.token(jws, jwk, {now: 'issued'}).valid).toBe(false)
    }
  })
})

describe('jose verifies what we mint', () => {
  const key = makeTokenKey(3072)
  const jwk = publicJwk(key.publicKey)
  const input = tokenSigningInput(tokenClaims() as unknown as TokenClaims, jwk.kid)
  const token = assembleToken(input, sign('sha256', Buffer.from(input), key.privateKey))
  const options = {
    algorithms: ['RS256'],
    issuer: 'https://countersign.example',
    audience: 'countersign-gate',
    typ: 'authority+jwt',
    currentDate: new Date((decidedAt + 60) * 1000),
  }
  test('against the published key set, by kid, with every claim', async () => {
    const {payload, protectedHeader} = await jwtVerify(token, createLocalJWKSet({keys: [{...jwk}]}), options)
    expect(payload).toEqual(tokenClaims())
    expect(protectedHeader).toEqual({alg: 'RS256', kid: jwk.kid, typ: 'authority+jwt'})
  })
  test('against the PEM and the JWK, and it refuses a changed one', async () => {
    const pem = await importSPKI(key.publicKey.export({format: 'pem', type: 'spki'}).toString(), 'RS256')
    await expect(jwtVerify(token, pem, options)).resolves.toBeDefined()
    const other = await importJWK({...jwk}, 'RS256')
    await expect(compactVerify(token, other)).resolves.toBeDefined()
    const [header = '', , signature = ''] = token.split('.')
    const [, payload = ''] = aToken(key, {decision: 'ALLOW', nbf: decidedAt + 1}).split('.')
    await expect(jwtVerify(`${header}.${payload}.${signature}`, pem, options)).rejects.toThrow(/signature/)
  })
})
