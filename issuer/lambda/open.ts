/** Puts the issuer together on AWS: its secrets, its keys in KMS, its table. Once a cold start. */
import type {Hono} from 'hono'
import {printVerifierKey} from '#protocol'
import {createApp} from '../app.ts'
import {makeAppTools} from '../app-tools.ts'
import {type AwsPlaces, type KeyPlace, readAwsPlaces} from '../config/aws-places.ts'
import type {Env} from '../config/variables.ts'
import {type IssuerConfig, readConfig} from '../config.ts'
import {type GitHub, openGitHub} from '../github/client.ts'
import {Secret} from '../keys/secret.ts'
import {createLedger, signLedger} from '../ledger/begin.ts'
import {type LedgerWitness, watchLedger, witnessed} from '../ledger/checkpoints.ts'
import {type Log, makeLog} from '../log.ts'
import {makeTools, revealAccess, servesOwner} from '../open.ts'
import {openKmsSigner, openKmsTokenSigner} from '../signing/kms.ts'
import {type Loaded, readSigner, readTokenSigner} from '../signing/pem.ts'
import type {Signer, TokenSigner} from '../signing/signer.ts'
import {openDynamodb} from '../store/dynamodb.ts'
import type {Durable} from '../store/sqlite.ts'
import type {IssuerTools} from '../tools.ts'
import type {Inbox} from '../webhook/inbox.ts'
import {openFixedRing} from './fixed-ring.ts'
import {fetchSecrets} from './secrets.ts'

interface Keys {
  readonly receipt: Signer
  readonly token: TokenSigner
  readonly ledger: Signer
}

/** Before there is a ledger. */
export interface Ground {
  readonly config: IssuerConfig
  readonly keys: Keys
  readonly durable: Durable
  readonly log: Log
  readonly version: string
}

export interface IssuerOnAws {
  readonly tools: IssuerTools
  readonly witness: LedgerWitness
  readonly github: GitHub
  readonly log: Log
  readonly pin: string
  readonly ledgerKey: string
  readonly app: (inbox: Pick<Inbox, 'put'>) => Hono
}

/** Throws with every problem at once. */
export async function openGround(given: Env, version: string): Promise<Ground> {
  const fetched = await fetchSecrets(given)
  if (!fetched.ok) throw refusal(fetched.problems)
  const read = readAwsPlaces(fetched.env)
  const configured = readConfig(read.ok ? read.rest : fetched.env)
  if (!read.ok) throw refusal(read.problems)
  if (!configured.ok) throw refusal(configured.problems)
  const {config, warnings} = configured
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  for (const warning of warnings) log.warn({}, warning)
  return {config, keys: await openKeys(read.places), durable: openDynamodb(read.places.table), log, version}
}

const refusal = (problems: readonly string[]): Error =>
  new Error(`The issuer does not start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)

const secretsOf = ({github: {access, webhookSecret}, evidenceSecret}: IssuerConfig): readonly Secret[] => [
  webhookSecret,
  access.kind === 'app' ? access.privateKey : access.token,
  ...(evidenceSecret === undefined ? [] : [evidenceSecret]),
]

async function openKeys({receiptKey, tokenKey, ledgerKey}: AwsPlaces): Promise<Keys> {
  const [receipt, token, ledger] = await Promise.all([
    openPlace(receiptKey, 'RECEIPT_KEY', {kms: openKmsSigner, pem: readSigner}),
    openPlace(tokenKey, 'TOKEN_KEY', {kms: openKmsTokenSigner, pem: readTokenSigner}),
    openPlace(ledgerKey, 'LEDGER_KEY', {kms: openKmsSigner, pem: readSigner}),
  ])
  if (!receipt.ok || !token.ok || !ledger.ok) {
    throw refusal([receipt, token, ledger].flatMap((one) => (one.ok ? [] : [one.problem])))
  }
  if (receipt.value.publicKey === ledger.value.publicKey) {
    throw refusal(['COUNTERSIGN_LEDGER_KEY: is the receipt key: each purpose needs a key of its own'])
  }
  return {receipt: receipt.value, token: token.value, ledger: ledger.value}
}

interface Doors<T> {
  readonly kms: (keyId: string) => Promise<Loaded<T>>
  readonly pem: (text: string, name: string) => Loaded<T>
}

async function openPlace<T>(place: KeyPlace, name: string, doors: Doors<T>): Promise<Loaded<T>> {
  const opened = place.kind === 'kms' ? await doors.kms(place.keyId) : doors.pem(place.text, 'the secret')
  return opened.ok ? opened : {ok: false, problem: `COUNTERSIGN_${name}: ${opened.problem}`}
}

/** Once in the life of an issuer, when a person says so. Throws when the table holds a ledger. */
export async function beginLedger({config, keys, durable}: Ground, now: number): Promise<void> {
  await createLedger({host: new URL(config.publicUrl).host, keys: beginning(keys), durable}, now)
  const unsigned = await signLedger({keys: beginning(keys), durable})
  if (unsigned !== undefined) throw new Error(unsigned)
}

/** Nothing of it lies in files. */
const beginning = (keys: Keys) => ({...keys, receiptPath: '', markPath: ''})

/**
 * The web function may sign as the receipt key alone: statuses, and revocations of those who lost their standing. What
 * it appends is signed into a checkpoint by the worker's next round.
 */
export type Role = 'web' | 'worker'

const signingWitness = ({durable, keys, log}: Ground): LedgerWitness =>
  watchLedger({...durable, signer: keys.ledger}, (fault) => log.error({err: fault}, 'the ledger could not be signed'))

const onlooker = ({checkpoints}: Durable): LedgerWitness => ({
  noteCommit: () => undefined,
  newestCheckpoint: async () => (await checkpoints.newest())?.note,
})

export async function openOnAws(ground: Ground, role: Role): Promise<IssuerOnAws> {
  const {config, keys, log, version} = ground
  const ring = await openFixedRing(keys, ground.durable.entries)
  if (typeof ring === 'string') throw refusal([ring])
  const now = Date.now
  const {origin} = await ground.durable.ledger.head()
  const witness = role === 'web' ? onlooker(ground.durable) : signingWitness(ground)
  const durable = {...ground.durable, store: witnessed(ground.durable.store, witness)}
  const github = openGitHub({apiUrl: config.github.apiUrl, credentials: revealAccess(config), version})
  // The web function has no evidence secret, and mints no evidence: without one that throws.
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
  return {tools, witness, github, log, pin: ring.signer.publicKey, ledgerKey, app}
}
