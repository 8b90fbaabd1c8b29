/** The store on AWS: all durable state of an issuer in one DynamoDB table. Any number of processes may share it. */
import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import {dynamoAuditors, dynamoLinks, dynamoTokenIds} from './callers.ts'
import {dynamoClaims, dynamoOutbox} from './idempotency.ts'
import {dynamoInbox} from './dynamodb/inbox.ts'
import {type LedgerHome, ledgerHome} from './home.ts'
import {dynamoKeySets} from './key-sets.ts'
import {createLedger, dynamoEntries, dynamoStore} from './ledger.ts'
import {dynamoRecords, dynamoScopes} from './lookups.ts'
import {dynamoPanelNotes} from './panel-notes.ts'
import {dynamoPushLog} from './pushes.ts'
import {dynamoCheckpoints, dynamoLedgerReader} from './readers.ts'
import {clientSettings, openTable} from './dynamodb-table.ts'
import type {Durable} from '../model/durable.ts'

/** Beside the ports: whether the ledger is in the table that it began in. */
export interface OnTable extends Durable {
  readonly home: LedgerHome
}

/** The table is there (infra/template.yaml makes it); region and credentials are the surroundings'. */
export function openDynamodb(name: string, client = new DynamoDBClient(clientSettings)): OnTable {
  const table = openTable(name, client)
  return {
    store: dynamoStore(table),
    records: dynamoRecords(table),
    scopes: dynamoScopes(table),
    claims: dynamoClaims(table),
    outbox: dynamoOutbox(table),
    inbox: dynamoInbox(table),
    pushLog: dynamoPushLog(table),
    panelNotes: dynamoPanelNotes(table),
    entries: dynamoEntries(table),
    ledger: dynamoLedgerReader(table),
    checkpoints: dynamoCheckpoints(table),
    auditors: dynamoAuditors(table),
    links: dynamoLinks(table),
    tokenIds: dynamoTokenIds(table),
    keySets: dynamoKeySets(table),
    home: ledgerHome(table),
    createLedger: (first) => createLedger(table, first),
    close: () => table.close(),
  }
}
