/** A parsed JSON value as a ledger entry: every member in its form, and of each event exactly its subject and digests. */
import {parseDecisionId, parseDigest, parseReceiptId} from '../ids.ts'
import type {Result} from '../result.ts'
import {ShapeFault, by, oneOf, optional, readMembers} from '../shape.ts'
import {parseMicrosTime} from '../times.ts'
import {type Entry, type EntryEvent, entryEvents, firstPrev} from './entry.ts'

/** `{"seq": n, "hash": 64 hex}`: an entry of a repository that is not public, as the public sees it (formats §5). */
export interface MaskedEntry {
  readonly type?: undefined
  readonly seq: number
  readonly hash: string
}

export const isMasked = (entry: Entry | MaskedEntry): entry is MaskedEntry => entry.type === undefined

const hashPattern = /^[0-9a-f]{64}$/
// Host and random id. The host may have a port or be an IPv6 address in brackets.
const originPattern = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?\/[0-9a-z]{1,64}$/

const matching = (pattern: RegExp) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

const hash = by(matching(hashPattern), '64 lower-case hex digits')
/** The name of a ledger: at most 320 characters. */
export const parseLedgerOrigin = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 320 && originPattern.test(value) ? value : undefined
const seq = by(
  (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined),
  'a non-negative safe integer',
)
const asIs = by((value) => value, 'there')

const members = {
  type: oneOf('countersign.entry/v1'),
  ledger: by(parseLedgerOrigin, 'an origin: host, "/" and id'),
  seq,
  prev: hash,
  time: by(parseMicrosTime, 'a time YYYY-MM-DDTHH:MM:SS.ffffffZ that exists'),
  event: oneOf(...entryEvents),
  subject: asIs,
  digests: asIs,
  hash,
}
const maskedMembers = {seq, hash}

const digest = optional(by(parseDigest, 'sha256: and 64 lower-case hex digits'))
const decision = optional(by(parseDecisionId, 'dec_ and a lower-case ULID'))
const decisionSubject = by(parseDecisionId, 'dec_ and a lower-case ULID')
const receiptSubject = by(parseReceiptId, 'rcpt_dg_ or rcpt_bg_ and a lower-case ULID')

interface Form {
  /** Absent: the ledger's origin. */
  readonly subject?: (value: unknown, path: string) => string
  /** What may stand in `digests`; one that does not apply is absent. */
  readonly digests: Readonly<Record<string, (value: unknown, path: string) => string | undefined>>
}

const forms: Readonly<Record<EntryEvent, Form>> = {
  'ledger.created': {digests: {keys: digest}},
  'receipt.issued': {
    subject: receiptSubject,
    digests: {decision, token: digest, evidence: digest, receipt: digest},
  },
  'decision.made': {subject: decisionSubject, digests: {token: digest, evidence: digest}},
  'receipt.revoked': {subject: receiptSubject, digests: {revocation: digest}},
  'receipt.redeemed': {subject: receiptSubject, digests: {run: digest}},
  'deploy.started': {subject: receiptSubject, digests: {run: digest}},
  'deploy.finished': {subject: receiptSubject, digests: {run: digest}},
  'key.rotated': {digests: {keys: digest}},
}

/** A whole entry, or the first thing wrong with it. Whether its hash is that of its content is not looked at. */
export const parseEntry = (value: unknown): Result<Entry, string> => reading(() => readEntry(value))

/** As parseEntry, and takes a masked entry too: an object without a `type`. */
export const parseSegmentEntry = (value: unknown): Result<Entry | MaskedEntry, string> =>
  reading(() => (hasType(value) ? readEntry(value) : readMembers({value, path: ''}, maskedMembers)))

const hasType = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (Object.hasOwn(value, 'type') || Object.hasOwn(value, 'prev'))

function reading<T>(read: () => T): Result<T, string> {
  try {
    return {ok: true, value: read()}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}

function readEntry(value: unknown): Entry {
  const read = readMembers({value, path: ''}, members)
  const form = forms[read.event]
  const digests = readMembers({value: read.digests, path: 'digests'}, form.digests)
  const entry: Entry = {...read, subject: readSubject(read, form), digests: digests as Entry['digests']}
  checkBeginning(entry)
  return entry
}

function readSubject({subject, ledger}: {subject: unknown; ledger: string}, form: Form): string {
  if (form.subject !== undefined) return form.subject(subject, 'subject')
  if (subject !== ledger) throw new ShapeFault('subject', 'must be the ledger itself for this event')
  return ledger
}

/** Entry 0, and no other, creates the ledger. */
function checkBeginning({seq: place, event, prev}: Entry): void {
  if ((place === 0) !== (event === 'ledger.created')) {
    throw new ShapeFault('event', 'must be "ledger.created" for entry 0 and for no other')
  }
  if (place === 0 && prev !== firstPrev) throw new ShapeFault('prev', 'must be 64 zeros for entry 0')
}
