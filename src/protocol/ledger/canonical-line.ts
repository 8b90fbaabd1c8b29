/**
 * Recognizes a line that is an entry in its own canonical form (RFC 8785): names in order, no white space, every value
 * in its one spelling and without an escape. What is recognized here needs no parser; parse-entry.ts is the law, and
 * whatever this file does not recognize is for it to judge.
 */
import {parseSecondsTime} from '../times.ts'
import type {EntryEvent} from './entry.ts'

export interface CanonicalLine {
  readonly seq: number
  readonly hash: string
  readonly ledger: string
  readonly prev: string
  readonly time: string
  /** Where the member `hash` begins: it has hashMemberLength characters, its comma included. */
  readonly hashAt: number
}

/** `"hash":"<64 hex>",` */
export const hashMemberLength = '"hash":"",'.length + 64

const ulid = '[0-9a-hjkmnp-tv-z]{26}'
const digest = 'sha256:[0-9a-f]{64}'
const receipt = `rcpt_(?:dg|bg)_${ulid}`
const decision = `dec_${ulid}`
const host = String.raw`(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]{2,45}\])(?::[0-9]{1,5})?`
const clock = String.raw`T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z`

/** A member that may be absent: a comma follows it exactly when another member does. */
const member = (name: string, value: string): string => String.raw`(?:"${name}":"${value}"(?:,(?=")|(?=\})))?`

const line = (event: EntryEvent, {digests, subject}: {readonly digests: string; readonly subject: string}): RegExp =>
  new RegExp(
    String.raw`^\{"digests":\{${digests}\},"event":"${event}","hash":"([0-9a-f]{64})","ledger":"(${host}/[0-9a-z]{1,64})",` +
      String.raw`"prev":"([0-9a-f]{64})","seq":([1-9][0-9]{0,14}),"subject":"${subject}",` +
      String.raw`"time":"([0-9]{4}-[0-9]{2}-[0-9]{2})(${clock})","type":"countersign\.entry/v1"\}$`,
  )

const run = {digests: member('run', digest), subject: receipt}

/** Entry 0 is missing on purpose: there is one in a ledger. */
const lines: ReadonlyMap<string, RegExp> = new Map([
  [
    'receipt.issued',
    line('receipt.issued', {
      digests:
        member('decision', decision) + member('evidence', digest) + member('receipt', digest) + member('token', digest),
      subject: receipt,
    }),
  ],
  [
    'decision.made',
    line('decision.made', {digests: member('evidence', digest) + member('token', digest), subject: decision}),
  ],
  ['receipt.revoked', line('receipt.revoked', {digests: member('revocation', digest), subject: receipt})],
  ['receipt.redeemed', line('receipt.redeemed', run)],
  ['deploy.started', line('deploy.started', run)],
  ['deploy.finished', line('deploy.finished', run)],
])
const eventName = '"event":"'
const maxOriginLength = 320

export class CanonicalLines {
  /** The last day that was seen to exist: the next entry is mostly of the same. */
  #knownDay = ''

  recognize(text: string): CanonicalLine | undefined {
    const at = text.indexOf(eventName)
    const start = at + eventName.length
    // A hint only: the pattern that it picks looks at every character.
    const match = lines.get(text.slice(start, text.indexOf('"', start)))?.exec(text)
    if (match === null || match === undefined) return undefined
    const [, hash = '', ledger = '', prev = '', seq, day = '', clockTime = ''] = match
    if (ledger.length > maxOriginLength || !this.#isDay(day)) return undefined
    const hashAt = text.indexOf('"', text.indexOf('"', start) + 1)
    return {seq: Number(seq), hash, ledger, prev, time: day + clockTime, hashAt}
  }

  #isDay(day: string): boolean {
    if (day !== this.#knownDay && parseSecondsTime(`${day}T00:00:00Z`) === undefined) return false
    this.#knownDay = day
    return true
  }
}
