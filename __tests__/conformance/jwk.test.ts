/** Keys as JWK against the published vectors: which are taken, and what their thumbprints are. */
import {expect, test} from '@jest/globals'
import {calculateJwkThumbprint} from 'jose'
import {publicJwk, readTokenKeys, thumbprint} from '#protocol'
import {verifyRs256} from '../../src/protocol/crypto.ts'
import {parseCompactJws} from '../../src/protocol/jws.ts'
import type {Json} from '../protocol/builders.ts'
import {makeTokenKey} from '../protocol/token-builders.ts'
import {readVectorText, testWithVectors} from './vectors.ts'

interface Group {
  readonly private: {readonly keys: readonly Json[]}
  readonly public?: {readonly keys: readonly Json[]}
  readonly tests: readonly {readonly tcId: number; readonly jws: string; readonly result: string}[]
}

const withoutKid = ({keys}: {readonly keys: readonly Json[]}): Json => ({
  keys: keys.map((key) => Object.fromEntries(Object.entries(key).filter(([name]) => name !== 'kid'))),
})

testWithVectors('Wycheproof JWK, 26 cases: of the valid ones the RSA key is taken, all else is refused', () => {
  const {testGroups} = JSON.parse(readVectorText('wycheproof/json_web_key_test.json')) as {
    testGroups: readonly Group[]
  }
  const cases = testGroups.flatMap((group) => group.tests.map((one) => ({...one, set: group.public ?? group.private})))
  expect(cases).toHaveLength(26)
  const taken = cases.filter(({jws, set}) => {
    const keys = readTokenKeys(withoutKid(set))
    const parsed = parseCompactJws(jws)
    if (!keys.ok || !parsed.ok) return false
    const {signingInput, signature} = parsed.value
    return [...keys.value.values()].some((key) => verifyRs256(key, signingInput, signature))
  })
  expect(taken.map(({tcId}) => tcId)).toEqual([5])
  // 2, 13, 14 and 15 are valid HMAC keys: symmetric keys are refused on purpose.
  const refused = cases.filter(({tcId, result}) => result === 'valid' && tcId !== 5)
  expect(refused.map(({tcId}) => tcId)).toEqual([2, 13, 14, 15])
})

testWithVectors('Wycheproof JWK 7, 8 and 9 are refused for what they are', () => {
  const {testGroups} = JSON.parse(readVectorText('wycheproof/json_web_key_test.json')) as {
    testGroups: readonly Group[]
  }
  const reasonOf = (id: number): string => {
    const group = testGroups.find(({tests}) => tests.some(({tcId}) => tcId === id))
    const read = group?.public === undefined ? undefined : readTokenKeys(withoutKid(group.public))
    return read?.ok === false ? read.fault : 'taken'
  }
  expect(reasonOf(7)).toMatch(/CVE-2017-15361/)
  expect(reasonOf(8)).toMatch(/1024 bits/)
  expect(reasonOf(9)).toMatch(/exponent|not an RSA/)
})

test('the thumbprint of RFC 7638 §3.1', () => {
  const n = [
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj',
    'hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ',
    'vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK',
    'nqDKgw',
  ].join('')
  const jwk = {kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29'} as const
  expect(thumbprint(jwk)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  expect(publicJwk({kty: 'RSA', n, e: 'AQAB'}).kid).toBe(thumbprint(jwk))
})

testWithVectors('the thumbprint of RFC 8037 A.3', () => {
  const {rfc8037_thumbprint: vector} = JSON.parse(readVectorText('rfc/rfc-vectors.json')) as {
    rfc8037_thumbprint: {jwk: {kty: 'OKP'; crv: string; x: string}; sha256: string}
  }
  expect(thumbprint(vector.jwk)).toBe(vector.sha256)
})

test('jose computes the same thumbprints', async () => {
  for (const bits of [2048, 3072]) {
    const jwk = publicJwk(makeTokenKey(bits).publicKey)
    expect(await calculateJwkThumbprint({...jwk})).toBe(jwk.kid)
  }
})
