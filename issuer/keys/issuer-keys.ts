/**
 * The issuer's keys, and the first start. With a folder that holds neither keys nor database, keys are made beside the
 * database file. Keys whose database is gone are refused: a new ledger under old keys forgets what the old one knew.
 */
import {randomBytes} from 'node:crypto'
import {existsSync, mkdirSync} from 'node:fs'
import {dirname, join, parse} from 'node:path'
import type {Result} from '#protocol'
import {loadSigner, loadTokenSigner, makeKeyFile} from './pem.ts'
import type {Signer, TokenSigner} from '../model/signer.ts'
import type {EntryReader} from '../model/readers.ts'
import {codeOf, readSecretFile, writeNewFile} from './key-file.ts'
import {checkMark} from './ledger-mark.ts'
import type {Loaded, ReceiptKeys} from '../model/key-sets.ts'
import {findSuccessors, receiptKeyFiles} from './receipt-keys.ts'
import {Secret} from './secret.ts'

/** Where the keys are: paths of PEM files. What is absent has its file beside the database. */
export interface KeyPlaces {
  readonly databasePath: string
  readonly receiptKey?: string | undefined
  readonly tokenKey?: string | undefined
  readonly ledgerKey?: string | undefined
  readonly evidenceSecret?: Secret | undefined
}

/** What signs receipts and the ledger. */
export interface SigningKeys extends ReceiptKeys {
  /** The receipt key that the ledger began with. May be absent once there are successors: retired, it signs nothing. */
  readonly receipt: Signer | undefined
  /** The file of that key; those of its successors stand beside it. */
  readonly receiptPath: string
  readonly ledger: Signer
  /** Where the ledger's mark belongs: beside the receipt key and named after it. */
  readonly markPath: string
}

export interface IssuerKeys extends SigningKeys {
  readonly token: TokenSigner
  /** At least 32 bytes, as lower-case hex. */
  readonly evidenceSecret: Secret
  /** Whether key files stood beside the database before this start. */
  readonly stoodBeside: boolean
}

export type Opened<T> = Result<{readonly keys: T; readonly warnings: readonly string[]}, readonly string[]>

const fileNames = {
  receipt: 'receipt-key.pem',
  token: 'token-key.pem',
  ledger: 'ledger-key.pem',
  evidence: 'evidence-secret',
} as const

/** Loads the keys; on a first start makes those that no variable places. Call it before the database is opened. */
export function openKeys(places: KeyPlaces): Opened<IssuerKeys> {
  const folder = dirname(places.databasePath)
  const beside = [
    ...Object.values(fileNames).filter((name) => existsSync(join(folder, name))),
    ...findSuccessors(join(folder, fileNames.receipt)),
  ]
  const isNewStore = !existsSync(places.databasePath)
  if (isNewStore && beside.length > 0) return {ok: false, fault: [describeLostStore(places.databasePath, beside)]}
  if (isNewStore) {
    try {
      makeMissing(places, folder)
    } catch (fault) {
      return {ok: false, fault: [`keys cannot be made in ${folder} (${codeOf(fault)}): make it a writable folder`]}
    }
  }
  return loadKeys(places, beside.length > 0)
}

/**
 * Whether the opened store is the one that belongs to the keys: `known`; `new` when a ledger may be created in it; else
 * why the issuer must not start on it.
 */
export async function checkStore(
  keys: Pick<IssuerKeys, 'markPath' | 'stoodBeside'>,
  entries: EntryReader,
): Promise<{kind: 'known' | 'new'} | {kind: 'refused'; problem: string}> {
  const problem = await checkMark(keys.markPath, entries)
  if (problem !== undefined) return {kind: 'refused', problem}
  const [first] = await entries.entries(0, 1)
  if (first !== undefined) return {kind: 'known'}
  return keys.stoodBeside ? {kind: 'refused', problem: describeEmptyStore} : {kind: 'new'}
}

const resumeAdvice =
  'Put the newest copy of the database back. A new ledger under these keys forgets refusals and what was done once, so it is ' +
  'refused until "countersign-issuer ledger resume" says that it is meant. After a first start that was cut off before ' +
  'anything was issued, delete these files and start again'

const describeLostStore = (databasePath: string, beside: readonly string[]): string =>
  `COUNTERSIGN_STORE: there is no database ${databasePath}, yet keys stand in its folder (${beside.join(', ')}). ${resumeAdvice}`

const describeEmptyStore = `COUNTERSIGN_STORE: the database holds no ledger, yet keys stood beside it before. ${resumeAdvice}`

function makeMissing(places: KeyPlaces, folder: string): void {
  mkdirSync(folder, {recursive: true, mode: 0o700})
  if (places.receiptKey === undefined) makeKeyFile(join(folder, fileNames.receipt), 'ed25519')
  if (places.ledgerKey === undefined) makeKeyFile(join(folder, fileNames.ledger), 'ed25519')
  if (places.tokenKey === undefined) makeKeyFile(join(folder, fileNames.token), 'rsa')
  if (places.evidenceSecret === undefined) {
    writeNewFile(join(folder, fileNames.evidence), `${randomBytes(32).toString('hex')}\n`)
  }
}

function loadKeys(places: KeyPlaces, stoodBeside: boolean): Opened<IssuerKeys> {
  const signing = loadSigningKeys(places)
  const token = loadTokenKey(places)
  const evidence = loadEvidenceSecret(places)
  if (!signing.ok || !token.ok || !evidence.ok) {
    const problems = [
      ...(signing.ok ? [] : signing.fault),
      ...problemsOf({TOKEN_KEY: token, EVIDENCE_SECRET: evidence}),
    ]
    return {ok: false, fault: problems}
  }
  const warnings = [...signing.value.warnings, ...[token, evidence].flatMap(({warning}) => warning ?? [])]
  return {
    ok: true,
    value: {keys: {...signing.value.keys, token: token.value, evidenceSecret: evidence.value, stoodBeside}, warnings},
  }
}

/** The keys that the commands need too. Makes none. */
export function loadSigningKeys(places: KeyPlaces): Opened<SigningKeys> {
  const folder = dirname(places.databasePath)
  const receiptPath = places.receiptKey ?? join(folder, fileNames.receipt)
  const receipt = loadFirstReceiptKey(receiptPath)
  const ledger = loadSigner(places.ledgerKey ?? join(folder, fileNames.ledger))
  if (!receipt.ok || !ledger.ok) return {ok: false, fault: problemsOf({RECEIPT_KEY: receipt, LEDGER_KEY: ledger})}
  if (receipt.value?.publicKey === ledger.value.publicKey) {
    return {ok: false, fault: ['COUNTERSIGN_LEDGER_KEY: is the receipt key: each purpose needs a key of its own']}
  }
  const keys = {
    ...receiptKeyFiles(receiptPath),
    receipt: receipt.value,
    receiptPath,
    ledger: ledger.value,
    markPath: `${receiptPath}.ledger-mark`,
  }
  return {ok: true, value: {keys, warnings: [receipt, ledger].flatMap(({warning}) => warning ?? [])}}
}

/** The files of the keys, under the names that they have beside a database: for copies of them. */
export function keyFiles(places: KeyPlaces): readonly {readonly name: string; readonly path: string}[] {
  const folder = dirname(places.databasePath)
  const first = places.receiptKey ?? join(folder, fileNames.receipt)
  const successors = findSuccessors(first).map((name) => ({
    name: `receipt-key-${parse(name).name.slice(-16)}.pem`,
    path: join(dirname(first), name),
  }))
  return [
    ...(existsSync(first) ? [{name: fileNames.receipt, path: first}] : []),
    ...successors,
    {name: fileNames.token, path: places.tokenKey ?? join(folder, fileNames.token)},
    {name: fileNames.ledger, path: places.ledgerKey ?? join(folder, fileNames.ledger)},
    ...(places.evidenceSecret === undefined
      ? [{name: fileNames.evidence, path: join(folder, fileNames.evidence)}]
      : []),
  ]
}

/** For whoever publishes the token key. */
export const loadTokenKey = ({databasePath, tokenKey}: KeyPlaces): Loaded<TokenSigner> =>
  loadTokenSigner(tokenKey ?? join(dirname(databasePath), fileNames.token))

const loadFirstReceiptKey = (path: string): Loaded<Signer | undefined> =>
  !existsSync(path) && findSuccessors(path).length > 0 ? {ok: true, value: undefined} : loadSigner(path)

const problemsOf = (named: Readonly<Record<string, Loaded<unknown>>>): readonly string[] =>
  Object.entries(named).flatMap(([name, loaded]) => (loaded.ok ? [] : [`COUNTERSIGN_${name}: ${loaded.fault}`]))

/** For whoever gives an auditor the keys of bundles. */
export const loadEvidenceSecret = ({databasePath, evidenceSecret}: KeyPlaces): Loaded<Secret> =>
  evidenceSecret === undefined
    ? readSecretFile(join(dirname(databasePath), fileNames.evidence), readEvidenceSecret)
    : {ok: true, value: evidenceSecret}

function readEvidenceSecret(text: string, name: string): Loaded<Secret> {
  const value = parseEvidenceSecret(text.trimEnd())
  return value === undefined
    ? {ok: false, fault: `${name} does not hold 64 or more lower-case hex digits`}
    : {ok: true, value}
}

/** 32 to 128 bytes in lower-case hex; anything else, a PEM for one, is undefined. */
export function parseEvidenceSecret(text: string): Secret | undefined {
  return /^(?:[0-9a-f]{2}){32,128}$/.test(text) ? new Secret(text) : undefined
}
