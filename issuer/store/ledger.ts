/** Decisions: read consistently, committed in one transaction whose conditions are what was read. */
import {type Entry, type Frontier, appendLeaf, canonicalJson, checkSuccession, emptyFrontier} from '#protocol'
import {headAfter} from '../mint/mint-record.ts'
import {type ScopeKey, type ScopeState, emptyState} from '../model/state.ts'
import type {Append, Change, ScopeReading, Store} from '../model/store.ts'
import {indexRows, nobody} from './catalogue.ts'
import {type HeldIdempotency, completeOnce, itemKey, parseHeld} from './idempotency.ts'
import {integerOf, textOf} from './item.ts'
import {decisionKey, headKey, nameKey, nobodysName, onceKey, scopeKey, visibilityKey} from './layout.ts'
import {find} from './lookups.ts'
import {bodiesOf, entryItem, moveHead, parseHead, recordItem} from './records.ts'
import type {Table, Write} from './table.ts'
import {takeTurns} from './turns.ts'
import type {Outcome} from '../model/idempotency.ts'
import type {DecisionRecord} from '../model/record.ts'

export function storeOver(table: Table): Store {
  // Of one process's appends only one could win: in turn, each loser finds out with a read.
  const takeTurn = takeTurns()
  return {
    read: (scope) => readScope(table, scope),
    commit: async (change) => {
      checkChange(change)
      return change.appends === undefined
        ? await commit(table, change)
        : await takeTurn('head', () => commit(table, change))
    },
    find: (lookup) => find(table, lookup),
  }
}

/** Writes entry 0 of a new ledger, which is at home there. Throws when there is an entry already: one table, one ledger. */
export async function createLedger(table: Table, first: Entry, home?: () => Promise<string>): Promise<void> {
  const fault = checkSuccession(undefined, first)
  if (fault !== undefined) throw new Error(`the ledger cannot begin so: ${fault}`)
  const record = {...entryItem(first, emptyFrontier), public: 1, home: await home?.()}
  const created = await table.write([
    {put: record, when: {absent: true}},
    moveHead({last: first, frontier: appendLeaf(emptyFrontier, first.hash)}),
    {put: {...nameKey(nobodysName, nobody), repositoryId: nobody, seq: 0}},
    {put: {...visibilityKey(nobody), repositoryId: nobody, public: 0, at: 0}},
  ])
  if (created === 'refused') {
    throw new Error('this store holds a ledger already: a new one needs a store of its own')
  }
}

/**
 * Each item is read consistently, but a commit may come between them: then the reading is of no one moment, and whatever
 * is ruled on it is lost, since a commit wants head and scope both unmoved.
 */
async function readScope(table: Table, scope: ScopeKey): Promise<ScopeReading> {
  const [end, item] = await table.getAll([headKey, scopeKey(scope)])
  const head = parseHead(end)
  if (item === undefined) return {head, state: emptyState, version: 0}
  const state = JSON.parse(textOf(item, 'state')) as ScopeState // Our own writing.
  return {head, state, version: integerOf(item, 'version')}
}

async function commit(table: Table, change: Change): Promise<'committed' | 'lost'> {
  const {completes, appends} = change
  const [head, claimed] = await table.getAll([headKey, ...(completes === undefined ? [] : [itemKey(completes.key)])])
  const held = claimed && parseHeld(claimed)
  if (completes !== undefined && held === undefined) throw new Error('what a change completes is claimed before')
  if (held?.outcome !== undefined) return judgeCompleted(change, held)
  const decision = decisionOf(change)
  if (decision !== undefined && decision.decision !== held?.decision) {
    throw new Error("a decision's id is the one under its idempotency key")
  }
  // Spares the loser of a race its bodies; what decides is the transaction's condition.
  if (appends !== undefined && head?.['hash'] !== appends.read.head.last.hash) return 'lost'
  const written = await table.write(writesOf(change, held), bodiesOf(appends?.records ?? []))
  if (written === 'written') return 'committed'
  // An earlier request of the very same change may have come through late.
  const now = completes && (await table.get(itemKey(completes.key)))
  return judgeCompleted(change, now && parseHeld(now))
}

/**
 * Whether what is stored is this very change, so that a write which was done and answered with an error may be sent
 * again. The same decision id is not enough: a retry may have ruled otherwise, and what it minted is in no ledger.
 */
function judgeCompleted(change: Change, held: HeldIdempotency | undefined): 'committed' | 'lost' {
  const [stored, meant] = [held?.outcome, change.completes?.outcome]
  if (stored === undefined || meant === undefined) return 'lost'
  const isSame =
    stored.kind === meant.kind &&
    JSON.stringify(stored.publication) === JSON.stringify(meant.publication) &&
    held?.entryHash === decisionOf(change)?.entry.hash
  return isSame ? 'committed' : 'lost'
}

/** From the moment that these are written the decision is durable: record, scope, outcome and all. */
function writesOf(change: Change, held: HeldIdempotency | undefined): readonly Write[] {
  const {completes, appends, at} = change
  const writes: Write[] = appends === undefined ? [] : [...appendWrites(appends)]
  if (completes === undefined || held === undefined) return writes
  const decision = decisionOf(change)
  writes.push(...completeOnce(completes, {decision: held.decision, entryHash: decision?.entry.hash, at}))
  if (decision !== undefined) writes.push({put: {...decisionKey(decision.decision), seq: decision.entry.seq}})
  return writes
}

function* appendWrites({records, read, scope, state}: Append): Generator<Write> {
  yield moveHead(records.reduce(headAfter, read.head), read.head.last)
  yield {
    put: {...scopeKey(scope), version: read.version + 1, state: JSON.stringify(state)},
    when: read.version === 0 ? {absent: true} : {equals: {version: read.version}},
  }
  let before = read.head.frontier
  for (const record of records) {
    yield {put: recordItem(record, before), when: {absent: true}}
    yield {put: {...onceKey(record.once), seq: record.entry.seq}, when: {absent: true}}
    for (const row of indexRows(record)) yield {put: {...row}}
    before = record.frontier
  }
  const seen = records.map(({entry: {seq}, repository, scope: {repositoryId}}) => ({
    ...nameKey(repository, repositoryId),
    repositoryId,
    seq,
  }))
  for (const put of new Map(seen.map((name) => [`${name.pk} ${name.sk}`, name])).values()) yield {put}
}

/** Throws when a change contradicts itself: its caller has a bug, and nothing of it may be written. */
function checkChange(change: Change): void {
  const {completes, appends} = change
  if (completes === undefined && appends === undefined) throw new Error('a change that changes nothing')
  if (completes !== undefined) checkOutcome(completes.outcome, change)
  if (appends !== undefined) checkRecords(appends)
}

/** The decision among the records, if there is one; there is never a second. */
function decisionOf({appends}: Change): DecisionRecord | undefined {
  const [decision, second] = (appends?.records ?? []).filter((record) => record.kind === 'decision')
  if (second !== undefined) throw new Error('a change holds at most one decision')
  return decision
}

function checkOutcome({kind}: Outcome, change: Change): void {
  const decision = decisionOf(change)
  const count = change.appends?.records.length ?? 0
  const fits = {
    allow: decision?.receipt !== undefined,
    deny: decision !== undefined && decision.receipt === undefined,
    escalate: decision !== undefined && decision.receipt === undefined,
    closed: decision === undefined && count > 0,
    answered: count === 0,
  } satisfies Record<Outcome['kind'], boolean>
  if (!fits[kind]) throw new Error(`the records of this change are not those of the outcome "${kind}"`)
}

function checkRecords({records, read}: Append): void {
  let [last, frontier]: [Entry, Frontier] = [read.head.last, read.head.frontier]
  for (const {entry, frontier: after} of records) {
    const fault = checkSuccession(last, entry)
    if (fault !== undefined) throw new Error(`the ledger would break: ${fault}`)
    frontier = appendLeaf(frontier, entry.hash)
    if (canonicalJson(after) !== canonicalJson(frontier)) {
      throw new Error(`entry ${entry.seq}: its frontier is not the one that follows`)
    }
    last = entry
  }
}
