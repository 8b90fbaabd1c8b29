/** Puts the issuer together on AWS. Once a cold start. */
import type {Hono} from 'hono'
import {printVerifierKey} from '#protocol'
import {createApp} from '../../app.ts'
import {makeAppTools} from '../app-tools.ts'
import {type GitHub, openGitHub} from '../../github/client.ts'
import type {Announcing} from '../../keys/announce-keys.ts'
import {followedBy} from '../../keys/key-ring.ts'
import {Secret} from '../../model/secret.ts'
import {type LedgerWitness, watchLedger, witnessed} from '../../keys/checkpoint-signer.ts'
import type {Log} from '../log.ts'
import {makeTools, revealAccess, servesOwner} from '../open.ts'
import type {Durable} from '../../model/durable.ts'
import type {IssuerTools} from '../../decide/tools.ts'
import type {Inbox} from '../../model/inbox.ts'
import type {Ground} from './ground.ts'
import {openShownLedger, openSignedLedger} from './ledger.ts'
import {toldOfLosses} from './losses.ts'

export interface IssuerOnAws {
  readonly tools: IssuerTools & Pick<Durable, 'entries'>
  readonly witness: LedgerWitness
  readonly github: GitHub
  readonly log: Log
  /** The receipt key that signs now. */
  readonly pin: () => string
  readonly ledgerKey: string
  readonly announcing: Announcing
  readonly app: (inbox: Pick<Inbox, 'put'>) => Hono
}

/** `web` signs nothing and appends nothing, `desk` signs with the receipt key alone, `worker` with all of them. */
export type Role = 'web' | 'desk' | 'worker'

const signingWitness = ({durable, keys, log}: Ground): LedgerWitness =>
  watchLedger({...durable, signer: keys.ledger}, (fault) => log.error({err: fault}, 'the ledger could not be signed'))

/** What it appends is signed into a checkpoint by the worker's next round. */
const onlooker = ({checkpoints}: Durable): LedgerWitness => ({
  noteCommit: () => undefined,
  newestCheckpoint: async () => (await checkpoints.newest())?.note,
})

export async function openOnAws(ground: Ground, role: Role): Promise<IssuerOnAws> {
  const {config, keys, log, version} = ground
  const ring = await (role === 'web' ? openShownLedger(ground) : openSignedLedger(ground))
  const now = Date.now
  const {origin} = await ground.durable.ledger.head()
  const witness = role === 'worker' ? signingWitness(ground) : onlooker(ground.durable)
  const store = toldOfLosses(followedBy(ground.durable.store, ring), log)
  const durable = {...ground.durable, store: witnessed(store, witness)}
  const github = openGitHub({apiUrl: config.github.apiUrl, credentials: revealAccess(config), version})
  // Neither web nor desk has the evidence secret, and neither mints evidence: without one that throws.
  const secret = config.evidenceSecret ?? new Secret('')
  const parts = {config, keys: {...keys, evidenceSecret: secret}, durable, ring}
  const tools = makeTools(parts, {github, witness, around: {log, now, version}})
  const app = (inbox: Pick<Inbox, 'put'>): Hono =>
    createApp({
      ...makeAppTools({config, keys, ring, durable, github, tools, origin}),
      webhook: {
        secret: config.github.webhookSecret.reveal(),
        inbox,
        servesOwner: (owner) => servesOwner(config, owner),
        now,
      },
      delivered: () => undefined,
      version,
      probe: () => durable.entries.last(),
      logFault: (fault, route) => log.error({err: fault, route}, 'a request failed'),
    })
  const ledgerKey = printVerifierKey(origin, keys.ledger.publicKey)
  return {
    tools: {...tools, entries: durable.entries},
    witness,
    github,
    log,
    pin: () => ring.signer.publicKey,
    ledgerKey,
    announcing: {ring, durable, keys, now},
    app,
  }
}
