/** The ledger's search: what was typed, and what is found for it, as far as the visitor may see it. */
import {
  type Receipt,
  type ReceiptId,
  type RepositoryName,
  type SecondsTime,
  parseMoment,
  parseReceiptId,
  parseRepositoryName,
} from '#protocol'
import {wholeNumber} from '../../command/read-query.ts'
import {type FoundReceipt, type Lookup, belongingOf} from '../../model/lookups.ts'
import type {LedgerReader, LedgerRow} from '../../model/readers.ts'
import {type Viewer, sees} from '../../model/viewer.ts'
import type {PageTools} from '../tools.ts'

export type Search =
  | {readonly by: 'newest'}
  | {readonly by: 'receipt'; readonly id: ReceiptId}
  | {readonly by: 'repository'; readonly name: RepositoryName}
  | {readonly by: 'time'; readonly time: SecondsTime}
  | {readonly by: 'approver'; readonly login: string}
  | {readonly by: 'unclear'}

/** A login as GitHub gives them, with or without the @ that people write before it; never half an id of ours. */
const loginPattern = /^@?(?!rcpt_|dec_)([A-Za-z0-9][A-Za-z0-9_-]{0,38})$/

export function parseSearch(text: string): Search {
  if (text === '') return {by: 'newest'}
  const id = parseReceiptId(text)
  if (id !== undefined) return {by: 'receipt', id}
  const name = parseRepositoryName(text)
  if (name !== undefined) return {by: 'repository', name}
  const time = parseMoment(text)
  if (time !== undefined) return {by: 'time', time}
  const login = loginPattern.exec(text)?.[1]
  return login === undefined ? {by: 'unclear'} : {by: 'approver', login}
}

/** The number of an entry that a page ends before. What is none is as if it was not given. */
export const parseBefore = (text = ''): number | undefined => wholeNumber(0, 999_999_999_999_999).parse(text)

export interface LedgerSearch {
  readonly search: Search
  /** Only entries before this number. */
  readonly before?: number | undefined
  /** Nothing else is found; of the ledger's other entries number and hash are told. */
  readonly viewer: Viewer
}

export interface Found {
  /** Newest first. */
  readonly rows: readonly LedgerRow[]
  /** What the rows are about, by the subject of their entries, as far as it is in sight. */
  readonly receipts: ReadonlyMap<string, Receipt>
  /** The pages beside this one end before the entries of these numbers; absent where there is none. */
  readonly older?: number | undefined
  readonly newer?: number | undefined
}

/** Entries or receipts on a page: as many as the store finds at once. */
export const shown = 20
const nothing: Found = {rows: [], receipts: new Map()}

export async function searchLedger(asked: LedgerSearch, tools: PageTools): Promise<Found> {
  const {search, before = Number.MAX_SAFE_INTEGER, viewer} = asked
  switch (search.by) {
    case 'newest':
      return await readEntries(before, viewer, tools)
    case 'time':
      return await findFrom(search.time, viewer, tools)
    case 'receipt':
      return await findReceipt(search.id, viewer, tools)
    case 'repository':
      return await findMany({by: 'repository', repository: search.name, before, viewer}, tools)
    case 'approver':
      return await findMany({by: 'approver', login: search.login, before, viewer}, tools)
    case 'unclear':
      return nothing
  }
}

/** Whatever they are about; what is not in sight stays a number and a hash. */
async function readEntries(before: number, viewer: Viewer, {ledger, store}: PageTools): Promise<Found> {
  const size = (await ledger.head()).last.seq + 1
  const to = Math.min(before, size)
  const from = Math.max(0, to - shown)
  const rows = [...(await ledger.rows(from, to - from))].reverse()
  const subjects = rows.filter((row) => sees(viewer, row)).map(({entry}) => entry.subject)
  const ids = [...new Set(subjects)].flatMap((subject) => parseReceiptId(subject) ?? [])
  const found = await Promise.all(ids.map((id) => store.find({by: 'receipt', id})))
  return {
    rows,
    receipts: receiptsIn(found.flat(), viewer),
    older: from > 0 ? from : undefined,
    newer: to < size ? Math.min(to + shown, size) : undefined,
  }
}

const receiptsIn = (found: readonly FoundReceipt[], viewer: Viewer): Found['receipts'] =>
  new Map(found.filter((one) => sees(viewer, belongingOf(one))).map(({receipt}) => [receipt.id, receipt]))

/** All of a receipt's entries. One that may not be read is told as one that is not there. */
async function findReceipt(id: ReceiptId, viewer: Viewer, {store, records, ledger}: PageTools): Promise<Found> {
  const receipts = receiptsIn(await store.find({by: 'receipt', id}), viewer)
  const receipt = receipts.get(id)
  if (receipt === undefined) return nothing
  const issued = (await records.decision(receipt.decision))?.entry
  const events = await records.events(id)
  const entries = [issued, ...events.map(({entry}) => entry)].filter((entry) => entry !== undefined)
  return {rows: (await readRows(entries, ledger)).reverse(), receipts}
}

/**
 * Receipts, not the entries of that time: where what is out of sight stands among them would be told by asking again and
 * again (threats A70). The ledger goes on from those that are found.
 */
async function findFrom(time: SecondsTime, viewer: Viewer, {store, ledger}: PageTools): Promise<Found> {
  const size = (await ledger.head()).last.seq + 1
  const found = await store.find({by: 'time', from: time, viewer})
  const [first, last] = [found[0]?.seq, found.at(-1)?.seq]
  return {
    rows: (await readRows(found, ledger)).reverse(),
    receipts: receiptsIn(found, viewer),
    older: first,
    newer: last !== undefined && last + 1 < size ? Math.min(last + 1 + shown, size) : undefined,
  }
}

async function findMany(
  lookup: Extract<Lookup, {by: 'repository' | 'approver'}>,
  {store, ledger}: PageTools,
): Promise<Found> {
  const found = await store.find(lookup)
  const older = found.length < shown ? undefined : found.at(-1)?.seq
  return {rows: await readRows(found, ledger), receipts: receiptsIn(found, lookup.viewer), older}
}

const readRows = async (places: readonly {readonly seq: number}[], ledger: LedgerReader): Promise<LedgerRow[]> =>
  (await Promise.all(places.map(async ({seq}) => await ledger.rows(seq, 1)))).flat()
