/**
 * Who may set up, and that it is one browser that does. The set-up token opens a session: a random cookie, and the `state`
 * that nobody makes of it without the token. Nothing is kept, so a restart loses no session.
 */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto'

/** GitHub's code lives as long. */
export const sessionMs = 3_600_000

/** What the deployment made: at least 128 bits, as 32 or more letters and digits. */
export const isSetupToken = (text: string): boolean => /^[A-Za-z0-9]{32,128}$/.test(text)

/** What is kept of the token in memory, and what sessions are made with. */
export const digestOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** In constant time. */
export const isToken = (given: string, digest: Buffer): boolean => timingSafeEqual(digestOfToken(given), digest)

export interface Session {
  /** `<end, in milliseconds>.<nonce>` */
  readonly cookie: string
  readonly state: string
}

export interface NewSession {
  readonly digest: Buffer
  /** At least 128 random bits, base64url. */
  readonly nonce: string
  readonly now: number
}

export function openSession({digest, nonce, now}: NewSession): Session {
  const cookie = `${now + sessionMs}.${nonce}`
  return {cookie, state: stateOf(cookie, digest)}
}

export interface Shown {
  readonly cookie: string | undefined
  readonly state: string | undefined
}

/** Whether this browser opened a session with the token, which is not over, and this answer of GitHub's belongs to it. */
export function holdsSession(
  {cookie, state}: Shown,
  {digest, now}: {readonly digest: Buffer; readonly now: number},
): boolean {
  const [whole, until] = /^([0-9]{1,16})\.[\w-]{22,64}$/.exec(cookie ?? '') ?? []
  if (whole === undefined || state === undefined || !(now < Number(until))) return false
  return isSame(state, stateOf(whole, digest))
}

const stateOf = (cookie: string, digest: Buffer): string =>
  createHmac('sha256', digest).update(`countersign set-up\n${cookie}`).digest('base64url')

const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOfToken(one), digestOfToken(other))
