/** Decisions in DynamoDB: read consistently, committed in one transaction whose conditions are what was read. */
import {type Entry, appendLeaf, canonicalJson, checkSuccession, emptyFrontier} from '#protocol'
import {headAfter} from '../mint/mint-record.ts'
import {takeTurns} from './turns.ts'
import {checkChange, decisionOf, isSameChange} from './append.ts'
import type {EntryReader} from '../model/readers.ts'
import type {LedgerRecord} from '../model/record.ts'
import type {ScopeKey, ScopeState} from '../model/state.ts'
import type {Append, Change, ScopeReading, Store} from '../model/store.ts'
import {cardItems} from './dynamodb/catalogue.ts'
import {type HeldClaim, claimKey, completeClaim, findClaim, parseHeld} from './idempotency.ts'
import {entryOf, integerOf, textOf} from './dynamodb-item.ts'
import {decisionKey, headItem, headKey, nameKey, onceKey, parseHead, readHead, scopeKey} from './layout.ts'
import {find} from './lookups.ts'
import {printNodes, putBodies, recordItem, recordKey} from './records.ts'
import {readRecords} from './readers.ts'
import type {Table} from './dynamodb-table.ts'
import {type Write, isNew, mostWrites} from './dynamodb-transaction.ts'

/**
 * A record and its name are two writes of a transaction's hundred. The others: head, scope, claim, decision, and a
 * name or two of the repository. The cards of a receipt come on top, at most fourteen.
 */
export const mostRecords = (mostWrites - 6) / 2

export function dynamoStore(table: Table): Store {
  // Of one process's appends only one could win: in turn, each loser finds out with a read.
  const takeTurn = takeTurns()
  return {
    read: (scope) => readScope(table, scope),
    commit: async (change) => {
      checkChange(change)
      return change.appends === undefined ? await commit(table, change) : await takeTurn(() => commit(table, change))
    },
    find: (lookup) => find(table, lookup),
  }
}

export const dynamoEntries = (table: Table): EntryReader => ({
  entries: async (from, count) => (await readRecords(table, from, count)).map(entryOf),
  last: async () => (await readHead(table)).last,
  keySet: async (seq) => {
    const item = await table.get(recordKey(seq))
    return item !== undefined && entryOf(item).event === 'key.rotated' ? textOf(item, 'body') : undefined
  },
})

/** Writes entry 0 of a new ledger. Throws when there is an entry already: one table holds one ledger. */
export async function createLedger(table: Table, first: Entry): Promise<void> {
  const fault = checkSuccession(undefined, first)
  if (fault !== undefined) throw new Error(`the ledger cannot begin so: ${fault}`)
  const {seq, hash} = first
  const home = await table.id()
  const [entry, frontier] = [canonicalJson(first), appendLeaf(emptyFrontier, hash)]
  const created = await table.write([
    {put: {...recordKey(0), seq, hash, entry, nodes: printNodes(emptyFrontier, hash), public: 1, home}, when: isNew},
    {put: headItem({last: first, frontier}), when: isNew},
  ])
  if (created === 'refused') {
    throw new Error('this table holds a ledger already: a new one needs a table of its own')
  }
}

/**
 * Each item is read consistently, but a commit may come between them: then the reading is of no one moment, and whatever
 * is ruled on it is lost, since a commit wants head and scope both unmoved.
 */
async function readScope(table: Table, scope: ScopeKey): Promise<ScopeReading> {
  const [end, item] = await table.getAll([headKey, scopeKey(scope)])
  const head = parseHead(end)
  if (item === undefined) return {head, state: {receipts: []}, version: 0}
  const state = JSON.parse(textOf(item, 'state')) as ScopeState // Our own writing.
  return {head, state, version: integerOf(item, 'version')}
}

async function commit(table: Table, change: Change): Promise<'committed' | 'lost'> {
  const {completes, appends} = change
  checkSize(appends?.records ?? [])
  const [head, claimed] = await table.getAll([headKey, ...(completes === undefined ? [] : [claimKey(completes.claim)])])
  const held = claimed && parseHeld(claimed)
  if (completes !== undefined && held === undefined) throw new Error('what a change completes is claimed before')
  if (held?.completed !== undefined) return judgeCompleted(change, held)
  const decision = decisionOf(appends?.records ?? [])
  if (decision !== undefined && decision.decision !== held?.claim.decision) {
    throw new Error("a decision's id is the one that its claim holds")
  }
  if (appends !== undefined) {
    // Spares the loser of a race its bodies; what decides is the transaction's condition.
    if (head?.['hash'] !== appends.read.head.last.hash) return 'lost'
    await putBodies(table, appends.records)
  }
  if ((await table.write(writesOf(change, held))) === 'written') return 'committed'
  // An earlier request of the very same change may have come through late.
  return judgeCompleted(change, completes && (await findClaim(table, completes.claim)))
}

function checkSize(records: readonly LedgerRecord[]): void {
  const {length} = records
  const most = mostRecords - Math.ceil(records.flatMap(cardItems).length / 2)
  if (length <= most) return
  throw new Error(`a change of ${length} records: DynamoDB writes at most ${most} at once`)
}

function judgeCompleted({completes, appends}: Change, held: HeldClaim | undefined): 'committed' | 'lost' {
  if (completes === undefined || held?.completed === undefined) return 'lost'
  const {outcome} = completes
  return isSameChange(held.completed, {outcome, records: appends?.records ?? []}) ? 'committed' : 'lost'
}

/** From the moment that these are written the decision is durable: record, scope, claim and all. */
function writesOf({completes, appends, at}: Change, held: HeldClaim | undefined): readonly Write[] {
  const writes: Write[] = appends === undefined ? [] : [...appendWrites(appends)]
  if (completes === undefined || held === undefined) return writes
  const decision = decisionOf(appends?.records ?? [])
  const entryHash = decision?.entry.hash
  writes.push(...completeClaim(completes, {decision: held.claim.decision, entryHash, at}))
  if (decision !== undefined) writes.push({update: decisionKey(decision.decision), set: {seq: decision.entry.seq}})
  return writes
}

function* appendWrites({records, read, scope, state}: Append): Generator<Write> {
  const {last, frontier} = records.reduce(headAfter, read.head)
  yield {put: headItem({last, frontier}), when: {says: '#hash = :read', values: {read: read.head.last.hash}}}
  const unmoved = {says: '#version = :read', values: {read: read.version}}
  yield {
    put: {...scopeKey(scope), version: read.version + 1, state: JSON.stringify(state)},
    when: read.version === 0 ? isNew : unmoved,
  }
  let before = read.head.frontier
  for (const record of records) {
    yield {put: recordItem(record, before), when: isNew}
    yield {put: {...onceKey(record.once), seq: record.entry.seq}, when: isNew}
    for (const item of cardItems(record)) yield {put: {...item}}
    before = record.frontier
  }
  const names = new Map(records.map(({repository, scope: {repositoryId}}) => [repository.toLowerCase(), repositoryId]))
  for (const [name, repositoryId] of names) yield {put: {...nameKey(name), repositoryId}}
}
