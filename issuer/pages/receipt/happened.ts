/** What happened to a receipt after it was issued, read from the records' bodies; what a body does not say is absent. */
import {type EntryEvent, type PinnedKeys, type Receipt, type Revocation, parseJson, verifyRevocation} from '#protocol'
import type {FoundEvent} from '../../model/lookups.ts'

export interface Happening {
  readonly event: EntryEvent
  readonly seq: number
  /** The ledger's time of it. */
  readonly at: string
  /** A revocation whose signature holds. */
  readonly revocation?: Revocation | undefined
  readonly run?: {readonly id: string; readonly attempt?: number | undefined; readonly url?: string | undefined}
  /** As the job reported it. */
  readonly outcome?: string | undefined
}

export function readHappening({entry, body}: FoundEvent, receipt: Receipt, keys: PinnedKeys): Happening {
  const happening = {event: entry.event, seq: entry.seq, at: entry.time}
  if (entry.event === 'receipt.revoked') {
    const verdict = verifyRevocation(body, {keys, expect: {receipt: receipt.id}})
    return verdict.valid ? {...happening, revocation: verdict.revocation} : happening
  }
  const read = parseJson(body)
  const members = read.ok ? membersOf(read.value) : {}
  const run = membersOf(members['run'])
  const [id, url, outcome] = [run['id'], run['url'], members['outcome']]
  return {
    ...happening,
    ...(typeof id === 'string' && /^[0-9]{1,20}$/.test(id) ? {run: {id, ...attemptOf(run), ...linkOf(url)}} : {}),
    ...(typeof outcome === 'string' ? {outcome} : {}),
  }
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const attemptOf = ({attempt}: Readonly<Record<string, unknown>>): {readonly attempt?: number} =>
  typeof attempt === 'number' ? {attempt} : {}

/** Only what a browser opens as a page: the text comes from a job's token. */
const linkOf = (url: unknown): {readonly url?: string} =>
  typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url) ? {url} : {}
