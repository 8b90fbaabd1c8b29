/** Tokens of ours that only their holders know: 256 random bits. What is kept is the digest, which opens nothing. */
import {randomBytes} from 'node:crypto'
import {type Digest, digestOf} from '#protocol'

/** `csat_`: an auditor's. `cslk_`: a repository's link. The prefix lets secret scanners know them. */
type TokenPrefix = 'csat_' | 'cslk_'

/** The text is to be shown once. */
export function makeToken(prefix: TokenPrefix): {readonly text: string; readonly digest: Digest} {
  const text = `${prefix}${randomBytes(32).toString('base64url')}`
  return {text, digest: digestOf(text)}
}

/** What to look for in the store; undefined for a text that is no token of this kind. */
export const tokenDigest = (prefix: TokenPrefix, text: string): Digest | undefined =>
  text.startsWith(prefix) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefix.length)) ? digestOf(text) : undefined
