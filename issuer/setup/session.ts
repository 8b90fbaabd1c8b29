/**
 * Who may set up: whoever reads the set-up token, which a Node process keeps in a file beside the database; and that it is
 * one browser that does. The set-up token opens a session: a random cookie, and the `state`
 * that nobody makes of it without the token. Nothing is kept, so a restart loses no session.
 */
import {createHash, createHmac, randomBytes, timingSafeEqual} from 'node:crypto'
import {existsSync, rmSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {Result} from '#protocol'
import {codeOf, readSecretFile, writeNewFile} from '../keys/key-file.ts'
import {Secret} from '../keys/secret.ts'

/** GitHub's code lives as long. */
export const sessionMs = 3_600_000

/** What the deployment made: at least 128 bits, as 32 or more letters and digits. */
export const isSetupToken = (text: string): boolean => /^[A-Za-z0-9]{32,128}$/.test(text)

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
  const read = readSecretFile(path, (text) =>
    isSetupToken(text.trimEnd())
      ? {ok: true, value: new Secret(text.trimEnd())}
      : {ok: false, fault: `${path} holds none; delete it and start again`},
  )
  if (!read.ok) return {ok: false, fault: [`the set-up token: ${read.fault}`]}
  return {ok: true, value: {path, token: read.value, warning: read.warning}}
}

/** Once there is an App the token opens nothing; it only looks as if it did. */
export const dropTokenFile = (databasePath: string): void => rmSync(tokenPath(databasePath), {force: true})

/** What is kept of the token in memory, and what sessions are made with. */
export const digestOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** In constant time. */
export const isToken = (given: string, digest: Buffer): boolean => timingSafeEqual(digestOfToken(given), digest)

/** `nonce`: at least 128 random bits, base64url. The cookie is `<end, in milliseconds>.<nonce>`. */
export function openSession({
  digest,
  nonce,
  now,
}: {
  readonly digest: Buffer
  readonly nonce: string
  readonly now: number
}): {readonly cookie: string; readonly state: string} {
  const cookie = `${now + sessionMs}.${nonce}`
  return {cookie, state: stateOf(cookie, digest)}
}

/** Whether this browser opened a session with the token, which is not over, and this answer of GitHub's belongs to it. */
export function holdsSession(
  {cookie, state}: Readonly<Record<'cookie' | 'state', string | undefined>>,
  {digest, now}: {readonly digest: Buffer; readonly now: number},
): boolean {
  const [whole, until] = /^([0-9]{1,16})\.[\w-]{22,64}$/.exec(cookie ?? '') ?? []
  if (whole === undefined || state === undefined || !(now < Number(until))) return false
  return isSame(state, stateOf(whole, digest))
}

const stateOf = (cookie: string, digest: Buffer): string =>
  createHmac('sha256', digest).update(`countersign set-up\n${cookie}`).digest('base64url')

const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOfToken(one), digestOfToken(other))
