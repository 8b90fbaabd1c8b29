/** Puts the issuer together from its configuration: keys, store, ledger, GitHub, worker and routes. */
import {randomBytes} from 'node:crypto'
import type {Hono} from 'hono'
import {ulid} from 'ulid'
import {evidenceKey, hexToBytes, parseDecisionId, printVerifierKey} from '#protocol'
import {createApp} from '../app.ts'
import {makeAppTools} from './app-tools.ts'
import type {IssuerConfig} from './config.ts'
import {giveUpDelivery, handleDelivery, patience} from '../inbox/deliveries.ts'
import {createFactSource, createPermissionSource, createPullRequestSource, createTeamSource} from '../github/facts.ts'
import {type GitHub, openGitHub} from '../github/client.ts'
import {redeliverFailed} from '../github/redeliver.ts'
import type {IssuerKeys} from '../keys/issuer-keys.ts'
import {type KeyRing, followedBy} from '../keys/key-ring.ts'
import {markLedger} from '../keys/ledger-mark.ts'
import {type LedgerWitness, watchLedger, witnessed} from '../keys/checkpoint-signer.ts'
import {type Base, type Surroundings, openBase} from './open-base.ts'
import {keepPanels} from '../decide/panels.ts'
import {oneAtATime} from '../publish/one-at-a-time.ts'
import {createPublisher} from '../publish/send.ts'
import {createPanelSender} from '../publish/send-panel.ts'
import {repair} from '../inbox/repair.ts'
import type {Durable} from '../model/durable.ts'
import type {Narrowed} from '../inbox/narrow.ts'
import type {IssuerTools} from '../decide/tools.ts'
import {type Worker, startWorker} from '../inbox/worker.ts'

export interface Issuer {
  readonly app: Hono
  /** The line to pin. */
  readonly pin: string
  /** The line to hold checkpoints against: a C2SP verifier key. */
  readonly ledgerKey: string
  /** Finishes what is in hand, then lets go of the store. */
  readonly close: () => Promise<void>
}

export type Opened =
  {readonly ok: true; readonly issuer: Issuer} | {readonly ok: false; readonly problems: readonly string[]}

export async function openIssuer(config: IssuerConfig, around: Surroundings): Promise<Opened> {
  const opened = await openBase(config, around)
  return opened.ok ? {ok: true, issuer: await assemble({...opened.base, config}, around)} : opened
}

interface Parts extends Base {
  readonly config: IssuerConfig
}

export async function assemble(
  {config, keys, durable: unwitnessed, ring}: Parts,
  around: Surroundings,
): Promise<Issuer> {
  const {log, now, version} = around
  const {origin} = await unwitnessed.ledger.head()
  const witness = watchLedger({...unwitnessed, signer: keys.ledger}, (fault) =>
    log.error({err: fault}, 'the ledger could not be signed'),
  )
  const durable = {...unwitnessed, store: witnessed(followedBy(unwitnessed.store, ring), witness)}
  const github = openGitHub({apiUrl: config.github.apiUrl, credentials: revealAccess(config), version})
  const tools = makeTools({config, keys, durable, ring}, {github, witness, around})
  const askForMissed = everySoOften(redeliverEveryMs, (at) => redeliverFailed(github, at - redeliverForMs))
  const worker = startWorker({
    inbox: durable.inbox,
    log,
    now,
    handle: (delivery) => handleDelivery(delivery, tools),
    patience,
    giveUp: (delivery, cause) => giveUpDelivery(delivery, cause, tools),
    repair: async (at) => {
      await repair(at, {...tools, inbox: durable.inbox})
      witness.noteCommit()
      await noteLedger({keys, durable})
      await askForMissed(at)
    },
  })
  const app = createApp({
    ...makeAppTools({config, keys, ring, durable, github, tools, origin}),
    webhook: {
      secret: config.github.webhookSecret.reveal(),
      inbox: durable.inbox,
      servesOwner: (owner) => servesOwner(config, owner),
      now,
    },
    delivered: worker.wake,
    version,
    probe: () => durable.entries.last(),
    logFault: (fault, route) => log.error({err: fault, route}, 'a request failed'),
  })
  return {
    app,
    pin: ring.signer.publicKey,
    ledgerKey: printVerifierKey(origin, keys.ledger.publicKey),
    close: () => closeIssuer({worker, witness}, {keys, durable}),
  }
}

/** GitHub never sends a failed delivery again by itself, and what forbids counts however late it comes. */
const redeliverEveryMs = 2 * 60_000
export const redeliverForMs = 24 * 3_600_000

/** Calls `act` when it was not called for `everyMs` before; a failure waits for the next time. */
function everySoOften(everyMs: number, act: (at: number) => Promise<unknown>): (at: number) => Promise<void> {
  let next = 0
  return async (at) => {
    if (at < next) return
    next = at + everyMs
    await act(at)
  }
}

/** What the stories need of an issuer, whichever home it has. */
export interface ToolParts {
  readonly config: IssuerConfig
  readonly keys: Pick<IssuerKeys, 'token' | 'evidenceSecret'>
  readonly durable: Durable
  readonly ring: Pick<KeyRing, 'signer'>
}

export function makeTools(
  {config, keys, durable, ring}: ToolParts,
  {
    github,
    witness,
    around: {log, now, version},
  }: {readonly github: GitHub; readonly witness: LedgerWitness; readonly around: Surroundings},
): IssuerTools {
  const sendPanel = createPanelSender(github)
  const tools: Omit<IssuerTools, 'panels'> = {
    ...durable,
    facts: createFactSource(github),
    teams: createTeamSource(github),
    permissions: createPermissionSource(github),
    pullRequests: createPullRequestSource(github),
    publisher: oneAtATime(createPublisher({github, warn: (message) => log.warn({}, message)})),
    ownAccount: () => github.ownAccount(),
    servesOwner: (owner) => servesOwner(config, owner),
    newestCheckpoint: () => witness.newestCheckpoint(),
    signer: ring.signer,
    tokenSigner: keys.token,
    evidenceKeys: (organization, bundle) => evidenceKey(hexToBytes(keys.evidenceSecret.reveal()), organization, bundle),
    software: {countersign: version, node: process.versions.node},
    issuer: config.publicUrl,
    now,
    newIds: () => ({decision: newDecisionId(now()), nonce: randomBytes(16).toString('hex')}),
    log,
  }
  return {...tools, panels: keepPanels({...tools, sendPanel})}
}

function newDecisionId(now: number): NonNullable<ReturnType<typeof parseDecisionId>> {
  const id = parseDecisionId(`dec_${ulid(now).toLowerCase()}`)
  if (id === undefined) throw new Error('the ULID library gave an id that is none')
  return id
}

export const revealAccess = ({github: {access}}: IssuerConfig): Parameters<typeof openGitHub>[0]['credentials'] =>
  access.kind === 'app'
    ? {...access, privateKey: access.privateKey.reveal()}
    : {kind: 'token', token: access.token.reveal()}

export const servesOwner = ({owners}: IssuerConfig, owner: Narrowed['owner']): boolean =>
  owners.length === 0 ||
  owners.some((one) => (one.kind === 'id' ? one.id === owner.id : one.login === owner.login.toLowerCase()))

/** Notes how far the store has come, so that an older copy of it is recognized at the next start. */
async function noteLedger({keys, durable}: Pick<Parts, 'keys' | 'durable'>): Promise<void> {
  markLedger(keys.markPath, await durable.entries.last())
}

interface Running {
  readonly worker: Worker
  readonly witness: LedgerWitness
}

async function closeIssuer({worker, witness}: Running, parts: Pick<Parts, 'keys' | 'durable'>): Promise<void> {
  try {
    await worker.drain()
    await witness.newestCheckpoint()
    await noteLedger(parts)
  } finally {
    parts.durable.close()
  }
}
