/** A record as a row: the columns that do not apply to its kind are null. */
import type {DatabaseSync} from 'node:sqlite'
import {canonicalJson} from '#protocol'
import type {LedgerRecord} from '../../model/record.ts'
import {insertCards} from './catalogue.ts'

/** Part of a commit's transaction. */
export function insertRecord(db: DatabaseSync, record: LedgerRecord): void {
  const {entry, scope} = record
  db.prepare(
    `INSERT INTO records (seq, hash, entry, frontier, event, once, decision, repository_id, owner_id, environment,
       repository, public, receipt_id, sha, tree, receipt, evidence, policy, token, body)
     VALUES (:seq, :hash, :entry, :frontier, :event, :once, :decision, :repositoryId, :ownerId, :environment,
       :repository, :public, :receiptId, :sha, :tree, :receipt, :evidence, :policy, :token, :body)`,
  ).run({
    seq: entry.seq,
    hash: entry.hash,
    entry: canonicalJson(entry),
    frontier: canonicalJson(record.frontier),
    event: entry.event,
    once: record.once,
    repositoryId: scope.repositoryId,
    ownerId: record.ownerId,
    environment: scope.environment,
    repository: record.repository,
    public: record.public ? 1 : 0,
    ...columnsOf(record),
  })
  if (record.kind === 'event' || record.receipt === undefined) return
  const belonging = {public: record.public, repositoryId: scope.repositoryId, ownerId: record.ownerId}
  insertCards(db, record.receipt, {seq: entry.seq, ...belonging})
}

type Columns = Record<
  'decision' | 'receiptId' | 'sha' | 'tree' | 'receipt' | 'evidence' | 'policy' | 'token' | 'body',
  string | null
>

const none = {
  decision: null,
  sha: null,
  tree: null,
  receipt: null,
  evidence: null,
  policy: null,
  token: null,
  body: null,
}

function columnsOf(record: LedgerRecord): Columns {
  if (record.kind === 'event') return {...none, receiptId: record.receipt, body: record.body}
  const {decision, receipt, evidence, policy, token} = record
  return {
    ...none,
    decision,
    receiptId: receipt?.id ?? null,
    sha: receipt?.scope.sha ?? null,
    tree: receipt?.scope.tree ?? null,
    receipt: receipt === undefined ? null : canonicalJson(receipt),
    evidence,
    policy,
    token,
  }
}
