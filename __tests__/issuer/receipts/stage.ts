/** The routes of receipts and decisions over a real store and a real OIDC provider; what GitHub shows is the test's to say. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Hono} from 'hono'
import {type PinnedKeys, type Receipt, hexToBytes, parseOrigin} from '#protocol'
import type {CallerTools} from '../../../issuer/api/callers/read-caller.ts'
import type {PermissionLevel} from '../../../issuer/model/facts.ts'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {decisionRoutes, tokenKeyRoutes} from '../../../issuer/api/decision-routes.ts'
import {type ReceiptRouteTools, receiptRoutes} from '../../../issuer/api/receipt-routes.ts'
import {type EndOrder, makeEnding} from '../../../issuer/decide/end.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import {openSqlite} from '../../../issuer/store/sqlite.ts'
import type {FoundReceipt} from '../../../issuer/model/lookups.ts'
import {makeKey} from '../../protocol/builders.ts'
import {type DecisionOrder, decisionId, firstEntry, receiptOf, scopeOf, ulid} from '../../stores/builders.ts'
import {decideStatement} from '../../stores/deciding.ts'
import {type Claims, type Provider, askedAt, audience, jobTokensOf, mint, startProvider} from '../callers/provider.ts'
import {must} from '../builders.ts'

const key = makeKey()
export const pinned: PinnedKeys = new Map([[key.pin, {key: key.pin, status: 'trusted'}]])

/** What GitHub shows, and how often it was asked. */
export interface Shown {
  defaultBranch: string
  public: boolean
  permission: PermissionLevel
  outage: boolean
  asked: number
}

export interface Stage {
  readonly provider: Provider
  readonly durable: Durable
  readonly app: Hono
  readonly github: Shown
  /** Milliseconds. */
  readonly clock: {now: number}
  readonly warnings: string[]
  /** Issues receipt `n`, alive from 14:30 to 15:30; the clock stands at 15:00. */
  readonly issue: (n: number, more?: Omit<DecisionOrder, 'n' | 'read'>) => Promise<Receipt>
  /** `ownerId`: whose the repository is by then. */
  readonly revoke: (receipt: Receipt, ownerId?: number) => Promise<void>
  readonly get: (path: string, bearer?: string) => Promise<Response>
  readonly post: (path: string, bearer?: string, body?: string) => Promise<Response>
  /** A fresh token of a job that a push to main started. */
  readonly token: (changes?: Claims) => Promise<string>
  /** The same issuer as another process over the same file; it is closed with this one. */
  readonly beside: () => Stage
  readonly close: () => Promise<void>
}

/** `open`: another store than the usual. */
export async function setStage(open: (path: string) => Durable = openSqlite): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-receipts-'))
  const path = join(folder, 'countersign.db')
  const provider = await startProvider()
  const clock = {now: askedAt}
  const github: Shown = {defaultBranch: 'main', public: true, permission: 'write', outage: false, asked: 0}
  const first = openProcess({path, provider, clock, github, open})
  const others: Stage[] = []
  await first.durable.createLedger(firstEntry)
  return {
    ...first,
    beside: () => {
      const other = first.beside()
      others.push(other)
      return other
    },
    close: async () => {
      for (const one of [first, ...others]) await one.close()
      await provider.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

type World = Pick<Stage, 'provider' | 'clock' | 'github'> & {
  readonly path: string
  readonly open: (path: string) => Durable
}

function openProcess(world: World): Stage {
  const {path, provider, clock, open} = world
  const durable = open(path)
  const warnings: string[] = []
  const tools = toolsOf(durable, world, warnings)
  const app = new Hono()
  app.notFound((c) => c.json({error: {code: 'not_found'}}, 404))
  app.onError((fault, c) => c.json({error: {code: 'internal_error', message: fault.message}}, 500))
  app.route('/v1/receipts', receiptRoutes(tools))
  app.route('/v1/decisions', decisionRoutes(tools))
  app.route('/.well-known', tokenKeyRoutes({kty: 'RSA', kid: 'a', alg: 'RS256', use: 'sig', n: 'b', e: 'AQAB'}))
  const ask = async (method: string, place: string, {bearer, body}: {bearer?: string; body?: string} = {}) =>
    await app.request(place, {
      method,
      ...(bearer !== undefined && {headers: {authorization: `Bearer ${bearer}`}}),
      ...(body !== undefined && {body}),
    })
  return {
    ...world,
    durable,
    app,
    warnings,
    issue: (n, more = {}) => issue({n, ...more}, durable),
    revoke: (receipt, ownerId = 9919) => revoke({receipt, ownerId}, tools),
    get: (place, bearer) => ask('GET', place, bearer === undefined ? {} : {bearer}),
    post: (place, bearer, body) =>
      ask('POST', place, {...(bearer !== undefined && {bearer}), ...(body !== undefined && {body})}),
    token: (changes) =>
      mint(provider, {iat: Math.floor(clock.now / 1000) - 10, exp: Math.floor(clock.now / 1000) + 290, ...changes}),
    beside: () => openProcess(world),
    close: async () => Promise.resolve(durable.close()),
  }
}

function toolsOf(
  durable: Durable,
  {provider, clock, github}: World,
  warnings: string[],
): ReceiptRouteTools & CallerTools {
  const look = async (): Promise<void> => {
    github.asked += 1
    await Promise.resolve()
    if (github.outage) throw new GitHubUnavailable('server', 'GitHub answered 503')
  }
  let ids = 0
  return {
    ...durable,
    store: {
      ...durable.store,
      read: async (scope) => {
        const read = await durable.store.read(scope)
        await new Promise(setImmediate) // Lets every other writer of this process read the same head.
        return read
      },
    },
    jobTokens: jobTokensOf(provider, () => clock.now),
    now: () => clock.now,
    issuer: must(parseOrigin(audience)),
    signer: {
      publicKey: key.pin,
      sign: async (bytes) => Promise.resolve(hexToBytes(key.signBytes(bytes).slice('ed25519:'.length))),
    },
    newIds: () => ({decision: decisionId(900_000 + ++ids), nonce: String(ids).padStart(32, 'f')}),
    panels: {refresh: () => Promise.resolve('done' as const)},
    log: {info: () => undefined, warn: (_, message) => void warnings.push(message), error: () => undefined},
    repositories: {
      fetchRepository: async (repository) => {
        await look()
        const {defaultBranch, public: isPublic} = github
        return {...repository, public: isPublic, defaultBranch, owner: {id: 9919, login: 'octo-org'}, installation: 7}
      },
    },
    bearsName: () => Promise.resolve(true),
    permissions: {
      fetchPermission: async () => {
        await look()
        return {permission: github.permission, role: github.permission}
      },
    },
  }
}

async function issue({n, ...more}: Omit<DecisionOrder, 'read'>, durable: Durable): Promise<Receipt> {
  await decideStatement(durable, {n, ...more})
  const id = receiptOf(n).id
  const [found] = await durable.store.find({by: 'receipt', id})
  return must<FoundReceipt>(found).receipt
}

async function revoke(
  {receipt: {id, scope}, ownerId}: {receipt: Receipt; ownerId: number},
  tools: ReceiptRouteTools,
): Promise<void> {
  const place = scopeOf(scope.repositoryId, scope.environment)
  const read = await tools.store.read(place)
  const order: EndOrder = {
    scope: place,
    repository: {name: scope.repository, owner: {id: ownerId, login: 'octo-org'}, public: true},
    by: {id: 583231, login: 'octocat'},
    cause: 'closed',
    nonce: ulid(1),
    choose: ({receipts}) => receipts.filter((one) => one.id === id),
  }
  const at = tools.now()
  const {records, state} = await makeEnding(order, {receipts: order.choose(read.state, at), read, at}, tools)
  const appends = {scope: place, records, state, read}
  if ((await tools.store.commit({appends, at: tools.now()})) !== 'committed') throw new Error('a race in a test')
}

/** A JSON answer with its status, for one comparison. */
export async function told(response: Response | Promise<Response>): Promise<Readonly<Record<string, unknown>>> {
  const answer = await response
  return {status: answer.status, ...((await answer.json()) as object)}
}
