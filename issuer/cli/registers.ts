/** The issuer's store as its commands use it: the file that COUNTERSIGN_STORE names, shared with the running issuer. */
import {existsSync} from 'node:fs'
import {readDatabasePath} from '../config.ts'
import {type Env, Variables} from '../config/variables.ts'
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
