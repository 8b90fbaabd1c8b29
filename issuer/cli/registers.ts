/**
 * The issuer's store and keys as its commands use them: what its own variables name, under its own checks, shared with the
 * running issuer.
 */
import {existsSync} from 'node:fs'
import {readPlaces} from '../home/config.ts'
import {openStore} from '../home/open-base.ts'
import {parseTable} from '../home/values.ts'
import {type Env, Variables} from '../home/variables.ts'
import type {Announcing} from '../keys/orders.ts'
import {type KeyPlaces, checkStore, loadSigningKeys} from '../keys/issuer-keys.ts'
import {openKeyRing} from '../keys/key-ring.ts'
import type {Embedded} from '../store/sqlite.ts'
import type {Printed} from './printed.ts'

export type Registers = Pick<
  Embedded,
  'auditors' | 'links' | 'keySets' | 'ledger' | 'entries' | 'records' | 'checkpoints' | 'kept'
>

export interface RegisterTools {
  readonly env: Env
  /** Milliseconds. */
  readonly now: () => number
  /** Told now and then while a command runs long, for standard error. */
  readonly tell?: (words: string) => void
}

type Problems = {readonly problems: readonly string[]}

const placeNames = ['STORE', 'RECEIPT_KEY', 'TOKEN_KEY', 'LEDGER_KEY', 'EVIDENCE_SECRET'] as const

/** Where the store and the keys are. `names`: of which the command needs to know; the others are not read. */
export function readKeyPlaces(
  env: Env,
  names: readonly (typeof placeNames)[number][] = placeNames,
): KeyPlaces | Problems {
  const read = names.map((name) => `COUNTERSIGN_${name}`)
  const variables = new Variables(Object.fromEntries(read.map((name) => [name, env[name]])))
  const places = readPlaces(variables)
  return variables.problems.length > 0 ? {problems: variables.problems} : places
}

type CallerRegisters = Pick<Registers, 'auditors' | 'links'>

/** Who may ask is kept in the table of an issuer on AWS as in a file; the rest of an operator's work is done there by invoking its functions. */
export async function withCallers(
  {env}: Pick<RegisterTools, 'env'>,
  work: (registers: CallerRegisters) => Promise<Printed>,
): Promise<Printed> {
  const {COUNTERSIGN_STORE: store} = env
  if (store?.startsWith('dynamodb:') !== true) return await withRegisters({env}, work)
  const variables = new Variables({COUNTERSIGN_STORE: store})
  const table = variables.read('STORE', parseTable)
  return table === undefined ? {code: 2, lines: variables.problems} : await withTable(table, work)
}

/** Region and credentials are the operator's own. A table without a ledger is no issuer's. */
async function withTable(table: string, work: (registers: CallerRegisters) => Promise<Printed>): Promise<Printed> {
  const {openDynamodb} = await import('../store/dynamodb.ts')
  const durable = openDynamodb(table)
  try {
    await durable.entries.last()
    return await work(durable)
  } catch (fault) {
    const why = fault instanceof Error ? `${fault.name}: ${fault.message}` : 'unknown fault'
    return {code: 2, lines: [`COUNTERSIGN_STORE: the table ${table} cannot be asked (${why})`]}
  } finally {
    durable.close()
  }
}

/** A store that is not there yet is the issuer's to make: with keys beside it, and a ledger in it. */
export async function withRegisters(
  {env}: Pick<RegisterTools, 'env'>,
  work: (registers: Registers) => Promise<Printed>,
): Promise<Printed> {
  const places = readKeyPlaces(env, ['STORE'])
  if ('problems' in places) return {code: 2, lines: places.problems}
  const {databasePath: path} = places
  if (!existsSync(path)) {
    return {code: 2, lines: [`COUNTERSIGN_STORE: there is no database ${path}; name it, or start the issuer first`]}
  }
  const durable = openStore(path)
  if (typeof durable === 'string') return {code: 2, lines: [durable]}
  try {
    return await work(durable)
  } finally {
    durable.close()
  }
}

export type OpenedRing = Announcing & {readonly durable: Registers}

export async function withKeyRing(
  tools: RegisterTools,
  work: (opened: OpenedRing) => Promise<Printed>,
): Promise<Printed> {
  return await withRegisters(tools, async (durable) => {
    const opened = await openRing(durable, tools)
    return 'problems' in opened ? {code: 2, lines: opened.problems} : await work(opened)
  })
}

/** An older copy of the store is refused as at a start: what is appended to it would contradict what was signed. */
async function openRing(durable: Registers, {env, now}: RegisterTools): Promise<OpenedRing | Problems> {
  const places = readKeyPlaces(env, ['STORE', 'RECEIPT_KEY', 'LEDGER_KEY'])
  if ('problems' in places) return places
  const signing = loadSigningKeys(places)
  if (!signing.ok) return {problems: signing.fault}
  const {keys} = signing.value
  const checked = await checkStore({...keys, stoodBeside: true}, durable.entries)
  if (checked.kind === 'refused') return {problems: [checked.problem]}
  const ring = await openKeyRing({keys, durable, now, warn: () => undefined})
  return typeof ring === 'string' ? {problems: [ring]} : {ring, durable, keys, now}
}

/** Tells every few seconds how far a long work has come, to whoever waits. */
export function progress({now, tell}: RegisterTools, describe: (entries: number) => string): (entries: number) => void {
  const pauseMs = 5000
  let next = now() + pauseMs
  return (entries) => {
    if (now() < next) return
    tell?.(`${describe(entries)}\n`)
    next = now() + pauseMs
  }
}
