/**
 * The App's credentials as set-up keeps them, once and for all: one JSON document, in a file or in a secret.
 *
 *   {"type": "countersign.github-app/v1", "appId": 123456, "privateKey": "-----BEGIN …", "webhookSecret": "…"}
 *
 * and, for a function that believes its webhooks and asks GitHub nothing, without the key:
 *
 *   {"type": "countersign.github-webhook/v1", "appId": 123456, "webhookSecret": "…"}
 */
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {type Result, isPlainObject} from '#protocol'
import {codeOf, readSecretFile, writeNewFile} from '../keys/key-file.ts'
import {hasNoAccess, readPlaces} from './config.ts'
import {type Env, Variables} from './variables.ts'
import type {Secret} from '../keys/secret.ts'

export interface AppCredentials {
  readonly appId: number
  /** PKCS#8 PEM. */
  readonly privateKey: Secret
  readonly webhookSecret: Secret
}

/** Keeps an App if none is kept: durable when it returns. `taken`: another one was first. */
export type KeepApp = (app: AppCredentials) => Promise<'kept' | 'taken'>

const type = 'countersign.github-app/v1'

const webhookType = 'countersign.github-webhook/v1'

/** What is needed to believe the App's webhooks, and nothing that asks GitHub. */
export const printKeptWebhook = ({appId, webhookSecret}: Pick<AppCredentials, 'appId' | 'webhookSecret'>): string =>
  `${JSON.stringify({type: webhookType, appId, webhookSecret: webhookSecret.reveal()})}\n`

/** As the variables that would say the same. */
export function parseKeptWebhook(text: string): Env | undefined {
  const kept = parseObject(text)
  const [appId, webhookSecret] = [kept?.['appId'], kept?.['webhookSecret']]
  if (kept?.['type'] !== webhookType || typeof appId !== 'number') return undefined
  if (typeof webhookSecret !== 'string' || webhookSecret === '') return undefined
  return {COUNTERSIGN_GITHUB_APP_ID: String(appId), COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret}
}

export const printKeptApp = ({appId, privateKey, webhookSecret}: AppCredentials): string =>
  `${JSON.stringify({type, appId, privateKey: privateKey.reveal(), webhookSecret: webhookSecret.reveal()})}\n`

/** As the variables that would say the same: what is in them is judged where those are read. */
export function parseKeptApp(text: string): Env | undefined {
  const kept = parseObject(text)
  const [appId, privateKey, webhookSecret] = [kept?.['appId'], kept?.['privateKey'], kept?.['webhookSecret']]
  const isWhole = kept?.['type'] === type && typeof appId === 'number'
  // A key that is no PEM would be taken for a path.
  if (!isWhole || typeof privateKey !== 'string' || !privateKey.startsWith('-----BEGIN')) return undefined
  if (typeof webhookSecret !== 'string' || webhookSecret === '') return undefined
  return {
    COUNTERSIGN_GITHUB_APP_ID: String(appId),
    COUNTERSIGN_GITHUB_PRIVATE_KEY: privateKey,
    COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret,
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Beside the database; written once, and read at each start that names no App or token. */
export const appPath = (databasePath: string): string => join(dirname(databasePath), 'github-app.json')

export interface WithKeptApp {
  readonly env: Env
  readonly warning?: string | undefined
}

/** The variables; where they say nothing of an App or a token, with those of the App that set-up kept. */
export function addKeptApp(env: Env): Result<WithKeptApp, readonly string[]> {
  const path = appPath(readPlaces(new Variables(env)).databasePath)
  if (!hasNoAccess(env) || !existsSync(path)) return {ok: true, value: {env}}
  const kept = readSecretFile(path, (text) => {
    const value = parseKeptApp(text)
    return value === undefined ? {ok: false, fault: `${path} is damaged; ${restoreAdvice}`} : {ok: true, value}
  })
  if (!kept.ok) return {ok: false, fault: [`the App that set-up kept: ${kept.fault}`]}
  return {ok: true, value: {env: {...env, ...kept.value}, warning: kept.warning}}
}

const restoreAdvice = 'put it back from a backup, or give the App by COUNTERSIGN_GITHUB_… variables'

/** Writes the App's file if there is none: of two that finish at once, one has it. */
export function keepApp(databasePath: string, app: AppCredentials): 'kept' | 'taken' {
  try {
    writeNewFile(appPath(databasePath), printKeptApp(app))
    return 'kept'
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') return 'taken'
    throw fault
  }
}
