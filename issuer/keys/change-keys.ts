/**
 * What a change makes of the announced keys. At every moment one receipt key signs; while a rotation overlaps it is the
 * retiring one, and its successor is the active one whose time begins when the other's ends.
 */
import {
  type PublicKey,
  type PublishedKey,
  type Result,
  type SecondsTime,
  printSecondsTime,
  secondsTimeToMs,
} from '#protocol'
import {isLive, signingKeyAt} from '../mint/mint-key-set.ts'
import type {Announced} from '../model/key-sets.ts'

export type Changed = Result<Announced, string>

/** More than this no verifier reads (the key set's own limit, the ledger's key included). */
const maxKeys = 16

/** When the overlap of a rotation under way ends. */
export const overlapEnd = ({keys}: Announced): SecondsTime | undefined =>
  keys.find(({status}) => status === 'retiring')?.notAfter ?? undefined

/** What whoever deploys has to do while a rotation overlaps. */
export function describeOverlap(settled: Announced): string | undefined {
  const end = overlapEnd(settled)
  const successor = settled.keys.find((key) => isLive(key) && key.notBefore === end)
  if (end === undefined || successor === undefined) return undefined
  return `the receipt key changes at ${end}: until then pin ${successor.publicKey} beside the key that signs now`
}

export interface Succession {
  readonly successor: PublicKey
  /** When the successor begins to sign; milliseconds. Now or before: at once. */
  readonly from: number
  /** Milliseconds. */
  readonly now: number
}

/** A new key beside the one that signs. `settled` holds no rotation under way. */
export function addSuccessor(settled: Announced, {successor, from, now}: Succession): Changed {
  if (settled.keys.some(({publicKey}) => publicKey === successor)) {
    return {ok: false, fault: `${successor} was announced before: a rotation needs a key of its own`}
  }
  const known = settled.keys.length < maxKeys ? settled.keys : forgetRetired(settled.keys)
  if (!(known.length < maxKeys)) {
    return {ok: false, fault: `${maxKeys} keys are published, none of them retired: a key set holds no more`}
  }
  const at = printSecondsTime(Math.max(from, now))
  const status = from > now ? 'retiring' : 'retired'
  const before = known.map((key): PublishedKey => (isLive(key) ? {...key, status, notAfter: at} : key))
  const key = {publicKey: successor, use: 'receipt', status: 'active', notBefore: at} as const
  return next(settled, [...before, {...key, notAfter: null, revokedAt: null}], now)
}

/** The longest retired key makes room: its receipts are over. A revoked one never does, it would be trusted again. */
function forgetRetired(keys: readonly PublishedKey[]): readonly PublishedKey[] {
  const [oldest] = keys
    .filter(({status}) => status === 'retired')
    .sort((a, b) => ((a.notAfter ?? '') < (b.notAfter ?? '') ? -1 : 1))
  return keys.filter((key) => key !== oldest)
}

/** The successor signs from now on. `settled` holds a rotation under way. */
export function endOverlap(settled: Announced, now: number): Changed {
  const at = printSecondsTime(now)
  const keys = settled.keys.map((key): PublishedKey => {
    if (!isLive(key)) return key
    return key.status === 'retiring' ? {...key, status: 'retired', notAfter: at} : {...key, notBefore: at}
  })
  return next(settled, keys, now)
}

export interface KeyRevocation {
  readonly publicKey: PublicKey
  /** Since when it is not to be trusted; milliseconds. */
  readonly since: number
  /** Milliseconds. */
  readonly now: number
}

/** A revoked key vouches for nothing, whenever it signed. Whatever is left of a rotation under way signs alone. */
export function revokeKey(settled: Announced, {publicKey, since, now}: KeyRevocation): Changed {
  const found = settled.keys.find((key) => key.publicKey === publicKey && key.use === 'receipt')
  if (found === undefined) return {ok: false, fault: `${publicKey} is no receipt key of this issuer`}
  if (found.status === 'revoked') {
    return {ok: false, fault: `${publicKey} is revoked already, since ${found.revokedAt ?? 'an unknown time'}`}
  }
  if (!(since <= now)) return {ok: false, fault: 'a key is revoked since a time that is over'}
  if (isLive(found) && settled.keys.filter(isLive).length === 1) {
    const advice = 'make another first, with "countersign-issuer keys rotate --now"'
    return {ok: false, fault: `${publicKey} is the only key that signs: ${advice}`}
  }
  const keys = settled.keys.map((key): PublishedKey => {
    if (key === found) return {...key, status: 'revoked', revokedAt: printSecondsTime(since)}
    return isLive(found) && isLive(key) ? standAlone(key, now) : key
  })
  return next(settled, keys, now)
}

const standAlone = (key: PublishedKey, now: number): PublishedKey => ({
  ...key,
  status: 'active',
  notBefore: secondsTimeToMs(key.notBefore) <= now ? key.notBefore : printSecondsTime(now),
  notAfter: null,
})

/** Throws for a bug: a set under which nothing is signed. */
function next({version}: Announced, keys: readonly PublishedKey[], now: number): Changed {
  signingKeyAt(keys, now)
  return {ok: true, value: {keys, version: version + 1, at: printSecondsTime(now)}}
}
