/** The keys that a verifier pinned, and the key set that an issuer publishes (formats §1, "Keys"). */
import {isStrictPoint, publicKeyBytes} from './crypto.ts'
import {type PublicKey, type Signature, parsePublicKey} from './ids.ts'
import type {Result} from './result.ts'
import {type SecondsTime, parseSecondsTime, secondsTimeToMs} from './times.ts'

/** One line of a pin: `pp_pk_…`, `pp_pk_… until=<time>` or `pp_pk_… revoked`. */
export type Pin =
  | {readonly key: PublicKey; readonly status: 'trusted'}
  | {readonly key: PublicKey; readonly status: 'until'; readonly until: SecondsTime}
  | {readonly key: PublicKey; readonly status: 'revoked'}

export type PinnedKeys = ReadonlyMap<PublicKey, Pin>

/** A malformed line among several refuses all. Problems name the line and the fix. */
export function parsePinnedKeys(text: string): Result<PinnedKeys, readonly string[]> {
  const keys = new Map<PublicKey, Pin>()
  const problems: string[] = []
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '') continue
    const pin = parsePin(line)
    if (typeof pin === 'string') problems.push(`line ${i + 1}: ${pin}`)
    else if (keys.has(pin.key)) problems.push(`line ${i + 1}: this key stands on an earlier line too; keep one of them`)
    else keys.set(pin.key, pin)
  }
  if (keys.size === 0 && problems.length === 0) {
    problems.push('no key is pinned; give the pp_pk_… line that the issuer prints when it starts')
  }
  return problems.length > 0 ? {ok: false, fault: problems} : {ok: true, value: keys}
}

function parsePin(line: string): Pin | string {
  const [first = '', second, ...more] = line.split(' ')
  const key = parsePublicKey(first)
  if (key === undefined) return describeKeyFault(first)
  if (!isStrictPoint(publicKeyBytes(key)))
    return 'this key is of small order or not canonical: anyone could sign under it'
  if (more.length > 0) return 'only one word may follow a key: until=<time> or revoked'
  if (second === undefined) return {key, status: 'trusted'}
  if (second === 'revoked') return {key, status: 'revoked'}
  const until = second.startsWith('until=') ? parseSecondsTime(second.slice('until='.length)) : undefined
  if (until === undefined) return 'after the key only "until=YYYY-MM-DDTHH:MM:SSZ" or "revoked" may stand'
  return {key, status: 'until', until}
}

function describeKeyFault(word: string): string {
  if (/[^\x21-\x7e]/.test(word))
    return 'a tab or an invisible character stands in the line; retype it with plain spaces'
  if (!word.startsWith('pp_pk_')) return 'a pinned key begins with pp_pk_ and has 64 lower-case hex digits'
  const digits = word.slice('pp_pk_'.length)
  if (digits.length !== 64) return `a pinned key has 64 hex digits after pp_pk_, this one has ${digits.length}`
  return 'a pinned key has only the digits 0-9 and a-f after pp_pk_, in lower case'
}

/** Whether a pin takes a receipt issued at `issuedAt`. */
export function pinTakes(pin: Pin, issuedAt: SecondsTime): boolean {
  switch (pin.status) {
    case 'trusted':
      return true
    case 'until':
      return secondsTimeToMs(issuedAt) <= secondsTimeToMs(pin.until)
    case 'revoked':
      return false
  }
}

/** `/.well-known/countersign-keys.json`, signed as receipts are. It may take trust from a pin, never give it. */
export interface KeySetBody {
  readonly type: 'countersign.keys/v1'
  readonly keys: readonly PublishedKey[]
  readonly version: number
  readonly at: SecondsTime
  readonly publicKey: PublicKey
}

export interface PublishedKey {
  readonly publicKey: PublicKey
  readonly use: 'receipt' | 'ledger'
  readonly status: 'active' | 'retiring' | 'retired' | 'revoked'
  readonly notBefore: SecondsTime
  readonly notAfter: SecondsTime | null
  readonly revokedAt: SecondsTime | null
}

export interface KeySet extends KeySetBody {
  readonly signature: Signature
}
