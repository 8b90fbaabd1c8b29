/** All that an issuer keeps, over any engine: one table, one meaning of its items. */
import type {Durable} from '../model/durable.ts'
import {auditorsOver, linksOver, tokenIdsOver} from './callers.ts'
import {idempotencyOver, outboxOver} from './idempotency.ts'
import {keySetsOver} from './key-sets.ts'
import {createLedger, storeOver} from './ledger.ts'
import {recordsOver, scopesOver} from './lookups.ts'
import {looksOver} from './looks.ts'
import {panelNotesOver} from './panel-notes.ts'
import {pushLogOver} from './pushes.ts'
import {checkpointsOver, entriesOver, keptRecordsOver, ledgerReaderOver} from './readers.ts'
import {visibilityOver} from './visibility.ts'
import type {Table} from './table.ts'

/** `home` names the place that a new ledger is at home in, where copies of it must be told from it. */
export const overTable = (
  table: Table,
  {home, close}: {readonly home?: () => Promise<string>; readonly close: () => void},
): Durable => ({
  store: storeOver(table),
  records: recordsOver(table),
  scopes: scopesOver(table),
  idempotency: idempotencyOver(table),
  outbox: outboxOver(table),
  pushLog: pushLogOver(table),
  visibility: visibilityOver(table),
  panelNotes: panelNotesOver(table),
  entries: entriesOver(table),
  ledger: ledgerReaderOver(table),
  checkpoints: checkpointsOver(table),
  kept: keptRecordsOver(table),
  auditors: auditorsOver(table),
  links: linksOver(table),
  tokenIds: tokenIdsOver(table),
  keySets: keySetsOver(table),
  looks: looksOver(table),
  createLedger: (first) => createLedger(table, first, home),
  close,
})
