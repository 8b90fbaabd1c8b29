/** What the routes work with: who asks, what is looked up, and what pages and badges show. */
import {type KeySet, type PublicJwk, type TokenKeys, printVerifierKey} from '#protocol'
import type {AuditRouteTools} from '../api/audit-routes.ts'
import type {DecisionRouteTools} from '../api/decision-routes.ts'
import type {LedgerRouteTools} from '../api/ledger-routes.ts'
import type {ReceiptRouteTools} from '../api/receipt-routes.ts'
import type {WebhookTools} from '../inbox/receive.ts'
import {createDeploymentSource} from '../github/deployments.ts'
import {viewerOf} from '../model/caller.ts'
import {createJobTokens, openOidcKeys} from '../api/callers/job-token.ts'
import {type CallerTools, readCaller} from '../api/callers/read-caller.ts'
import type {IssuerConfig} from './config.ts'
import type {Health} from './health.ts'
import {notingRepositories} from './noting.ts'
import {type GitHub, webUrlOf} from '../github/client.ts'
import type {IssuerKeys} from '../keys/issuer-keys.ts'
import type {KeyRing} from '../keys/key-ring.ts'
import type {PageTools, ReadCaller} from '../pages/tools.ts'
import {type BearsName, createBearsName, createRepositorySource} from '../github/repository.ts'
import type {Durable} from '../model/durable.ts'
import type {DeliveryTools} from '../inbox/deliveries.ts'

export interface AppTools {
  readonly webhook: WebhookTools
  /** Called after a delivery was kept. */
  readonly delivered: () => void
  /** What is published now. */
  readonly keySet: () => Promise<KeySet>
  readonly tokenKey: PublicJwk
  /** What is asked about receipts and decisions, and by whom. */
  readonly asking: ReceiptRouteTools & DecisionRouteTools & AuditRouteTools & Pick<Durable, 'entries'>
  readonly ledger: LedgerRouteTools
  readonly pages: PageTools
  readonly version: string
  readonly health: Health
  readonly logFault: (fault: unknown, route: string) => void
}

export interface Inside {
  readonly config: IssuerConfig
  readonly keys: Pick<IssuerKeys, 'ledger' | 'token'>
  readonly ring: KeyRing
  /** Its store is the one that has each entry signed. */
  readonly durable: Durable
  readonly github: GitHub
  readonly tools: DeliveryTools & Durable
  /** The ledger's. */
  readonly origin: string
}

type Asking = Pick<AppTools, 'asking' | 'ledger' | 'pages' | 'keySet' | 'tokenKey'>

export function makeAsking(inside: Inside): Asking {
  const {durable, github, keys, ring, tools} = inside
  const repositories = notingRepositories(createRepositorySource(github), tools)
  const deployments = createDeploymentSource(github, repositories)
  const callers = {...durable, jobTokens: openJobTokens(inside), now: tools.now}
  const bearsName = createBearsName({repositories, now: tools.now})
  const asking = {...tools, ...callers, store: tools.store, repositories, deployments, bearsName}
  return {
    asking,
    ledger: asking,
    pages: makePageTools({...inside, callers, bearsName}),
    keySet: ring.keySet,
    tokenKey: keys.token.jwk,
  }
}

const openJobTokens = ({config, tools}: Inside): CallerTools['jobTokens'] =>
  createJobTokens({
    issuer: config.oidcIssuer,
    audience: config.publicUrl,
    webUrl: webUrlOf(config.github.apiUrl),
    keys: openOidcKeys(config.oidcIssuer),
    now: tools.now,
  })

/** In the step to copy: which release somebody takes, and from where, only they know. */
export const action = 'octo-org/countersign@<full SHA of the release that you took>'

function makePageTools({
  config,
  keys,
  ring,
  durable,
  tools,
  origin,
  callers,
  bearsName,
}: Inside & {readonly callers: CallerTools; readonly bearsName: BearsName}): AppTools['pages'] {
  const {ledger, checkpoints, entries, records} = durable
  return {
    store: tools.store,
    ...{ledger, checkpoints, records},
    // The home page shows the key to pin, and looks nothing else up.
    entries: {...entries, last: async () => await afterwards(entries.last(), ring.follow)},
    readCaller: readCallerOf(callers),
    issuer: config.publicUrl,
    github: webUrlOf(config.github.apiUrl),
    action,
    ledgerKey: printVerifierKey(origin, keys.ledger.publicKey),
    tokenKeys: keys.token.keys satisfies TokenKeys,
    now: tools.now,
    bearsName,
    reportFault: (fault) => tools.log.error({err: fault}, 'a badge could not be drawn'),
    get keys() {
      return ring.pins()
    },
    get pin() {
      return ring.signer.publicKey
    },
  }
}

async function afterwards<T>(asked: Promise<T>, act: () => Promise<void>): Promise<T> {
  const given = await asked
  await act()
  return given
}

const readCallerOf =
  (callers: CallerTools): ReadCaller =>
  async ({headers, url}) => {
    const authorization = headers.get('authorization') ?? undefined
    const link = new URL(url).searchParams.get('link') ?? undefined
    const caller = await readCaller({authorization, link}, callers)
    return viewerOf(caller)
  }

export const servesOwner = ({owners}: IssuerConfig, owner: {readonly id: number; readonly login: string}): boolean =>
  owners.length === 0 ||
  owners.some((one) => (one.kind === 'id' ? one.id === owner.id : one.login === owner.login.toLowerCase()))
