/** A record, and the ledger's end, as items. What is long stands beside its record under its own digest: an append stays small. */
import {type Entry, type Frontier, type Receipt, canonicalJson, completedNodes, digestOf} from '#protocol'
import type {DecisionRecord, EventRecord, LedgerHead, LedgerRecord} from '../model/record.ts'
import {entryOf, integerOf, textOf} from './item.ts'
import {bodyKey, headKey, recordKey} from './layout.ts'
import type {Item, Key, Table, Write} from './table.ts'

/** Consistent; throws while there is no ledger. */
export const readHead = async (table: Table): Promise<LedgerHead> => parseHead(await table.get(headKey))

export function parseHead(item: Item | undefined): LedgerHead {
  if (item === undefined) throw new Error('the ledger has no entry yet: it is created when the issuer first starts')
  const last = entryOf(item)
  return {origin: last.ledger, last, frontier: JSON.parse(textOf(item, 'frontier')) as Frontier}
}

/** Refused when another entry than `read` is the last one; absent: when there is any. */
export const moveHead = ({last, frontier}: Pick<LedgerHead, 'last' | 'frontier'>, read?: Entry): Write => ({
  put: {...headKey, hash: last.hash, entry: canonicalJson(last), frontier: JSON.stringify(frontier)},
  when: read === undefined ? {absent: true} : {equals: {hash: read.hash}},
})

/** Before the record: a body that no record names is harmless, a record without its bodies is not. */
export function bodiesOf(records: readonly LedgerRecord[]): readonly (Key & Item)[] {
  const bodies = records.flatMap((record) =>
    record.kind === 'decision' ? [record.evidence, record.token, record.policy] : [],
  )
  return [...new Set(bodies)].map((body) => ({...bodyKey(digestOf(body)), body}))
}

export async function readBody(table: Table, digest: string): Promise<string> {
  const item = await table.get(bodyKey(digest))
  if (item === undefined) throw new Error(`the store holds no body ${digest}`)
  return textOf(item, 'body')
}

/** In order, and only as far as none is missing: a transaction's items may be seen one after the other. */
export async function readRecords(table: Table, from: number, count: number): Promise<readonly Item[]> {
  if (!(count > 0)) return []
  const {pk, sk} = recordKey(from)
  const found = await table.query({hash: pk, range: {from: sk}, atMost: count})
  const gap = found.findIndex((item, i) => integerOf(item, 'seq') !== from + i)
  return gap < 0 ? found : found.slice(0, gap)
}

/** `before` is the frontier that the entry is appended to. */
export const entryItem = (entry: Entry, before: Frontier): Key & Item => ({
  ...recordKey(entry.seq),
  seq: entry.seq,
  hash: entry.hash,
  entry: canonicalJson(entry),
  nodes: printNodes(before, entry.hash),
})

export function recordItem(record: LedgerRecord, before: Frontier): Key & Item {
  const {entry, scope, repository, ownerId, once} = record
  return {
    ...entryItem(entry, before),
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
  const {id, scope} = receipt
  const place = printScope(scope, isPublic ? 'public' : 'private')
  return {
    ...bodies,
    receiptId: id,
    receipt: canonicalJson(receipt),
    scope: place,
    commit: `${place}#${scope.sha}`,
    tree: `${place}#${scope.tree}`,
    issued: printIssued(receipt, entry.seq),
  }
}

/** By time, and in the order of the ledger too: its times never run backwards. */
export const printIssued = ({issuedAt}: Pick<Receipt, 'issuedAt'>, seq: number): string =>
  `${issuedAt}#${recordKey(seq).sk}`

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
