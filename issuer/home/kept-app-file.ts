/** The App that set-up kept beside the database: written once, and read at each start that names no App or token. */
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {Result} from '#protocol'
import {codeOf, readKeyFile, writeNewFile} from '../keys/key-file.ts'
import {hasNoAccess, readDatabasePath} from './config.ts'
import {type AppCredentials, parseKeptApp, printKeptApp} from './kept-app.ts'
import {type Env, Variables} from './variables.ts'

export const appPath = (databasePath: string): string => join(dirname(databasePath), 'github-app.json')

export interface WithKeptApp {
  readonly env: Env
  readonly warning?: string | undefined
}

/** The variables; where they say nothing of an App or a token, with those of the App that set-up kept. */
export function addKeptApp(env: Env): Result<WithKeptApp, readonly string[]> {
  const path = appPath(readDatabasePath(new Variables(env)))
  if (!hasNoAccess(env) || !existsSync(path)) return {ok: true, value: {env}}
  const file = readKeyFile(path)
  if (!file.ok) return {ok: false, fault: [`the App that set-up kept: ${file.fault}`]}
  const kept = parseKeptApp(file.value)
  if (kept !== undefined) return {ok: true, value: {env: {...env, ...kept}, warning: file.warning}}
  const advice = 'put it back from a backup, or give the App by COUNTERSIGN_GITHUB_… variables'
  return {ok: false, fault: [`the App that set-up kept: ${path} is damaged; ${advice}`]}
}

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
