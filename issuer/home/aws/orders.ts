/** What the schedule function is asked for: its round by the clock, or an operator's order (docs/aws-operations.md). */
import {type SecondsTime, isPlainObject, parseDayOrMoment} from '#protocol'
import {type KeyOrder, type Read, readRevocation, readRotation} from '../../keys/orders.ts'

export type Order =
  | {readonly kind: 'round'}
  | {readonly kind: 'begin'}
  | {readonly kind: 'resume'; /** A signed note. */ readonly checkpoint: string}
  | {readonly kind: 'keys'; readonly order: KeyOrder}
  | {readonly kind: 'evidence keys'; readonly from: SecondsTime; readonly to: SecondsTime}

const forms = [
  '{"begin": "ledger"}',
  '{"keys": "list"}',
  '{"rotate": {"overlap": "7d"}}',
  '{"rotate": {"now": true}}',
  '{"revoke": {"publicKey": "pp_pk_…", "since": "YYYY-MM-DDTHH:MM:SSZ"}}',
  '{"evidenceKeys": {"from": "2026-04-01", "to": "2026-05-01"}}',
  '{"resume": "ledger", "checkpoint": "…"}',
]

/** Throws, with what can be ordered, for anything else: a misspelt order must not pass for a round. */
export function readOrder(event: unknown, now: number): Order {
  if (!isPlainObject(event)) throw wrongly()
  if (event['source'] === 'aws.events' || Object.keys(event).length === 0) return {kind: 'round'}
  const {begin, resume, checkpoint, keys, rotate, revoke, evidenceKeys, ...more} = event
  const given = [begin, resume, keys, rotate, revoke, evidenceKeys].filter((one) => one !== undefined)
  if (given.length !== 1 || Object.keys(more).length > 0) throw wrongly()
  if (resume === 'ledger' && typeof checkpoint === 'string') return {kind: 'resume', checkpoint}
  if (checkpoint !== undefined) throw wrongly()
  if (resume === 'ledger') throw new Error(`the newest checkpoint that anybody holds is needed: ${forms.at(-1) ?? ''}`)
  if (begin === 'ledger') return {kind: 'begin'}
  if (keys === 'list') return {kind: 'keys', order: {kind: 'list'}}
  if (isPlainObject(evidenceKeys)) return readPeriod(evidenceKeys)
  const read = isPlainObject(rotate) ? readRotate(rotate) : isPlainObject(revoke) ? readRevoke(revoke, now) : undefined
  if (read === undefined) throw wrongly()
  if (!read.ok) throw wrongly(read.fault)
  return {kind: 'keys', order: read.value}
}

function readPeriod({from: first, to: last, ...more}: Readonly<Record<string, unknown>>): Order {
  const [from, to] = [parseDayOrMoment(first), parseDayOrMoment(last)]
  if (from === undefined || to === undefined || !(from < to) || Object.keys(more).length > 0) {
    throw wrongly('a period is from one day or moment to a later one')
  }
  return {kind: 'evidence keys', from, to}
}

function readRotate({overlap, now, ...more}: Readonly<Record<string, unknown>>): Read | undefined {
  if (Object.keys(more).length > 0) return undefined
  if (now === true && overlap === undefined) return {ok: true, value: {kind: 'rotate'}}
  return now === undefined && (overlap === undefined || typeof overlap === 'string') ? readRotation(overlap) : undefined
}

const readRevoke = ({publicKey, since, ...more}: Readonly<Record<string, unknown>>, now: number): Read | undefined =>
  Object.keys(more).length > 0 ? undefined : readRevocation(publicKey, since, now)

const wrongly = (problem = 'this is no order'): Error => new Error(`${problem}. Orders are: ${forms.join(', ')}`)
