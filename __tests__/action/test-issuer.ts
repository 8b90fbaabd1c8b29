/** An issuer on loopback with a real key: docs/routes.md as far as a gate asks it, and the runner's door for OIDC tokens. */
import {randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {type Origin, parseOrigin, printSecondsTime} from '#protocol'
import {type Json, type TestKey, makeKey, noon} from '../protocol/builders.ts'
import {type Loopback, serve, sure} from './asks.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  /** The claims of the bearer that was shown. */
  readonly caller: Json | undefined
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const oidcPath = '/oidc'

export class TestIssuer {
  readonly key: TestKey
  readonly asked: SeenRequest[] = []
  /** What `GET /v1/receipts` lists. */
  receipts: readonly Json[] = []
  /** By receipt; `active` where nothing stands. */
  readonly statuses = new Map<string, string>()
  /** The run that uses a receipt. */
  readonly redeemed = new Map<string, string>()
  keys: readonly Json[]
  now = (): number => noon
  /** An answer in place of the usual one; undefined leaves it. */
  instead: (asked: SeenRequest) => Answer | undefined = () => undefined
  /** Claims of the tokens that the job gets here. */
  claims: Json = {run_id: '7', repository_id: '1296269'}
  /** Told of every bearer that is shown. */
  sawBearer: (bearer: string) => void = () => undefined
  /** Takes questions and never answers. */
  isSilent = false
  /** How often the runner's door was asked for a token. */
  tokensAsked = 0
  /** How many more of its answers are failures. */
  failTokens = 0
  readonly #seen = new Set<unknown>()
  #server: Loopback | undefined

  private constructor(key: TestKey) {
    this.key = key
    this.keys = [keyEntry(key)]
  }

  static async start(key = makeKey()): Promise<TestIssuer> {
    const issuer = new TestIssuer(key)
    issuer.#server = await serve((request, response) => void issuer.#serve(request, response))
    return issuer
  }

  get origin(): Origin {
    return sure(parseOrigin(this.#server?.origin))
  }

  /** What the runner gives to a job that may ask for tokens. */
  get env(): Readonly<Record<string, string>> {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.origin}${oidcPath}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job-secret',
    }
  }

  pathsAsked(): readonly string[] {
    return this.asked.map(({method, path}) => `${method} ${path}`)
  }

  status(receipt: string, overrides: Json = {}, key = this.key): Json {
    const at = printSecondsTime(this.now())
    return key.sign({
      type: 'countersign.status/v1',
      receipt,
      status: this.statuses.get(receipt) ?? 'active',
      at,
      ...overrides,
    })
  }

  close(): Promise<void> {
    return this.#server?.close() ?? Promise.resolve()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://issuer')
    const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (url.pathname === oidcPath) {
      this.tokensAsked += 1
      if (this.failTokens > 0) {
        this.failTokens -= 1
        this.#send(response, {status: 500, body: {}})
        return
      }
      const isOurs = bearer === 'job-secret'
      this.#send(response, isOurs ? {status: 200, body: {value: this.#token(url)}} : {status: 401, body: {}})
      return
    }
    const asked: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      caller: this.#identify(bearer),
      body: Buffer.concat(chunks).toString(),
    }
    this.asked.push(asked)
    if (this.isSilent) return
    this.#send(response, this.instead(asked) ?? this.#answer(asked))
  }

  #send(response: ServerResponse, {status, body}: Answer): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, {'content-type': 'application/json'}).end(text)
  }

  #answer({method, path, caller}: SeenRequest): Answer {
    const [, id = '', what = ''] = /^\/v1\/receipts\/([^/]+)\/(\w+)$/.exec(path) ?? []
    if (path === '/v1/receipts') return {status: 200, body: {receipts: this.receipts}}
    if (path === '/.well-known/countersign-keys.json') return {status: 200, body: this.#keySet()}
    if (what === 'status') return {status: 200, body: this.status(id)}
    if (method === 'POST' && caller === undefined) return refusal(401, 'caller_unknown')
    if (what === 'redemptions') return this.#redeem(id, String(caller?.['run_id']))
    if (what === 'executions') return {status: 200, body: {receipt: id}}
    return refusal(404, 'not_found')
  }

  #redeem(id: string, run: string): Answer {
    const user = this.redeemed.get(id) ?? run
    const at = '2026-04-02T14:59:00Z'
    const record = {run: {id: user, attempt: 1, url: `https://github.example/runs/${user}`}, at}
    if (user !== run) return {status: 409, body: {error: {code: 'already_used', message: 'used'}, ...record}}
    this.redeemed.set(id, run)
    return {status: 200, body: this.status(id, {status: 'redeemed', run: {id: user, attempt: 1, at}})}
  }

  #keySet(): Json {
    const at = printSecondsTime(this.now())
    return this.key.sign({type: 'countersign.keys/v1', keys: this.keys, version: 1, at})
  }

  /** Signed by nobody: what a token proves is the issuer's to find out, and here it is only read. */
  #token(url: URL): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {aud: url.searchParams.get('audience'), jti: randomUUID(), ...this.claims}
    return `${part({alg: 'RS256'})}.${part(claims)}.${part({})}`
  }

  /** Each token counts once, and for this audience alone. */
  #identify(bearer: string | undefined): Json | undefined {
    if (bearer === undefined) return undefined
    this.sawBearer(bearer)
    const claims = JSON.parse(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString()) as Json
    if (claims['aud'] !== this.origin || this.#seen.has(claims['jti'])) return undefined
    this.#seen.add(claims['jti'])
    return claims
  }
}

export const refusal = (status: number, code: string, more: Json = {}): Answer => ({
  status,
  body: {error: {code, message: 'no'}, ...more},
})

export const keyEntry = (key: TestKey, overrides: Json = {}): Json => ({
  publicKey: key.pin,
  use: 'receipt',
  status: 'active',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: null,
  revokedAt: null,
  ...overrides,
})

/** A revocation of the usual receipt. */
export const aRevocation = (key: TestKey, overrides: Json = {}): string =>
  JSON.stringify(
    key.sign({
      type: 'countersign.revocation/v1',
      id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4v',
      receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
      repositoryId: 1296269,
      revokedBy: {login: 'octocat', id: 583231},
      statement: {kind: 'issue_comment', id: 99262141, digest: `sha256:${'4'.repeat(64)}`},
      at: '2026-04-02T14:45:00Z',
      cause: 'person',
      ...overrides,
    }),
  )
