/** A loopback issuer that is asked for audits: its keys are real, and what it answers is honest but for what a test changes. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {type Entry, canonicalBytes, canonicalJson, digestOf, publicJwk} from '#protocol'
import {type Loopback, serve} from '../action/asks.ts'
import {type Json, type Overrides, type TestKey, makeKey, receiptBody} from '../protocol/builders.ts'
import {entryAfter, ledgerKey, proveInclusion, sign} from '../protocol/ledger-builders.ts'
import {aToken, makeTokenKey} from '../protocol/token-builders.ts'

export const tokenKey = makeTokenKey()
export const pin = makeKey()
export {ledgerKey}
/** The keys of the issuer, and the moment that most tests ask about. */
export const keys: readonly string[] = ['--pin', pin.pin, '--ledger-key', ledgerKey, '--at', '2026-04-02T14:35Z']

export const auditWords = ({origin}: {readonly origin: string}): readonly string[] => [
  ...['audit', '--issuer', origin],
  ...['--repository', 'octo-org/api-service', '--environment', 'production'],
]

export const ids = ['a', 'b', 'c', 'd', 'e'].map((last) => `rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4${last}`)
const decisionOf = (receipt: Json): string => String(receipt['id']).replace('rcpt_dg_', 'dec_')
export const at = '2026-04-02T14:35:00Z'

export const run = {id: '7', attempt: 1, url: 'https://github.com/octo-org/api-service/actions/runs/7'}

/** A deployment that ended at that time, as its job reported it. */
export const deployed = (time: string): Json => ({
  run,
  event: 'finished',
  outcome: 'success',
  at: time,
  environment: 'attested',
})

export interface Issuing extends Overrides {
  /** Over the usual record. */
  readonly more?: Json
  readonly by?: TestKey
  /** Over the claims of the usual token. */
  readonly claims?: Json
}

/** A record without its inclusion proof, which depends on the ledger's length. Tests change what they like. */
export interface TestRecord extends Json {
  receipt: Json
  token: string | null
  revocation: Json | null
  executions: readonly Json[]
  entry: Entry
}

export class TestIssuer {
  readonly origin: string
  readonly #server: Loopback
  readonly #entries: Entry[] = [entryAfter(undefined)]
  readonly #records: TestRecord[] = []
  /** Set by a test: the answer to /v1/audit as it goes out. */
  answer: (honest: Json, request: IncomingMessage, response: ServerResponse) => unknown = (honest) => honest
  /** Set by a test: the receipts before one, newest first, a page of them. */
  list = (before: string): readonly unknown[] => {
    const receipts = this.#records.map(({receipt}) => receipt)
    const from = receipts.findIndex(({id}) => id === before) + 1
    return receipts.slice(from, from + 20)
  }
  /** What it publishes as its token keys. */
  jwks: unknown = {keys: [publicJwk(tokenKey.publicKey)]}
  /** What it publishes as its receipt keys. */
  keySet: unknown = publish()

  constructor(server: Loopback) {
    this.#server = server
    this.origin = server.origin
  }

  get requests(): readonly IncomingMessage[] {
    return this.#server.requests
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  close = (): Promise<void> => this.#server.close()

  /** Mints a receipt, its token and its entry, and gives its record as the newest. */
  issue({more = {}, by = pin, claims = {}, ...overrides}: Issuing = {}): TestRecord {
    const n = this.#records.length
    const id = ids[n] ?? `rcpt_dg_01jdaa3x7k${String(n).padStart(16, '0')}`
    const body = receiptBody({id, decision: id.replace('rcpt_dg_', 'dec_'), issuer: this.origin, ...overrides})
    const receipt = by.sign(body)
    const token = this.token(receipt, claims)
    const entry = this.append({
      event: 'receipt.issued',
      subject: id,
      digests: {
        receipt: digestOf(canonicalBytes(receipt)),
        token: digestOf(token),
        decision: decisionOf(receipt),
        evidence: String(receipt['evidence']),
      },
    })
    const rest = {state: 'active', revocation: null, redemption: null, executions: [], entry, ...more}
    const record = {receipt, token, ...rest}
    this.#records.unshift(record)
    return record
  }

  /** The token that belongs to a receipt, but for some claims. */
  token(receipt: Json, claims: Json = {}): string {
    const {id, scope, evidence} = receipt
    const usual = {iss: this.origin, jti: decisionOf(receipt), receipt: id, evidence, intent: {...intent, scope}}
    return aToken(tokenKey, {...usual, ...claims})
  }

  append(body: Partial<Entry>): Entry {
    const entry = entryAfter(this.#entries.at(-1), body)
    this.#entries.push(entry)
    return entry
  }

  revocation(receipt: Json, time: string, {by = pin, ...overrides}: Json & {by?: TestKey} = {}): Json {
    return by.sign({
      type: 'countersign.revocation/v1',
      id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t4x',
      receipt: receipt['id'],
      repositoryId: 1296269,
      revokedBy: {login: 'monalisa', id: 2},
      statement: {kind: 'issue_comment', id: 99262141, digest: digestOf('/revoke production')},
      at: time,
      cause: 'person',
      ...overrides,
    })
  }

  checkpoint = (): string => sign(this.#entries)

  honest(query: URLSearchParams): Json {
    const size = this.#entries.length
    const records = this.#records.slice(0, 20).map((record) => {
      const {seq, hash} = record.entry
      return {...record, inclusion: {seq, size, hash, proof: proveInclusion(this.#entries, {seq, size})}}
    })
    const running = records.find(({executions}) => executions.length > 0)
    return {
      type: 'countersign.audit/v1',
      repository: query.get('repository'),
      repositoryId: records.length === 0 ? null : 1296269,
      environment: query.get('environment'),
      at: query.get('at'),
      records,
      running: running?.receipt['id'] ?? null,
      unauthorized: null,
      checkpoint: this.checkpoint(),
    }
  }

  handle = (request: IncomingMessage, response: ServerResponse): void => {
    const {pathname, searchParams} = new URL(request.url ?? '', 'http://issuer')
    const send = (value: unknown): void => {
      if (value !== undefined) response.end(typeof value === 'string' ? value : canonicalJson(value))
    }
    if (pathname === '/v1/receipts') send({receipts: this.list(searchParams.get('before') ?? '')})
    else if (pathname === '/v1/audit') send(this.answer(this.honest(searchParams), request, response))
    else if (pathname === '/.well-known/jwks.json') send(this.jwks)
    else if (pathname === '/.well-known/countersign-keys.json') send(this.keySet)
    else response.writeHead(404).end()
  }
}

const intent = {
  domain: 'software-delivery',
  category: 'deploy',
  action: 'deploy:production',
  summary: 'Deploy pull request 42 of octo-org/api-service',
}

/** A key set with this one key. */
export const publish = (overrides: Json = {}): Json =>
  pin.sign({
    type: 'countersign.keys/v1',
    keys: [{...publishedKey, ...overrides}],
    version: 1,
    at: '2026-01-01T00:00:00Z',
  })

const publishedKey = {
  publicKey: pin.pin,
  use: 'receipt',
  status: 'active',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: null,
  revokedAt: null,
}

export async function openIssuer(): Promise<TestIssuer> {
  const held: {issuer?: TestIssuer} = {}
  const server = await serve((request, response) => held.issuer?.handle(request, response))
  return (held.issuer = new TestIssuer(server))
}

/** The issuer's answer with the members of its first record replaced. */
export function changed(answer: Json, overrides: Json): Json {
  const [first, ...others] = answer['records'] as readonly Json[]
  return {...answer, records: [{...first, ...overrides}, ...others]}
}
