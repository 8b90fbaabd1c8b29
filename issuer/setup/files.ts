/** What set-up keeps beside the database: the token that opens it, and the App that came of it. */
import {randomBytes} from 'node:crypto'
import {existsSync, rmSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {type Env, Variables} from '../home/variables.ts'
import {hasNoAccess, readDatabasePath} from '../home/config.ts'
import {codeOf, readKeyFile, writeNewFile} from '../keys/key-file.ts'
import {Secret} from '../model/secret.ts'
import {type AppCredentials, parseKeptApp, printKeptApp} from './kept-app.ts'
import {isSetupToken} from './session.ts'

export const appPath = (databasePath: string): string => join(dirname(databasePath), 'github-app.json')
const tokenPath = (databasePath: string): string => join(resolve(dirname(databasePath)), 'set-up-token')

export type WithKeptApp =
  | {readonly ok: true; readonly env: Env; readonly warning?: string | undefined}
  | {readonly ok: false; readonly problems: readonly string[]}

/** The variables; where they say nothing of an App or a token, with those of the App that set-up kept. */
export function addKeptApp(env: Env): WithKeptApp {
  const path = appPath(readDatabasePath(new Variables(env)))
  if (!hasNoAccess(env) || !existsSync(path)) return {ok: true, env}
  const file = readKeyFile(path)
  if (!file.ok) return {ok: false, problems: [`the App that set-up kept: ${file.problem}`]}
  const kept = parseKeptApp(file.text)
  if (kept !== undefined) return {ok: true, env: {...env, ...kept}, warning: file.warning}
  const advice = 'put it back from a backup, or give the App by COUNTERSIGN_GITHUB_… variables'
  return {ok: false, problems: [`the App that set-up kept: ${path} is damaged; ${advice}`]}
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

export type TokenFile =
  | {readonly ok: true; readonly path: string; readonly token: Secret; readonly warning?: string | undefined}
  | {readonly ok: false; readonly problems: readonly string[]}

/** The token that opens set-up, made when there is none: 256 random bits. Who can read its file may set the issuer up. */
export function openTokenFile(databasePath: string): TokenFile {
  const path = tokenPath(databasePath)
  try {
    if (!existsSync(path)) writeNewFile(path, `${randomBytes(32).toString('hex')}\n`)
  } catch (fault) {
    return {ok: false, problems: [`the set-up token ${path} cannot be written (${codeOf(fault)})`]}
  }
  const file = readKeyFile(path)
  if (!file.ok) return {ok: false, problems: [`the set-up token: ${file.problem}`]}
  const token = file.text.trimEnd()
  if (isSetupToken(token)) return {ok: true, path, token: new Secret(token), warning: file.warning}
  return {ok: false, problems: [`the set-up token: ${path} holds none; delete it and start again`]}
}

/** Once there is an App the token opens nothing; it only looks as if it did. */
export const dropTokenFile = (databasePath: string): void => rmSync(tokenPath(databasePath), {force: true})
