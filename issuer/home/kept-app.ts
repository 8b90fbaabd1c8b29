/**
 * The App's credentials as set-up keeps them, once and for all: one JSON document, in a file or in a secret.
 *
 *   {"type": "countersign.github-app/v1", "appId": 123456, "privateKey": "-----BEGIN …", "webhookSecret": "…"}
 */
import {isPlainObject} from '#protocol'
import type {Env} from './variables.ts'
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
