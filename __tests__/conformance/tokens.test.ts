/** Tokens that the issuer mints, verified by npm's jose and by Debian's PyJWT; each refuses them after one flipped bit. */
import {expect, test} from '@jest/globals'
import {createLocalJWKSet, jwtVerify} from 'jose'
import {verify} from '#protocol'
import {claims, flippedTokens, issuedAt, jwk, token} from './minted-proofs.ts'
import {askPython, findPython} from './python.ts'

const header = {alg: 'RS256', kid: jwk.kid, typ: 'authority+jwt'}
const {iss: issuer, aud: audience} = claims

test('our own verifier takes it, and refuses each with one flipped bit', () => {
  const now = issuedAt + 1000
  expect(verify.token(token, jwk, {now, issuer})).toMatchObject({valid: true, allowed: true, claims})
  for (const flipped of flippedTokens()) expect(verify.token(flipped, jwk, {now, issuer}).valid).toBe(false)
})

test('jose takes it with every claim, and refuses each with one flipped bit', async () => {
  const keys = createLocalJWKSet({keys: [{...jwk}]})
  const options = {
    algorithms: ['RS256'],
    issuer,
    audience,
    typ: 'authority+jwt',
    currentDate: new Date(issuedAt + 1000),
  }
  const {payload, protectedHeader} = await jwtVerify(token, keys, options)
  expect([payload, protectedHeader]).toEqual([claims, header])
  for (const flipped of flippedTokens()) await expect(jwtVerify(flipped, keys, options)).rejects.toThrow()
})

const python = findPython('jwt', 'cryptography')
const maybe = python === undefined ? test.skip : test
const absent = python === undefined ? ' (absent: python3-jwt, python3-cryptography)' : ''

maybe(`PyJWT takes it with every claim, and refuses each with one flipped bit${absent}`, () => {
  const tokens = [token, ...flippedTokens()]
  const answers = askPython(python ?? '', 'tokens.py', {jwk, issuer, audience, tokens})
  expect(answers).toEqual([{header, claims}, ...flippedTokens().map(() => null)])
})
