/** The keys that GitHub signs jobs' tokens with: fetched from the provider, kept, bounded in time and size. */
import {type JWTVerifyGetKey, createRemoteJWKSet, customFetch, errors} from 'jose'
import {GitHubUnavailable} from '../../github/unavailable.ts'

/** For the headers and the body together. */
const timeLimitMs = 5000
/** GitHub's set has some ten keys, about 20 KiB with their certificates. */
const maxBytes = 256 * 1024
const keepForMs = 10 * 60_000
/** A token may name a key that is newer than the set: it is fetched again, but strangers' tokens must not make it a habit. */
const refreshAfterMs = 60_000

/** Where every OIDC issuer of GitHub has its keys; a configured address needs no discovery to be led elsewhere by. */
const keysUrl = (issuer: string): URL => new URL(`${issuer}/.well-known/jwks`)

/** Throws GitHubUnavailable while the provider gives no usable set, and jose's own errors for a token without a key. */
export function openOidcKeys(issuer: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(keysUrl(issuer), {
    timeoutDuration: timeLimitMs,
    cacheMaxAge: keepForMs,
    cooldownDuration: refreshAfterMs,
    [customFetch]: fetchBounded,
  })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (fault) {
      if (isTokensFault(fault)) throw fault
      throw new GitHubUnavailable('network', "the OIDC provider's keys cannot be fetched", {cause: fault})
    }
  }
}

/** No key for it, several, or an algorithm that no key has: what the token itself names. */
const isTokensFault = (fault: unknown): boolean =>
  fault instanceof errors.JWKSNoMatchingKey ||
  fault instanceof errors.JWKSMultipleMatchingKeys ||
  fault instanceof errors.JOSENotSupported

/** A redirect is no answer: keys come from the issuer's own address or not at all. jose sets method, headers and signal. */
async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, {...options, redirect: 'error'})
  const chunks: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = answer.body
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new RangeError(`the provider answered more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return new Response(new Uint8Array(Buffer.concat(chunks)), {status: answer.status})
}
