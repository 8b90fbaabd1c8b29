/** The token that opens set-up, in a file beside the database. */
import {randomBytes} from 'node:crypto'
import {existsSync, rmSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {Result} from '#protocol'
import {codeOf, readKeyFile, writeNewFile} from '../keys/key-file.ts'
import {Secret} from '../keys/secret.ts'
import {isSetupToken} from './session.ts'

const tokenPath = (databasePath: string): string => join(resolve(dirname(databasePath)), 'set-up-token')

export interface TokenFile {
  readonly path: string
  readonly token: Secret
  readonly warning?: string | undefined
}

/** The token that opens set-up, made when there is none: 256 random bits. Who can read its file may set the issuer up. */
export function openTokenFile(databasePath: string): Result<TokenFile, readonly string[]> {
  const path = tokenPath(databasePath)
  try {
    if (!existsSync(path)) writeNewFile(path, `${randomBytes(32).toString('hex')}\n`)
  } catch (fault) {
    return {ok: false, fault: [`the set-up token ${path} cannot be written (${codeOf(fault)})`]}
  }
  const file = readKeyFile(path)
  if (!file.ok) return {ok: false, fault: [`the set-up token: ${file.fault}`]}
  const token = file.value.trimEnd()
  if (isSetupToken(token)) return {ok: true, value: {path, token: new Secret(token), warning: file.warning}}
  return {ok: false, fault: [`the set-up token: ${path} holds none; delete it and start again`]}
}

/** Once there is an App the token opens nothing; it only looks as if it did. */
export const dropTokenFile = (databasePath: string): void => rmSync(tokenPath(databasePath), {force: true})
