/** A19: JWT confusion: no signature, the public key as a shared secret, another algorithm, keys in the header, names twice. */
import {type JsonWebKey, type KeyObject, constants, createHmac, createPublicKey, sign} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {type Loopback, serve} from '../action/asks.ts'
import {type Answer, ask} from '../acceptance/answers.ts'
import {jobToken, onMain} from '../acceptance/jobs.ts'
import {databasePath} from '../acceptance/ledger.ts'
import {Stage} from '../acceptance/stage.ts'
import {countersign, fileOf, useBuiltCommand} from '../cli/command.ts'
import {makeTokenKey} from '../protocol/token-builders.ts'
import {expectAllowed} from './judge.ts'

useBuiltCommand()

let stage: Stage
let sha: string
let path: string
/** The attacker's server, with a key set of the attacker's own: nobody may ask it. */
let elsewhere: Loopback
const thief = makeTokenKey()
beforeAll(async () => {
  const keys = [{...thief.publicKey.export({format: 'jwk'}), kid: thief.kid, alg: 'RS256', use: 'sig'}]
  elsewhere = await serve((_, response) => response.end(JSON.stringify({keys})))
  stage = await Stage.open()
  sha = await stage.authorizeMain()
  path = `/v1/receipts/${(JSON.parse(stage.receiptText({sha})) as {id: string}).id}`
})
afterAll(async () => {
  await stage.close()
  await elsewhere.close()
  expect(elsewhere.requests.map(({url}) => url)).toEqual([])
  expect(stage.world.violations).toEqual([])
})

const part = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const open = (text: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>

const hmac = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url')
const rs256 = (key: KeyObject) => (input: string) => sign('sha256', Buffer.from(input), key).toString('base64url')
const pss = {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32} as const
const ps256 = (key: KeyObject) => (input: string) =>
  sign('sha256', Buffer.from(input), {key, ...pss}).toString('base64url')

/** The key that a published set names, as whoever fetches the set has it. */
async function published(url: string): Promise<PublishedKey> {
  const {keys} = (await (await fetch(url)).json()) as {readonly keys: readonly PublishedKey[]}
  if (keys[0] === undefined) throw new Error(`${url} has no key`)
  return keys[0]
}

const pemOf = (key: JsonWebKey): string =>
  createPublicKey({key, format: 'jwk'}).export({type: 'spki', format: 'pem'}).toString()

interface Forgery {
  readonly header: object
  readonly sign: (input: string) => string
}

type PublishedKey = JsonWebKey & {readonly kid: string}

/** Every way of signing without the key, for a verifier that believes what a token says of itself. */
const forgeries: Readonly<Record<string, (key: PublishedKey) => Forgery>> = {
  'no signature': ({kid}) => ({header: {alg: 'none', typ: 'JWT', kid}, sign: () => ''}),
  'no signature, spelled otherwise': ({kid}) => ({header: {alg: 'nOnE', typ: 'JWT', kid}, sign: () => 'AAAA'}),
  'HS256 with the public PEM': (key) => ({header: {alg: 'HS256', typ: 'JWT', kid: key.kid}, sign: hmac(pemOf(key))}),
  'HS256 with the public JWK': (key) => ({
    header: {alg: 'HS256', typ: 'JWT', kid: key.kid},
    sign: hmac(JSON.stringify(key)),
  }),
  'HS256 in an RS256 header': (key) => ({header: {alg: 'RS256', typ: 'JWT', kid: key.kid}, sign: hmac(pemOf(key))}),
  'PS256 by another key': ({kid}) => ({header: {alg: 'PS256', typ: 'JWT', kid}, sign: ps256(thief.privateKey)}),
  'another key of that name': ({kid}) => ({header: {alg: 'RS256', typ: 'JWT', kid}, sign: rs256(thief.privateKey)}),
  'the key in the header': () => byThief({jwk: thief.publicKey.export({format: 'jwk'})}),
  'the key behind an address in the header': () =>
    byThief({jku: `${elsewhere.origin}/jwks`, x5u: `${elsewhere.origin}/x5u`}),
  'an address for a name': () => byThief({kid: `${elsewhere.origin}/jwks`}),
  'a path for a name': () => ({header: {alg: 'HS256', typ: 'JWT', kid: '../../../../dev/null'}, sign: hmac('')}),
}

const byThief = (more: object): Forgery => ({
  header: {alg: 'RS256', typ: 'JWT', kid: thief.kid, ...more},
  sign: rs256(thief.privateKey),
})

const assemble = (payload: object | string, {header, sign: signWith}: Forgery): string => {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${signWith(input)}`
}

describe('a job that shows a forged OIDC token', () => {
  const tell = (bearer: string): Promise<Answer> => ask(stage, `${path}/redemptions`, {method: 'POST', bearer})
  const keysUrl = (): string => `${stage.github.oidcIssuer}/.well-known/jwks`

  test.each(Object.entries(forgeries))('with %s, is nobody', async (name, forge) => {
    const claims = open((await jobToken(stage)).split('.')[1] ?? '')
    const forged = assemble({...claims, jti: name.replaceAll(' ', '-')}, forge(await published(keysUrl())))
    const {status, body} = await tell(forged)
    expect([status, body]).toEqual([401, expect.stringContaining('caller_unknown')])
  })

  test('or one of another provider, is nobody, and the receipt is unused until the true job comes', async () => {
    const claims = open((await jobToken(stage)).split('.')[1] ?? '')
    const token = assemble({...claims, iss: elsewhere.origin}, byThief({}))
    expect((await tell(token)).status).toBe(401)
    expect((await ask(stage, `${path}/status`)).body).toContain('"status":"active"')
    expectAllowed(await stage.gate(onMain({}, {redeem: 'true'})), sha)
    expect((await ask(stage, `${path}/status`)).body).toContain('"status":"redeemed"')
  })
})

describe('a forged authority token', () => {
  const jwks = async (): Promise<string> => {
    const {body} = await ask(stage, '/.well-known/jwks.json')
    return fileOf(body)
  }
  const issued = async (): Promise<string> => {
    const {decision} = JSON.parse(stage.receiptText({sha})) as {readonly decision: string}
    return (await ask(stage, `/v1/decisions/${decision}`)).body.trim()
  }
  const verify = async (token: string) => await countersign(['verify', fileOf(token), '--jwks', await jwks()])

  test.each(Object.entries(forgeries))('with %s, is refused', async (_, forge) => {
    const claims = open((await issued()).split('.')[1] ?? '')
    const forged = assemble(claims, forge(await published(`${stage.issuer.url}/.well-known/jwks.json`)))
    const {code, out, err} = await verify(forged)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/\(token_(?:malformed|algorithm_refused|header_refused|signature_invalid|key_unknown)\)/)
  })

  test('that says a thing twice is none, even under the true key', async () => {
    const token = await issued()
    expect((await verify(token)).code).toBe(0)
    const pem = readFileSync(join(dirname(databasePath(stage.issuer)), 'token-key.pem'), 'utf8')
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const twice = payload.replace('"decision":"ALLOW"', '"decision":"DENY","decision":"ALLOW"')
    expect(twice).not.toBe(payload)
    const input = `${token.split('.')[0] ?? ''}.${part(twice)}`
    const signature = sign('sha256', Buffer.from(input), pem).toString('base64url')
    const {code, err} = await verify(`${input}.${signature}`)
    expect([code, err]).toEqual([1, expect.stringContaining('(token_malformed)')])
  })
})
