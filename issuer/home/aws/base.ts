/** What every function stands on: its configuration, its secrets, its keys in KMS, its table. Once a cold start. */
import type {Env} from '../variables.ts'
import {type IssuerConfig, readConfig, readListenerConfig, secretsOf} from '../config.ts'
import type {Log} from '../../model/log.ts'
import {makeLog} from '../log.ts'
import {type OnTable, openDynamodb} from '../../store/dynamodb.ts'
import {type KeysOnAws, type PlacesAndRest, openKeys, readAwsPlaces} from './keys.ts'
import {fetchApp, fetchSecrets, fetchWebhook, openSecretsManager} from './secrets.ts'

/**
 * `web` signs nothing, appends nothing and asks GitHub nothing, `receipts` signs with the receipt key alone, `worker` with all
 * of them.
 */
export type Role = 'web' | 'receipts' | 'worker'

/** Before there is a ledger. */
export interface AwsBase {
  readonly config: IssuerConfig
  readonly keys: KeysOnAws
  readonly durable: OnTable
  readonly log: Log
  readonly version: string
}

/** Throws with every problem at once. */
export async function openAwsBase(given: Env, version: string, role: Role): Promise<AwsBase> {
  const {places, rest} = await fetchPlaces(await (role === 'web' ? fetchWebhook(given) : fetchApp(given)))
  const configured = role === 'web' ? readListenerConfig(rest) : readConfig(rest)
  if (!configured.ok) throw refusal(configured.fault)
  const {config, warnings} = configured.value
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  const opened = await openKeys(places)
  if (!opened.ok) throw refusal(opened.fault)
  for (const warning of [...warnings, ...opened.value.warnings]) log.warn({}, warning)
  return {config, keys: opened.value.keys, durable: openDynamodb(places.table), log, version}
}

/** For the set-up function as well. Throws with every problem of its kind at once. */
export async function fetchPlaces(env: Env, client = openSecretsManager()): Promise<PlacesAndRest> {
  const fetched = await fetchSecrets(env, client)
  const read = fetched.ok ? readAwsPlaces(fetched.value) : fetched
  if (!read.ok) throw refusal(read.fault)
  return read.value
}

export const refusal = (problems: readonly string[]): Error =>
  new Error(`The issuer does not start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)
