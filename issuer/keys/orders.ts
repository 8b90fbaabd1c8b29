/** What an operator may order about the receipt keys, in whichever home the issuer runs: to list, to rotate, to revoke. */
import {
  type KeySet,
  type PublicKey,
  type PublishedKey,
  type Result,
  type SecondsTime,
  parseDuration,
  parsePublicKey,
  parseSecondsTime,
  printSecondsTime,
  secondsTimeToMs,
} from '#protocol'
import {mintKeyEntry, signingKeyAt} from '../mint/mint-key-set.ts'
import {nextTime} from '../mint/mint-record.ts'
import type {Announced, KeySets, ReceiptKeys} from '../model/key-sets.ts'
import type {LedgerReader} from '../model/readers.ts'
import {inRounds} from '../store/turns.ts'
import {type Changed, addSuccessor, endOverlap, overlapEnd, revokeKey} from './change-keys.ts'
import {type KeyRing, signKeySet} from './key-ring.ts'

export type KeyOrder =
  | {readonly kind: 'list'}
  | {
      readonly kind: 'rotate'
      /** For how long the old key signs on; milliseconds. Absent: the new one signs at once. */
      readonly overlapMs?: number | undefined
    }
  | {readonly kind: 'revoke'; readonly publicKey: PublicKey; readonly since: SecondsTime}

export interface Announcing {
  readonly ring: KeyRing
  readonly durable: {readonly keySets: KeySets; readonly ledger: LedgerReader}
  readonly keys: ReceiptKeys
  /** Milliseconds. */
  readonly now: () => number
}

/** A fault: the order was understood and refused, and the keys are as they were. */
export type CarriedOut = Result<{readonly lines: readonly string[]; readonly notes: readonly string[]}, string>

/** An order that cannot be read says how it is given instead. */
export type Read = Result<KeyOrder, string>

const longestMs = 366 * 86_400_000

export function readRotation(overlap = '7d'): Read {
  const overlapMs = parseDuration(overlap) ?? NaN
  if (overlapMs > 0 && overlapMs <= longestMs) return {ok: true, value: {kind: 'rotate', overlapMs}}
  return {ok: false, fault: 'an overlap is a duration such as 12h or 7d, at most 366d; to have none, order "now"'}
}

/** `now` in milliseconds: since when a key is revoked unless an earlier time is named. */
export function readRevocation(publicKey: unknown, since: unknown, now: number): Read {
  const key = parsePublicKey(publicKey)
  const time = since === undefined ? printSecondsTime(now) : parseSecondsTime(since)
  if (key === undefined) return {ok: false, fault: 'a public key is pp_pk_ and 64 lower-case hex digits'}
  if (time === undefined) return {ok: false, fault: '"since" is a time YYYY-MM-DDTHH:MM:SSZ'}
  return {ok: true, value: {kind: 'revoke', publicKey: key, since: time}}
}

export async function carryOut(order: KeyOrder, around: Announcing): Promise<CarriedOut> {
  switch (order.kind) {
    case 'list':
      return await list(around)
    case 'rotate':
      return order.overlapMs === undefined ? await rotateAtOnce(around) : await rotate(order.overlapMs, around)
    case 'revoke':
      return await revoke(order, around)
  }
}

async function list({ring, now}: Announcing): Promise<CarriedOut> {
  const {keys} = await ring.announced()
  const signing = signingKeyAt(keys, now())
  return {ok: true, value: {lines: keys.map((key) => printKey(key, key.publicKey === signing)), notes: []}}
}

const printKey = ({publicKey, use, status, notBefore, notAfter, revokedAt}: PublishedKey, signs: boolean): string =>
  [
    `${publicKey} ${use.padEnd(7)} ${status}`,
    `from ${notBefore}`,
    ...(notAfter === null ? [] : [`until ${notAfter}`]),
    ...(revokedAt === null ? [] : [`revoked since ${revokedAt}`]),
    ...(signs ? ['signs now'] : []),
  ].join(', ')

/** The line to pin stands alone, so that it can be piped. */
async function rotate(overlapMs: number, around: Announcing): Promise<CarriedOut> {
  const {ring, keys, now} = around
  const announced = await ring.announced()
  const end = overlapEnd(announced)
  if (end !== undefined) return {ok: false, fault: underWay(end)}
  const next = keys.successor(announced)
  if (!next.ok) return next
  const made = await announceKeys((settled) => {
    const ends = overlapEnd(settled)
    if (ends !== undefined) return {ok: false, fault: underWay(ends)}
    return addSuccessor(settled, {successor: next.value, from: now() + overlapMs, now: now()})
  }, around)
  if (!made.ok) return made
  const notes = [
    `Until ${overlapEnd(made.value) ?? 'now'} the old key signs on: pin this one beside it in every workflow that deploys.`,
  ]
  return {ok: true, value: {lines: [next.value], notes}}
}

const underWay = (end: string): string =>
  `A rotation is under way until ${end}: wait for its end, or end it with "countersign-issuer keys rotate --now".`

/** A successor that is announced already takes over; without one there is nobody to wait for. */
async function rotateAtOnce(around: Announcing): Promise<CarriedOut> {
  const {ring, keys, now} = around
  const announced = await ring.announced()
  const next = overlapEnd(announced) === undefined ? keys.successor(announced) : undefined
  if (next?.ok === false) return next
  const made = await announceKeys((settled) => {
    if (overlapEnd(settled) !== undefined) return endOverlap(settled, now())
    if (next === undefined) return {ok: false, fault: 'The rotation that was under way is over.'}
    return addSuccessor(settled, {successor: next.value, from: now(), now: now()})
  }, around)
  if (!made.ok) return made
  const notes = [
    'This key signs from now on: pin it in every workflow, those without it refuse what it signs.',
    'Was the old key stolen? Revoke it too: countersign-issuer keys revoke PUBLIC_KEY --since TIME',
  ]
  return {ok: true, value: {lines: [signingKeyAt(made.value.keys, now())], notes}}
}

async function revoke(
  {publicKey, since}: Extract<KeyOrder, {kind: 'revoke'}>,
  around: Announcing,
): Promise<CarriedOut> {
  const {now} = around
  const order = {publicKey, since: secondsTimeToMs(since)}
  const made = await announceKeys((settled) => revokeKey(settled, {...order, now: now()}), around)
  if (!made.ok) return {ok: false, fault: `${made.fault}.`}
  const notes = [
    'Gates that ask this issuer refuse all that it signed, from their next question on, if they pin the key that signs now.',
    `Gates that do not ask need a line in their pins: ${publicKey} revoked`,
  ]
  return {ok: true, value: {lines: [`${publicKey} is revoked since ${since}.`], notes}}
}

/**
 * The signed set and its entry, in one append to the ledger. `change` is asked again, with the keys as they are then, whenever another entry was appended
 * first.
 */
async function announceKeys(
  change: (settled: Announced) => Changed,
  {ring, durable, keys, now}: Announcing,
): Promise<Result<KeySet, string>> {
  return await inRounds(async () => {
    // Read before the keys: whatever changes them later moves this end, and the append is lost.
    const head = await durable.ledger.head()
    const changed = change(await ring.announced())
    if (!changed.ok) return changed
    const at = now()
    const signer = keys.signerOf(signingKeyAt(changed.value.keys, at))
    if (!signer.ok) return signer
    const keySet = await signKeySet(changed.value, {signer: signer.value, now: at})
    const entry = mintKeyEntry({head, keySet, at: nextTime(head, at)})
    const announced = await durable.keySets.announce({head, entry, keySet})
    return announced === 'committed' ? {ok: true, value: keySet} : 'lost'
  })
}
