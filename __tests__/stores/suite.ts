/** What every store promises, tested over the ports alone: each engine is put through the same sentences. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Entry, type Frontier, appendLeaf, checkSuccession, emptyFrontier} from '#protocol'
import type {Durable} from '../../issuer/model/durable.ts'
import type {DecisionRecord} from '../../issuer/model/record.ts'
import {emptyState} from '../../issuer/model/state.ts'
import type {Change, Store} from '../../issuer/model/store.ts'
import {
  type Decided,
  answers,
  at,
  decides,
  decisionIn,
  firstEntry,
  proposal,
  publicationOf,
  receiptOf,
  scopeOf,
  statementOf,
} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {testLooks, testPushes} from './suite-inbox.ts'
import {testKeySets} from './suite-keys.ts'
import {testTree} from './suite-ledger.ts'
import {testClaims, testLookups, testOutbox} from './suite-lookups.ts'
import {testSight} from './suite-viewers.ts'
import {testPanels} from './suite-panels.ts'
import {testRecords} from './suite-records.ts'
import {testTelling} from './suite-telling.ts'
import {testVisibility} from './suite-visibility.ts'

/** The whole ledger, after checking that it is one chain whose frontier is the recomputed one. */
export async function checkedLedger({entries, store}: Durable): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for (let page = await entries.entries(0, 100); page.length > 0; page = await entries.entries(all.length, 100)) {
    all.push(...page)
  }
  let frontier: Frontier = emptyFrontier
  all.forEach((entry, i) => {
    expect(checkSuccession(all[i - 1], entry)).toBeUndefined()
    frontier = appendLeaf(frontier, entry.hash)
  })
  const {head} = await store.read(scopeOf())
  expect(head).toEqual({origin: firstEntry.ledger, last: all.at(-1), frontier})
  return all
}

/** An outage at the worst moment: the write is done, its answer is an error. */
const answeringWithAnError = (store: Store): Store => ({
  ...store,
  commit: async (change) => {
    await store.commit(change)
    throw new Error('the connection was cut')
  },
})

export function describeStore(name: string, openEmpty: () => Promise<Durable>): void {
  let durable: Durable
  beforeEach(async () => {
    durable = await openEmpty()
    await durable.createLedger(firstEntry)
  })
  afterEach(() => durable.close())

  describe(`${name}: the ledger`, () => testLedger(() => durable, openEmpty))
  describe(`${name}: the tree`, () => testTree(() => durable, openEmpty))
  describe(`${name}: a commit`, () => testCommits(() => durable))
  describe(`${name}: key sets`, () => testKeySets(() => durable))
  describe(`${name}: look-ups`, () => testLookups(() => durable))
  describe(`${name}: records`, () => testRecords(() => durable))
  describe(`${name}: viewer`, () => testSight(() => durable))
  describe(`${name}: idempotency, and replies to strangers`, () => testClaims(() => durable))
  describe(`${name}: looks`, () => testLooks(() => durable))
  describe(`${name}: the outbox`, () => testOutbox(() => durable))
  describe(`${name}: what is private now`, () => testVisibility(() => durable))
  describe(`${name}: what is told`, () => testTelling(() => durable))
  describe(`${name}: the push log`, () => testPushes(() => durable))
  describe(`${name}: the notes of panels`, () => testPanels(() => durable))
}

function testLedger(the: () => Durable, openEmpty: () => Promise<Durable>): void {
  test('begins with its first entry and an empty scope', async () => {
    const reading = await the().store.read(scopeOf())
    expect(reading.head).toEqual({
      origin: firstEntry.ledger,
      last: firstEntry,
      frontier: {size: 1, nodes: [firstEntry.hash]},
    })
    expect(reading).toMatchObject({state: emptyState, version: 0})
  })

  test('is created once', async () => {
    await expect(the().createLedger(firstEntry)).rejects.toThrow('holds a ledger already')
    await decideStatement(the(), {n: 1})
    await expect(the().createLedger(firstEntry)).rejects.toThrow('holds a ledger already')
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('does not begin with an entry that is not the first', async () => {
    const empty = await openEmpty()
    await expect(empty.createLedger({...firstEntry, seq: 1})).rejects.toThrow('cannot begin so')
    expect(await empty.entries.entries(0, 10)).toEqual([])
    empty.close()
  })

  test('cannot be read before it was created', async () => {
    const empty = await openEmpty()
    await expect(empty.store.read(scopeOf())).rejects.toThrow('no entry yet')
    await expect(empty.entries.last()).rejects.toThrow('no entry yet')
    empty.close()
  })

  test('gives entries in order, from a number on, as many as were asked', async () => {
    for (let n = 1; n <= 5; n++) await decideStatement(the(), {n})
    const all = await checkedLedger(the())
    expect(all.map(({seq}) => seq)).toEqual([0, 1, 2, 3, 4, 5])
    expect(await the().entries.entries(2, 3)).toEqual(all.slice(2, 5))
    expect(await the().entries.entries(6, 3)).toEqual([])
    expect(await the().entries.last()).toEqual(all[5])
  })

  test('stays one chain when a hundred statements are decided at once', async () => {
    const losses = await Promise.all(
      Array.from({length: 100}, async (_, i) => decideStatement(the(), {n: i + 1, scope: scopeOf(1 + (i % 3))})),
    )
    expect(await checkedLedger(the())).toHaveLength(101)
    expect(losses.reduce((sum, lost) => sum + lost)).toBeGreaterThan(0)
    const versions = await Promise.all([1, 2, 3].map(async (id) => (await the().store.read(scopeOf(id))).version))
    expect(versions).toEqual([34, 33, 33])
  })
}

function testCommits(the: () => Durable): void {
  const claimAndRead = async (n: number, scope = scopeOf()) => {
    await the().idempotency.begin(statementOf(n, scope), proposal(n))
    return the().store.read(scope)
  }

  test('writes the entry, the state and the outcome together', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    expect(await the().store.commit(change)).toBe('committed')
    const {head, state, version} = await the().store.read(scopeOf())
    const {entry, frontier} = decisionIn(change)
    expect(head).toMatchObject({last: entry, frontier})
    expect(state).toEqual(change.appends.state)
    expect(version).toBe(1)
    expect((await the().idempotency.begin(statementOf(1), proposal(2))).outcome).toEqual(change.completes.outcome)
  })

  test('of an answer leaves the ledger and the scope alone', async () => {
    await claimAndRead(1)
    expect(await the().store.commit(answers(1))).toBe('committed')
    expect(await the().store.read(scopeOf())).toMatchObject({head: {last: firstEntry}, version: 0})
    expect((await the().idempotency.begin(statementOf(1), proposal(1))).outcome).toEqual(answers(1).completes.outcome)
  })

  test('is lost when the same scope has moved on, and writes nothing', async () => {
    const read = await claimAndRead(1)
    await decideStatement(the(), {n: 2})
    expect(await the().store.commit(decides({n: 1, read}))).toBe('lost')
    expect(await checkedLedger(the())).toHaveLength(2)
    expect(await the().idempotency.begin(statementOf(1), proposal(1))).toEqual(proposal(1))
  })

  test('is lost when the ledger has moved on through another scope', async () => {
    const read = await claimAndRead(1)
    await decideStatement(the(), {n: 2, scope: scopeOf(7, 'staging')})
    expect(await the().store.commit(decides({n: 1, read}))).toBe('lost')
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('is lost when the version that was read is not the one that is there', async () => {
    await decideStatement(the(), {n: 1})
    const read = {...(await claimAndRead(2)), version: 0}
    expect(await the().store.commit(decides({n: 2, read}))).toBe('lost')
    expect((await the().store.read(scopeOf())).version).toBe(1)
  })

  test('that was done and answered with an error is found by its claim, and sent again it writes nothing', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    await expect(answeringWithAnError(the().store).commit(change)).rejects.toThrow('cut')
    expect((await the().idempotency.begin(statementOf(1), proposal(9))).outcome).toEqual(change.completes.outcome)
    expect(await the().store.commit(change)).toBe('committed')
    expect(await checkedLedger(the())).toHaveLength(2)
    expect((await the().store.read(scopeOf())).version).toBe(1)
  })

  test('of another ruling on a completed statement is lost, so what it minted is never given out', async () => {
    await the().store.commit(decides({n: 1, read: await claimAndRead(1), kind: 'deny'}))
    const otherwise = decides({n: 1, read: await the().store.read(scopeOf()), kind: 'allow'})
    expect(await the().store.commit(otherwise)).toBe('lost')
    expect(await the().store.commit(decides({n: 1, read: await the().store.read(scopeOf()), kind: 'deny'}))).toBe(
      'lost',
    )
    expect(await the().store.commit(answers(1))).toBe('lost')
    expect(await the().store.find({by: 'receipt', id: receiptOf(1).id})).toEqual([])
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('of an answer can be repeated, and of another answer is lost', async () => {
    await claimAndRead(1)
    await the().store.commit(answers(1))
    expect(await the().store.commit(answers(1))).toBe('committed')
    expect(await the().store.commit(answers(1, {publication: {...publicationOf(1), reply: 'other'}}))).toBe('lost')
  })

  const contradictions: readonly (readonly [string, (change: Decided) => Change, string])[] = [
    ['without a claim', (change) => withCompletion(change, {key: statementOf(99)}), 'is claimed before'],
    [
      'under another decision id',
      (change) => withRecord(change, {decision: proposal(5).decision}),
      'its idempotency key',
    ],
    ['with a frontier that does not follow', (change) => withRecord(change, {frontier: emptyFrontier}), 'frontier'],
    ['with an entry that does not follow', (change) => withRecord(change, {entry: firstEntry}), 'would break'],
    ['with an ALLOW that has no receipt', (change) => withRecord(change, {receipt: undefined}), 'outcome "allow"'],
    ['that decides and only answers', (change) => withCompletion(change, answers(1).completes), 'outcome "answered"'],
    ['that allows without a record', (change) => ({...change, appends: undefined}), 'outcome "allow"'],
    ['that changes nothing', () => ({at}), 'changes nothing'],
  ]
  test.each(contradictions)('%s throws and writes nothing', async (_, spoil, message) => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    await expect(the().store.commit(spoil(change))).rejects.toThrow(message)
    expect(await checkedLedger(the())).toHaveLength(1)
    expect(await the().idempotency.begin(statementOf(1), proposal(1))).toEqual(proposal(1))
  })
}

const withRecord = (change: Decided, more: Partial<DecisionRecord>): Change => ({
  ...change,
  appends: {...change.appends, records: [{...decisionIn(change), ...more}]},
})

const withCompletion = (change: Decided, more: Partial<Decided['completes']>): Change => ({
  ...change,
  completes: {...change.completes, ...more},
})
