/** An OIDC provider on loopback with keys of its own, and tokens as GitHub gives them to jobs, of which a test changes one thing. */
import {type KeyObject, generateKeyPairSync, randomUUID} from 'node:crypto'
import {type IncomingMessage, type Server, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {type JWK, SignJWT, exportJWK} from 'jose'
import {createJobTokens, type JobTokens, openOidcKeys} from '../../../issuer/api/callers/job-token.ts'

export const audience = 'https://countersign.example'
/** In milliseconds. */
export const askedAt = Date.parse('2026-04-02T15:00:00Z')

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const makeSigningKey = (kid: string): SigningKey => ({kid, ...generateKeyPairSync('rsa', {modulusLength: 2048})})

export async function keySetOf(...keys: readonly SigningKey[]): Promise<{keys: JWK[]}> {
  const jwks = keys.map(async ({kid, publicKey}) => ({...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig'}))
  return {keys: await Promise.all(jwks)}
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface Provider {
  readonly issuer: string
  readonly key: SigningKey
  /** How often it was asked for its keys. */
  readonly asked: () => number
  /** What it answers from now on. */
  readonly answerWith: (answer: Answer) => void
  readonly publish: (...keys: readonly SigningKey[]) => Promise<void>
  readonly close: () => Promise<void>
}

export async function startProvider(): Promise<Provider> {
  const key = makeSigningKey('one')
  let answer: Answer = (_, response) => void response.destroy()
  let asked = 0
  const server: Server = createServer((request, response) => {
    asked += 1
    if (request.url === '/.well-known/jwks') answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const publish = async (...keys: readonly SigningKey[]): Promise<void> => {
    const body = JSON.stringify(await keySetOf(...keys))
    answer = (_, response) => void response.writeHead(200, {'content-type': 'application/json'}).end(body)
  }
  await publish(key)
  return {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    asked: () => asked,
    answerWith: (next) => {
      answer = next
    },
    publish,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const jobTokensOf = ({issuer}: Pick<Provider, 'issuer'>, now = () => askedAt): JobTokens =>
  createJobTokens({issuer, audience, webUrl: 'https://github.com', keys: openOidcKeys(issuer), now})

export type Claims = Readonly<Record<string, unknown>>
const workflow = 'octo-org/api-service/.github/workflows/deploy.yml@refs/heads/main'

/** What GitHub says of a job that a push to main started. A member that is undefined is left out. */
export function jobClaims({issuer}: Pick<Provider, 'issuer'>, changes: Claims = {}): Claims {
  const now = Math.floor(askedAt / 1000)
  return {
    iss: issuer,
    aud: audience,
    jti: randomUUID(),
    iat: now - 10,
    nbf: now - 610,
    exp: now + 290,
    sub: 'repo:octo-org/api-service:ref:refs/heads/main',
    ref: 'refs/heads/main',
    sha: '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b',
    repository: 'octo-org/api-service',
    repository_id: '1296269',
    repository_owner_id: '9919',
    repository_visibility: 'private',
    event_name: 'push',
    run_id: '8123456789',
    run_attempt: '1',
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    ...changes,
  }
}

export interface Signing {
  readonly key?: SigningKey
  readonly header?: Readonly<Record<string, unknown>>
}

export async function mint(
  provider: Pick<Provider, 'issuer' | 'key'>,
  changes: Claims = {},
  {key = provider.key, header = {}}: Signing = {},
): Promise<string> {
  return await new SignJWT({...jobClaims(provider, changes)})
    .setProtectedHeader({alg: 'RS256', typ: 'JWT', kid: key.kid, ...header})
    .sign(key.privateKey)
}
