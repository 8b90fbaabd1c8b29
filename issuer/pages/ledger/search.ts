/** What is looked for in the ledger: a receipt's entries, a repository's receipts, or the entries around a time. */
import {
  type Receipt,
  type ReceiptId,
  type RepositoryName,
  parseMoment,
  parseReceiptId,
  parseRepositoryName,
} from '#protocol'
import type {LedgerReader, LedgerRow, RecordReader, Scopes, Store} from '../../store/store.ts'
import type {MayRead} from '../caller.ts'
import {belongingOf} from '../receipt/proof.ts'
import {findFirstAt} from './find-first.ts'

export interface SearchTools {
  readonly store: Pick<Store, 'find'>
  readonly records: RecordReader
  readonly scopes: Scopes
  readonly ledger: LedgerReader
}

export interface Found {
  /** Newest first. */
  readonly rows: readonly LedgerRow[]
  /** The subject that was looked for. */
  readonly marked?: string | undefined
  /** Why there is nothing, in a sentence. */
  readonly problem?: string | undefined
}

const shown = 20
const howToAsk = 'Give a receipt id (rcpt_…), a repository (owner/name), or a time such as 2026-04-02T14:30Z.'

export async function searchLedger(query: string, mayRead: MayRead, tools: SearchTools): Promise<Found> {
  if (query === '') return await readNewest(tools.ledger)
  const id = parseReceiptId(query)
  if (id !== undefined) return await findReceipt(id, mayRead, tools)
  const name = parseRepositoryName(query)
  if (name !== undefined) return await findRepository(name, mayRead, tools)
  const time = parseMoment(query)
  if (time === undefined) return {rows: [], problem: howToAsk}
  const first = await findFirstAt(tools.ledger, time)
  const rows = await tools.ledger.rows(first, shown)
  return rows.length === 0 ? {rows, problem: 'Nothing was entered at or after that time.'} : {rows: [...rows].reverse()}
}

async function readNewest(ledger: LedgerReader): Promise<Found> {
  const size = (await ledger.head()).last.seq + 1
  const rows = await ledger.rows(Math.max(0, size - shown), shown)
  return {rows: [...rows].reverse()}
}

/** All of a receipt's entries. One that may not be read is told as one that is not there. */
async function findReceipt(id: ReceiptId, mayRead: MayRead, {store, records, ledger}: SearchTools): Promise<Found> {
  const [found] = await store.find({by: 'receipt', id})
  const missing = {rows: [], problem: 'The ledger has no entry that you may see for this receipt.'}
  if (found === undefined || !mayRead(belongingOf(found))) return missing
  const issued = (await records.decision(found.receipt.decision))?.entry
  const events = await records.events(id)
  const places = [issued, ...events.map(({entry}) => entry)].flatMap((entry) =>
    entry === undefined ? [] : [entry.seq],
  )
  const rows = await Promise.all(places.map(async (seq) => await ledger.rows(seq, 1)))
  return rows.length === 0 ? missing : {rows: rows.flat().reverse(), marked: id}
}

/** A look-up in each, so not in all that a repository could have. */
const mostEnvironments = 10

/** The newest receipts of a repository, in every environment. One that may not be read is told as one that is not there. */
async function findRepository(name: RepositoryName, mayRead: MayRead, tools: SearchTools): Promise<Found> {
  const {store, records, scopes, ledger} = tools
  const repository = await records.repositoryNamed(name)
  const environments = repository === undefined ? [] : await scopes.environments(repository)
  const found = await Promise.all(
    environments
      .slice(0, mostEnvironments)
      .map((environment) => store.find({by: 'scope', repository: repository ?? name, environment})),
  )
  const receipts = found.flat().filter((one) => mayRead(belongingOf(one)))
  const newest = receipts.map(({receipt}) => receipt).sort(byTimeDown)
  const rows = await Promise.all(
    newest.slice(0, shown).map(async ({decision}) => {
      const entry = (await records.decision(decision))?.entry
      return entry === undefined ? [] : await ledger.rows(entry.seq, 1)
    }),
  )
  return rows.length === 0
    ? {rows: [], problem: 'The ledger has no receipt that you may see of this repository.'}
    : {rows: rows.flat()}
}

/** Times of one form compare as text. */
const byTimeDown = (a: Receipt, b: Receipt): number => (a.issuedAt < b.issuedAt ? 1 : -1)
