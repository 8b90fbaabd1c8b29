/** Puts an issuer together, whichever home it has: what its stories work with, and what its routes answer from. */
import {randomBytes} from 'node:crypto'
import {ulid} from 'ulid'
import {evidenceKey, hexToBytes, parseDecisionId, printVerifierKey} from '#protocol'
import {type PanelTools, keepPanels} from '../decide/panels.ts'
import type {DeliveryTools} from '../inbox/deliveries.ts'
import type {MissedTools} from '../inbox/fetch-missed.ts'
import type {SaidTools} from '../inbox/fetch-said.ts'
import {rememberIgnored} from '../inbox/ignored.ts'
import {createCommentSource} from '../github/comments-since.ts'
import {type VisibilitySource, createVisibilitySource} from '../github/visibility.ts'
import {openDeliveryList} from '../github/deliveries.ts'
import {type GitHubClock, openClock} from '../github/clock.ts'
import {type GitHub, openGitHub} from '../github/client.ts'
import {createFactSource, createPermissionSource, createPullRequestSource, createTeamSource} from '../github/facts.ts'
import {type CheckpointSigner, notingCommits} from '../keys/checkpoint-signer.ts'
import type {IssuerKeys} from '../keys/issuer-keys.ts'
import {type KeyRing, followedBy} from '../keys/key-ring.ts'
import type {Durable} from '../model/durable.ts'
import type {Inbox} from '../model/inbox.ts'
import {oneAtATime} from '../publish/one-at-a-time.ts'
import {createPublisher} from '../publish/send.ts'
import {createPanelSender} from '../publish/send-panel.ts'
import type {IssuerConfig} from './config.ts'
import {createHealth} from './health.ts'
import {notingFacts, notingPulls} from './noting.ts'
import type {Runtime} from './open-base.ts'
import {type AppTools, makeAsking, servesOwner} from './serving.ts'

/** What differs between one Node process and AWS. */
export interface Home {
  readonly config: IssuerConfig
  readonly keys: Pick<IssuerKeys, 'ledger' | 'token' | 'evidenceSecret'>
  readonly ring: KeyRing
  readonly durable: Durable
  readonly checkpointSigner: CheckpointSigner
  readonly around: Runtime
}

/** What the stories work with, whoever calls them: the worker, the timers, the routes. */
export type StoryTools = DeliveryTools & Durable

export interface Assembled {
  readonly tools: StoryTools
  readonly durable: Durable
  /** What missed deliveries are fetched with, but the inbox; undefined with a plain token, which can list none. */
  readonly missed: Omit<MissedTools, 'inbox' | 'events'> | undefined
  /** What withdrawals are fetched with instead, with a plain token. */
  readonly said: Omit<SaidTools, 'inbox'> | undefined
  /** Whether repositories are still public. */
  readonly shown: VisibilitySource
  /** What the routes answer from; `delivered` is called after a delivery was kept. */
  readonly serving: (inbox: Pick<Inbox, 'put'> & Partial<Pick<Inbox, 'overdue'>>, delivered: () => void) => AppTools
  /** The receipt key that signs now: the line to pin. */
  readonly pin: () => string
  /** The line to hold checkpoints against: a C2SP verifier key. */
  readonly ledgerKey: string
  /** The GitHub App whose check runs carry receipts; undefined with a plain token. */
  readonly appId: number | undefined
}

export async function assemble(home: Home): Promise<Assembled> {
  const {config, keys, ring, checkpointSigner, around} = home
  const {origin} = await home.durable.ledger.head()
  const durable = {...home.durable, store: notingCommits(followedBy(home.durable.store, ring), checkpointSigner)}
  const clock = openClock(around.now)
  const github = openGitHub({
    heard: clock.heard,
    apiUrl: config.github.apiUrl,
    credentials: revealAccess(config),
    version: around.version,
  })
  const tools = makeTools({...home, durable}, {github, clock})
  const asking = makeAsking({config, keys, ring, durable, github, tools, origin})
  const {log, now} = around
  const reading = {
    ignored: rememberIgnored(),
    servesOwner: tools.servesOwner,
    isApp: github.app !== undefined,
    log,
    now,
  }
  const list = openDeliveryList(github)
  return {
    tools,
    durable,
    missed: list && {...reading, list, looks: durable.looks},
    said: list === undefined ? {...tools, ...reading, comments: createCommentSource(github)} : undefined,
    shown: createVisibilitySource(github),
    serving: (inbox, delivered) => ({
      ...asking,
      webhook: {
        ...reading,
        secret: config.github.webhookSecret.reveal(),
        inbox,
      },
      delivered,
      version: around.version,
      health: createHealth({...tools, inbox}),
      logFault: (fault, route) => around.log.error({err: fault, route}, 'a request failed'),
    }),
    pin: () => ring.signer.publicKey,
    ledgerKey: printVerifierKey(origin, keys.ledger.publicKey),
    appId: github.app?.id,
  }
}

function makeTools(
  {config, keys, durable, ring, checkpointSigner, around: {log, version}}: Home,
  {github, clock}: {readonly github: GitHub; readonly clock: GitHubClock},
): StoryTools {
  const {now} = clock
  const sendPanel = createPanelSender(github)
  const tools: Omit<StoryTools, 'panels'> & Pick<PanelTools, 'pullRequests'> = {
    ...durable,
    facts: notingFacts(createFactSource(github), {...durable, now}),
    teams: createTeamSource(github),
    permissions: createPermissionSource(github),
    pullRequests: notingPulls(createPullRequestSource(github), {...durable, now}),
    publisher: oneAtATime(
      createPublisher({github, warn: (message) => log.warn({}, message), isRevoked: isRevokedIn(durable)}),
    ),
    ownAccount: () => github.ownAccount(),
    servesOwner: (owner) => servesOwner(config, owner),
    newestCheckpoint: () => checkpointSigner.newestCheckpoint(),
    signer: ring.signer,
    tokenSigner: keys.token,
    evidenceKeys: (organization, bundle) => evidenceKey(hexToBytes(keys.evidenceSecret.reveal()), organization, bundle),
    software: {countersign: version, node: process.versions.node},
    issuer: config.publicUrl,
    now,
    clockAhead: clock.ahead,
    newIds: () => ({decision: newDecisionId(now()), nonce: randomBytes(16).toString('hex')}),
    log,
  }
  return {...tools, panels: keepPanels({...tools, sendPanel})}
}

/** Under the name of its record, which is written once. */
const isRevokedIn =
  ({records}: Pick<Durable, 'records'>) =>
  async (receipt: string): Promise<boolean> =>
    (await records.eventOnce(`revoked/${receipt}`)) !== undefined

function newDecisionId(now: number): NonNullable<ReturnType<typeof parseDecisionId>> {
  const id = parseDecisionId(`dec_${ulid(now).toLowerCase()}`)
  if (id === undefined) throw new Error('the ULID library gave an id that is none')
  return id
}

const revealAccess = ({github: {access}}: IssuerConfig): Parameters<typeof openGitHub>[0]['credentials'] =>
  access.kind === 'app'
    ? {...access, privateKey: access.privateKey.reveal()}
    : access.kind === 'token'
      ? {kind: 'token', token: access.token.reveal()}
      : access
