/** Unpadded base64url (RFC 4648 §5), one spelling a value: parse, print again, compare. */
import {type Primitives, decodeBase64url, encodeBase64url} from './crypto.ts'

type Base64 = Pick<Primitives, 'decodeBase64url' | 'encodeBase64url'>

/**
 * The bytes; undefined for padding, white space, other characters, a length that cannot be and non-zero tail bits
 * (RFC 4648 §3.5): platforms forgive all of these, and none of them is what the bytes print as.
 */
export function parseBase64url(
  text: string,
  platform: Base64 = {decodeBase64url, encodeBase64url},
): Uint8Array | undefined {
  const bytes = platform.decodeBase64url(text)
  return bytes !== undefined && platform.encodeBase64url(bytes) === text ? bytes : undefined
}

export const printBase64url = encodeBase64url
