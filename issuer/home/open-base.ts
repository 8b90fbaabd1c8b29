/** Keys, store and ledger: what every issuer of this home stands on, and all that it has before it has its App. */
import type {Result} from '#protocol'
import type {BaseConfig} from './config.ts'
import {describeOverlap} from '../keys/change-keys.ts'
import {type IssuerKeys, checkStore, openKeys} from '../keys/issuer-keys.ts'
import {type KeyRing, findMissing, openKeyRing} from '../keys/key-ring.ts'
import {createLedger, signLedger} from '../keys/begin-ledger.ts'
import type {Log} from '../model/log.ts'
import {type Embedded, openSqlite} from '../store/sqlite.ts'

export interface Runtime {
  readonly log: Log
  readonly version: string
  /** Milliseconds. */
  readonly now: () => number
}

export interface Base {
  readonly config: BaseConfig
  readonly keys: IssuerKeys
  readonly durable: Embedded
  readonly ring: KeyRing
}

/** Makes what is missing where this is the first start. */
export async function openBase(config: BaseConfig, around: Runtime): Promise<Result<Base, readonly string[]>> {
  const opened = openKeys(config)
  if (!opened.ok) return opened
  const {keys, warnings} = opened.value
  for (const warning of warnings) around.log.warn({}, warning)
  const durable = openStore(config.databasePath)
  if (typeof durable === 'string') return {ok: false, fault: [durable]}
  const ring = await openLedger({config, keys, durable}, around)
  if (typeof ring === 'string') {
    durable.close()
    return {ok: false, fault: [ring]}
  }
  return {ok: true, value: {config, keys, durable, ring}}
}

/** The receipt keys of the ledger in this store, or why the issuer must not start on it. */
async function openLedger({config, keys, durable}: Omit<Base, 'ring'>, {now, log}: Runtime): Promise<KeyRing | string> {
  const checked = await checkStore(keys, durable.entries)
  if (checked.kind === 'refused') return checked.problem
  if (checked.kind === 'new') await createLedger({host: new URL(config.publicUrl).host, keys, durable}, now())
  const ring = await openKeyRing({keys, durable, now, warn: (problem) => log.warn({}, problem)})
  if (typeof ring === 'string') return ring
  const announced = await ring.announced()
  const [missing] = findMissing(announced, keys)
  if (missing !== undefined) return missing
  const overlap = describeOverlap(announced)
  if (overlap !== undefined) log.warn({}, overlap)
  return (await signLedger({keys, durable})) ?? ring
}

/** The store, or why this file cannot be one: too new, another program's, a disk without what durability needs. */
export function openStore(path: string): Embedded | string {
  try {
    return openSqlite(path)
  } catch (fault) {
    return `COUNTERSIGN_STORE: ${fault instanceof Error ? fault.message : 'the database cannot be opened'}`
  }
}
