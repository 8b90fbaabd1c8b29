/** What every function stands on: its configuration, its secrets, its keys in KMS, its table. Once a cold start. */
import {readAwsPlaces} from '../aws-places.ts'
import type {Env} from '../variables.ts'
import {type IssuerConfig, readConfig} from '../config.ts'
import type {Secret} from '../../keys/secret.ts'
import type {Log} from '../../model/log.ts'
import {makeLog} from '../log.ts'
import {type OnTable, openDynamodb} from '../../store/dynamodb.ts'
import {type KeysOnAws, openKeys} from './keys.ts'
import {fetchSecrets} from './secrets.ts'

/** Before there is a ledger. */
export interface AwsBase {
  readonly config: IssuerConfig
  readonly keys: KeysOnAws
  readonly durable: OnTable
  readonly log: Log
  readonly version: string
}

/** Throws with every problem at once. */
export async function openAwsBase(given: Env, version: string): Promise<AwsBase> {
  const fetched = await fetchSecrets(given)
  if (!fetched.ok) throw refusal(fetched.fault)
  const read = readAwsPlaces(fetched.value)
  const configured = readConfig(read.ok ? read.value.rest : fetched.value)
  if (!read.ok) throw refusal(read.fault)
  if (!configured.ok) throw refusal(configured.fault)
  const {config, warnings} = configured.value
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  const opened = await openKeys(read.value.places)
  if (!opened.ok) throw refusal(opened.fault)
  for (const warning of [...warnings, ...opened.value.warnings]) log.warn({}, warning)
  return {config, keys: opened.value.keys, durable: openDynamodb(read.value.places.table), log, version}
}

export const refusal = (problems: readonly string[]): Error =>
  new Error(`The issuer does not start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)

const secretsOf = ({github: {access, webhookSecret}, evidenceSecret}: IssuerConfig): readonly Secret[] => [
  webhookSecret,
  access.kind === 'app' ? access.privateKey : access.token,
  ...(evidenceSecret === undefined ? [] : [evidenceSecret]),
]
