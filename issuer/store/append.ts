/** What every store checks before it writes a change, whatever its engine: a fork or a gap is a bug, never a row. */
import {appendLeaf, canonicalJson, checkSuccession} from '#protocol'
import type {Change, LedgerHead, Outcome} from './store.ts'

/** Throws when a change contradicts itself: its caller has a bug, and nothing of it may be written. */
export function checkChange({outcome, decided}: Change): void {
  if ((decided === undefined) !== (outcome.kind === 'answered')) {
    throw new Error(`a change with the outcome "${outcome.kind}" must ${decided ? 'not ' : ''}carry a decision`)
  }
  if (decided === undefined) return
  const {record, read} = decided
  if ((record.receipt === undefined) !== (outcome.kind === 'deny')) {
    throw new Error('a record holds a receipt exactly when the outcome is "allow"')
  }
  const fault = checkSuccession(read.head.last, record.entry)
  if (fault !== undefined) throw new Error(`the ledger would break: ${fault}`)
  if (canonicalJson(record.frontier) !== canonicalJson(appendLeaf(read.head.frontier, record.entry.hash))) {
    throw new Error(`entry ${record.entry.seq}: its frontier is not the one that follows`)
  }
}

/** What a store already holds for a completed statement. */
export interface Completed {
  readonly outcome: Outcome
  /** The hash of the decision's entry, when there was a decision. */
  readonly entryHash?: string | undefined
}

/**
 * Whether what is stored is this very change, so that a write which was done and answered with an error may be sent
 * again. The same decision id is not enough: a retry may have ruled otherwise, and what it minted is in no ledger.
 */
export const isSameChange = (stored: Completed, change: Change): boolean =>
  stored.outcome.kind === change.outcome.kind &&
  stored.outcome.publication === change.outcome.publication &&
  stored.entryHash === change.decided?.record.entry.hash

/** A ruling holds only for the ledger's end and the scope's version that it was read at. */
export const isUnmoved = (
  now: {readonly head: LedgerHead; readonly version: number},
  read: {readonly head: LedgerHead; readonly version: number},
): boolean => now.head.last.hash === read.head.last.hash && now.version === read.version
