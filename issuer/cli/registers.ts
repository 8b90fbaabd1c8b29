/** The issuer's store as its commands use it: what COUNTERSIGN_STORE names, shared with the running issuer. */
import {existsSync} from 'node:fs'
import {readDatabasePath} from '../home/config.ts'
import {parseTable} from '../home/values.ts'
import {type Env, Variables} from '../home/variables.ts'
import {type Embedded, openSqlite} from '../store/sqlite.ts'
import type {Printed} from './printed.ts'

export type Registers = Pick<
  Embedded,
  'auditors' | 'links' | 'keySets' | 'ledger' | 'entries' | 'records' | 'checkpoints' | 'kept'
>

export interface RegisterTools {
  readonly env: Env
  /** Milliseconds. */
  readonly now: () => number
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
  {env: {COUNTERSIGN_STORE: store}}: Pick<RegisterTools, 'env'>,
  work: (registers: Registers) => Promise<Printed>,
): Promise<Printed> {
  const variables = new Variables({COUNTERSIGN_STORE: store})
  const path = readDatabasePath(variables)
  if (variables.problems.length > 0) return {code: 2, lines: variables.problems}
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

/** The store, or why this file is none that this version can work on. */
function openStore(path: string): Embedded | string {
  try {
    return openSqlite(path)
  } catch (fault) {
    return `COUNTERSIGN_STORE: ${fault instanceof Error ? fault.message : 'the database cannot be opened'}`
  }
}
