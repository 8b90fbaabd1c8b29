/** A record as an item. What is long stands beside it under its own digest, so that an append stays small. */
import {type Frontier, canonicalJson, completedNodes, digestOf} from '#protocol'
import type {DecisionRecord, EventRecord, LedgerRecord} from '../model/record.ts'
import {type Item, type Key, textOf} from './dynamodb-item.ts'
import type {Table} from './dynamodb-table.ts'

export const recordKey = (seq: number): Key => ({pk: 'ledger', sk: String(seq).padStart(16, '0')})

/** What DynamoDB takes as one item, less room for its key. */
const mostBodyBytes = 400 * 1024 - 1024

/** Before the record: a body that no record names is harmless, a record without its bodies is not. */
export async function putBodies(table: Table, records: readonly LedgerRecord[]): Promise<void> {
  const bodies = records.flatMap((record) =>
    record.kind === 'decision' ? [record.evidence, record.token, record.policy] : [],
  )
  await Promise.all(
    [...new Set(bodies)].map((body) => {
      if (Buffer.byteLength(body) > mostBodyBytes) {
        throw new Error(`a body of ${Buffer.byteLength(body)} bytes is more than DynamoDB keeps in one item`)
      }
      return table.put({...bodyKey(digestOf(body)), body})
    }),
  )
}

export async function readBody(table: Table, digest: string): Promise<string> {
  const item = await table.get(bodyKey(digest))
  if (item === undefined) throw new Error(`the table holds no body ${digest}`)
  return textOf(item, 'body')
}

const bodyKey = (digest: string): Key => ({pk: `body#${digest}`, sk: '-'})

/** `before` is the frontier that the record's entry is appended to. */
export function recordItem(record: LedgerRecord, before: Frontier): Key & Item {
  const {entry, scope, repository, ownerId, once} = record
  return {
    ...recordKey(entry.seq),
    seq: entry.seq,
    hash: entry.hash,
    entry: canonicalJson(entry),
    nodes: printNodes(before, entry.hash),
    once,
    repositoryId: scope.repositoryId,
    environment: scope.environment,
    repository,
    ownerId,
    public: record.public ? 1 : 0,
    ...(record.kind === 'event' ? eventMembers(record) : decisionMembers(record)),
  }
}

const eventMembers = ({receipt, body}: EventRecord): Item => ({receiptId: receipt, body})

function decisionMembers({decision, receipt, evidence, token, policy, entry, public: isPublic}: DecisionRecord): Item {
  const bodies = {decision, evidence: digestOf(evidence), token: digestOf(token), policy: digestOf(policy)}
  if (receipt === undefined) return bodies
  const {id, scope, issuedAt} = receipt
  const place = printScope(scope, isPublic ? 'public' : 'private')
  return {
    ...bodies,
    receiptId: id,
    receipt: canonicalJson(receipt),
    scope: place,
    commit: `${place}#${scope.sha}`,
    tree: `${place}#${scope.tree}`,
    // A ledger's times never run backwards, so this is its order too.
    issued: `${issuedAt}#${recordKey(entry.seq).sk}`,
  }
}

/** What is private stands apart, so that no look-up of what is public passes over it. */
export const printScope = (
  {repositoryId, environment}: {readonly repositoryId: number; readonly environment: string},
  part: 'public' | 'private',
): string => (part === 'public' ? `${repositoryId}#${environment}` : `private#${repositoryId}#${environment}`)

/** A subtree's root stands in the record that completed it, lowest first: so no node costs a write of its own. */
export function printNodes(before: Frontier, leafHash: string): string | undefined {
  const hashes = completedNodes(before, leafHash).map(({hash}) => hash)
  return hashes.length === 0 ? undefined : hashes.join(' ')
}
