/** What can be looked up: receipts by id, scope and term, decisions, and what happened to a receipt. */
import {type ReceiptId, type RepositoryId, parseDecisionId, parseReceipt} from '#protocol'
import type {FoundDecision, FoundEvent, FoundReceipt, Lookup, RecordReader, Scopes} from '../model/lookups.ts'
import {type Viewer, sees} from '../model/viewer.ts'
import {type TermQuestion, approverTerm, nobody, readIndex, repositoryTerm, timeTerm} from './catalogue.ts'
import {entryOf, environmentOf, integerOf, optionalInteger, repositoryIdOf, textOf} from './item.ts'
import {
  type IndexName,
  decisionKey,
  namePartition,
  noName,
  nobodysName,
  onceKey,
  recordKey,
  repositoryPartition,
  scopePrefix,
} from './layout.ts'
import {printIssued, printScope, readBody} from './records.ts'
import type {Item, Range, Table} from './table.ts'
import {isPublicNow, readHidden, seesNow} from './visibility.ts'

const mostFound = 20
const mostEvents = 100

export async function find(table: Table, lookup: Lookup): Promise<readonly FoundReceipt[]> {
  switch (lookup.by) {
    case 'receipt':
      return await findReceipt(table, lookup.id)
    case 'approver':
      return await findByTerm(table, approverTerm(lookup.login), newest(lookup))
    case 'repository':
      return await findByTerm(table, repositoryTerm((await findInSight(table, lookup)).id), newest(lookup))
    case 'time':
      return await findByTerm(table, timeTerm, {...lookup, range: {from: lookup.from}, newestFirst: false})
    case 'scope':
      return await findInScope(table, lookup)
  }
}

/** Consistent, by its decision, whose ULID it has: whoever was just told of a receipt may revoke, redeem and ask for it. */
async function findReceipt(table: Table, id: ReceiptId): Promise<readonly FoundReceipt[]> {
  const item = await readRecordOf(table, id.replace(/^rcpt_.._/, 'dec_'))
  if (item?.['receipt'] === undefined) return []
  const found = parseFound(item, await hiddenAmong(table, [item]))
  return found.receipt.id === id ? [found] : []
}

async function readRecordOf(table: Table, decision: string): Promise<Item | undefined> {
  const seq = (await table.get(decisionKey(decision)))?.['seq']
  return typeof seq === 'number' ? await table.get(recordKey(seq)) : undefined
}

type TermSearch = Pick<TermQuestion, 'range' | 'newestFirst' | 'viewer'>

const newest = ({before, viewer}: {readonly before?: number | undefined; readonly viewer: Viewer}): TermSearch => ({
  range: before === undefined ? undefined : {below: recordKey(before).sk},
  newestFirst: true,
  viewer,
})

async function findByTerm(
  table: Table,
  term: string,
  {range, newestFirst, viewer}: TermSearch,
): Promise<readonly FoundReceipt[]> {
  const places = await readIndex(table, {term, range, newestFirst, viewer, atMost: mostFound})
  const items = places.length === 0 ? [] : await table.getAll(places.map(recordKey))
  const whole = items.filter((item) => item?.['receipt'] !== undefined).map((item) => item ?? {})
  const hidden = await hiddenAmong(table, whole)
  return whole.map((item) => parseFound(item, hidden))
}

const hiddenAmong = (table: Table, items: readonly Item[]): Promise<ReadonlySet<number>> =>
  readHidden(
    table,
    items.map((item) => optionalInteger(item, 'repositoryId')),
  )

type ScopeLookup = Extract<Lookup, {by: 'scope'}>

/** A commit and a tree are alternatives: a squashed commit has the tree of the one that was authorized. */
async function findInScope(table: Table, lookup: ScopeLookup): Promise<readonly FoundReceipt[]> {
  const {environment, sha, tree, viewer} = lookup
  const {id: repositoryId, hidden} = await findInSight(table, lookup)
  const isTheirs = viewer.repositories.some((id) => id === repositoryId)
  // What is private is asked for only by somebody who may read some of it.
  const parts = isTheirs || viewer.owners.length > 0 ? (['public', 'private'] as const) : (['public'] as const)
  const questions = parts.flatMap((part) => placesIn(printScope({repositoryId, environment}, part), {sha, tree}))
  const takes = (item: Item): boolean =>
    seesNow(viewer, hidden, {public: item['public'] === 1, repositoryId, ownerId: optionalInteger(item, 'ownerId')})
  const range = rangeOf(lookup)
  const found = await Promise.all(
    questions.map(([index, hash]) => table.query({index, hash, range, newestFirst: true, atMost: mostFound, takes})),
  )
  const distinct = new Map(found.flat().map((item) => [textOf(item, 'issued'), item]))
  const newestFirst = [...distinct].sort(([a], [b]) => (a < b ? 1 : -1))
  return newestFirst.slice(0, mostFound).map(([, item]) => parseFound({...item, repositoryId}, hidden))
}

function rangeOf({issuedBefore, before}: ScopeLookup): Range | undefined {
  if (before !== undefined) return {below: printIssued(before.receipt, before.seq)}
  // '~' sorts behind every digit: all that was issued in that very second is before.
  return issuedBefore && {upTo: `${issuedBefore}#~`}
}

const placesIn = (
  scope: string,
  {sha, tree}: Pick<ScopeLookup, 'sha' | 'tree'>,
): readonly (readonly [IndexName, string])[] =>
  sha === undefined && tree === undefined
    ? [['scopes', scope]]
    : [
        ...(sha === undefined ? [] : [['commits', `${scope}#${sha}`] as const]),
        ...(tree === undefined ? [] : [['trees', `${scope}#${tree}`] as const]),
      ]

interface InSight {
  readonly id: RepositoryId
  readonly hidden: ReadonlySet<number>
}

interface Sought {
  readonly repository: RepositoryId | string
  readonly viewer: Viewer
}

/**
 * Nobody's where nothing of the repository can be in sight: what is looked for then is as little as for a name that no
 * repository has, and takes as long (threats A70).
 */
async function findInSight(table: Table, {repository, viewer}: Sought): Promise<InSight> {
  const id = typeof repository === 'number' ? repository : ((await lastSeen(table, repository)) ?? nobody)
  const hidden = await readHidden(table, [id])
  const mayBe = viewer.owners.length > 0 || sees(viewer, {public: !hidden.has(id), repositoryId: id})
  return {id: mayBe ? id : nobody, hidden}
}

/** The id that the newest decision saw under this name: names change hands, ids do not. */
async function lastSeen(table: Table, name: string): Promise<RepositoryId | undefined> {
  const seen = await table.query({hash: namePartition(name)})
  // Two questions and one answer, whether or not the name is there.
  await table.query({hash: namePartition(seen.length === 0 ? nobodysName : noName)})
  const [newest] = [...seen].sort((a, b) => integerOf(b, 'seq') - integerOf(a, 'seq'))
  return newest && repositoryIdOf(newest)
}

export const recordsOver = (table: Table): RecordReader => ({
  decision: async (id) => {
    const item = await readRecordOf(table, id)
    return item && (await readDecision(table, item))
  },
  events: async (receipt) => {
    // One more, since the first is the receipt's own record.
    const found = await table.query({index: 'receipts', hash: receipt, atMost: mostEvents + 1})
    return found
      .filter((item) => item['body'] !== undefined)
      .slice(0, mostEvents)
      .map(parseEvent)
  },
  eventOnce: async (name) => {
    const seq = (await table.get(onceKey(name)))?.['seq']
    const item = typeof seq === 'number' ? await table.get(recordKey(seq)) : undefined
    return item?.['body'] === undefined ? undefined : parseEvent(item)
  },
  repositoryInSight: async (repository, viewer) => (await findInSight(table, {repository, viewer})).id,
})

const parseEvent = (item: Item): FoundEvent => ({
  entry: entryOf(item),
  body: textOf(item, 'body'),
  ownerId: integerOf(item, 'ownerId'),
})

export const scopesOver = (table: Table): Scopes => ({
  environments: async (repositoryId) => {
    const range = {startsWith: scopePrefix}
    const found = await table.query({hash: repositoryPartition(repositoryId), range})
    return found.map((item) => environmentOf(textOf(item, 'sk').slice(scopePrefix.length)))
  },
})

async function readDecision(table: Table, item: Item): Promise<FoundDecision> {
  const decision = parseDecisionId(item['decision'])
  if (decision === undefined) throw new TypeError('the store holds no decision id in a record')
  const [evidence, token, policy] = await Promise.all([
    readBody(table, textOf(item, 'evidence')),
    readBody(table, textOf(item, 'token')),
    readBody(table, textOf(item, 'policy')),
  ])
  return {
    entry: entryOf(item),
    decision,
    scope: {repositoryId: repositoryIdOf(item), environment: environmentOf(item['environment'])},
    public: isPublicNow(item, await hiddenAmong(table, [item])),
    ownerId: integerOf(item, 'ownerId'),
    evidence,
    policy,
    token,
  }
}

function parseFound(item: Item, hidden: ReadonlySet<number>): FoundReceipt {
  const parsed = parseReceipt(JSON.parse(textOf(item, 'receipt')))
  if (!parsed.ok) throw new Error(`a stored receipt is damaged: ${parsed.fault}`)
  return {
    receipt: parsed.value,
    seq: Number(textOf(item, 'sk')),
    public: isPublicNow(item, hidden),
    ownerId: integerOf(item, 'ownerId'),
  }
}
