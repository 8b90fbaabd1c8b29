/** What is checked before a change is written, whatever the engine: a fork or a gap is a bug, never a row. */
import {type Entry, type Frontier, appendLeaf, canonicalJson, checkSuccession} from '#protocol'
import type {Outcome} from '../model/idempotency.ts'
import type {DecisionRecord, LedgerRecord} from '../model/record.ts'
import type {Append, Change} from '../model/store.ts'

/** Throws when a change contradicts itself: its caller has a bug, and nothing of it may be written. */
export function checkChange({completes, appends}: Change): void {
  if (completes === undefined && appends === undefined) throw new Error('a change that changes nothing')
  const records = appends?.records ?? []
  if (completes !== undefined) checkOutcome(completes.outcome, records)
  if (appends !== undefined) checkRecords(appends)
}

/** The decision among the records, if there is one; there is never a second. */
export function decisionOf(records: readonly LedgerRecord[]): DecisionRecord | undefined {
  const [decision, second] = records.filter((record) => record.kind === 'decision')
  if (second !== undefined) throw new Error('a change holds at most one decision')
  return decision
}

function checkOutcome({kind}: Outcome, records: readonly LedgerRecord[]): void {
  const decision = decisionOf(records)
  const fits = {
    allow: decision?.receipt !== undefined,
    deny: decision !== undefined && decision.receipt === undefined,
    escalate: decision !== undefined && decision.receipt === undefined,
    closed: decision === undefined && records.length > 0,
    answered: records.length === 0,
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

/** What is already held for a key with an outcome. */
export interface Completed {
  readonly outcome: Outcome
  /** The hash of the decision's entry, when there was a decision. */
  readonly entryHash?: string | undefined
}

/**
 * Whether what is stored is this very change, so that a write which was done and answered with an error may be sent
 * again. The same decision id is not enough: a retry may have ruled otherwise, and what it minted is in no ledger.
 */
export const isSameChange = (
  stored: Completed,
  {outcome, records}: {outcome: Outcome; records: Append['records']},
): boolean =>
  stored.outcome.kind === outcome.kind &&
  JSON.stringify(stored.outcome.publication) === JSON.stringify(outcome.publication) &&
  stored.entryHash === decisionOf(records)?.entry.hash
