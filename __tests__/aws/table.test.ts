/** What is special to a store behind a network: throttling, lost answers, limits, several processes, kill -9. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test} from '@jest/globals'
import {makeToken} from '../../issuer/callers/secret-token.ts'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {mostRecords} from '../../issuer/store/dynamodb/ledger.ts'
import type {Durable} from '../../issuer/store/sqlite.ts'
import {
  at,
  decides,
  decisionIn,
  environment,
  firstEntry,
  proposal,
  receiptOf,
  repositoryId,
  scopeOf,
  statementOf,
} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {checkedLedger} from '../stores/suite.ts'
import {type DynamoRequest, type Emulator, type Fault, emulatorAbsent, refusal, startEmulator} from './emulator.ts'
import {receiptId, revokes} from './events.ts'
import {Tables, dynamoClient} from './tables.ts'

jest.setTimeout(120_000)

const canceled = (...codes: readonly string[]): Fault =>
  refusal(400, 'TransactionCanceledException', {CancellationReasons: codes.map((Code) => ({Code}))})

let emulator: Emulator
let tables: Tables
let durable: Durable

/** Fails the first requests of one operation; gives the bodies of all of them. */
function failFirst(operation: string, faults: readonly Fault[]): readonly string[] {
  const seen: string[] = []
  emulator.failWith((request) => {
    if (request.operation !== operation) return undefined
    seen.push(request.body)
    return faults[seen.length - 1]
  })
  return seen
}

const claimAndRead = async (n: number) => {
  await durable.claims.claim(statementOf(n), proposal(n))
  return await durable.store.read(scopeOf())
}

function testOutages(): void {
  const passing: readonly (readonly [string, readonly Fault[]])[] = [
    ['throttled', [refusal(400, 'ProvisionedThroughputExceededException'), refusal(400, 'ThrottlingException')]],
    ['that meets another transaction', [canceled('None', 'TransactionConflict'), canceled('TransactionConflict')]],
    ['that meets a throttled item', [canceled('ThrottlingError', 'ProvisionedThroughputExceeded')]],
    ['that is still under way', [refusal(400, 'TransactionInProgressException')]],
    ['answered with an internal error', [refusal(500, 'InternalServerError'), refusal(503, 'ServiceUnavailable')]],
    ['that was never received', ['drop', 'drop']],
    ['that was done and whose answer was lost', ['cut', 'cut']],
  ]
  test.each(passing)('a commit %s is sent again under its token, and written once', async (_, faults) => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    const seen = failFirst('TransactWriteItems', faults)
    expect(await durable.store.commit(change)).toBe('committed')
    expect(seen).toHaveLength(faults.length + 1)
    expect(new Set(seen.map((body) => /"ClientRequestToken":"[^"]+"/.exec(body)?.[0])).size).toBe(1)
    expect(await checkedLedger(durable)).toHaveLength(2)
    expect((await durable.claims.claim(statementOf(1), proposal(1))).outcome).toEqual(change.completes.outcome)
  })

  test('an event whose answer was lost is written once, without a claim to ask', async () => {
    const appends = revokes(await durable.store.read(scopeOf()), 1)
    failFirst('TransactWriteItems', ['cut'])
    expect(await durable.store.commit({appends, at})).toBe('committed')
    expect(await durable.records.events(receiptId(1))).toHaveLength(1)
    expect(await checkedLedger(durable)).toHaveLength(2)
  })

  test('a commit that was done and never answered throws, and is found by its claim', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    failFirst('TransactWriteItems', Array<Fault>(20).fill('cut'))
    await expect(durable.store.commit(change)).rejects.toThrow()
    emulator.failWith(undefined)
    expect((await durable.claims.claim(statementOf(1), proposal(9))).outcome).toEqual(change.completes.outcome)
    expect(await durable.store.commit(change)).toBe('committed')
    expect(await checkedLedger(durable)).toHaveLength(2)
  })

  test('a commit that was never received throws, and its statement can be decided again', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    failFirst('TransactWriteItems', Array<Fault>(20).fill('drop'))
    await expect(durable.store.commit(change)).rejects.toThrow()
    emulator.failWith(undefined)
    expect(await checkedLedger(durable)).toHaveLength(1)
    expect(await decideStatement(durable, {n: 1})).toBe(0)
  })

  test('a commit whose bodies cannot be kept writes no record', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    failFirst('PutItem', Array<Fault>(50).fill(refusal(500, 'InternalServerError')))
    await expect(durable.store.commit(change)).rejects.toThrow()
    emulator.failWith(undefined)
    expect(await checkedLedger(durable)).toHaveLength(1)
  })

  test('reads that DynamoDB left unanswered are asked again', async () => {
    await decideStatement(durable, {n: 1})
    const before = await durable.store.read(scopeOf())
    let left = 0
    emulator.failWith(({operation, body}) => {
      if (operation !== 'BatchGetItem' || ++left > 2) return undefined
      const {RequestItems} = JSON.parse(body) as {RequestItems: object}
      return {status: 200, body: {Responses: {}, UnprocessedKeys: RequestItems}}
    })
    expect(await durable.store.read(scopeOf())).toEqual(before)
    expect(left).toBe(3)
  })
}

function testLimits(): void {
  test('a change of as many records as fit into one transaction is written', async () => {
    const read = await claimAndRead(100)
    const {completes, appends} = decides({n: 100, read, kind: 'deny'})
    const revoked = revokes({...read, head: {...read.head, ...endOf(appends.records)}}, mostRecords - 1)
    const records = [...appends.records, ...revoked.records]
    expect(await durable.store.commit({completes, appends: {...appends, records}, at})).toBe('committed')
    expect(await checkedLedger(durable)).toHaveLength(1 + mostRecords)
    expect(await durable.records.events(receiptId(mostRecords - 1))).toHaveLength(1)
  })

  test('a change of more records throws, says how many, and writes nothing', async () => {
    const appends = revokes(await durable.store.read(scopeOf()), mostRecords + 1)
    await expect(durable.store.commit({appends, at})).rejects.toThrow(`at most ${mostRecords} at once`)
    expect(await checkedLedger(durable)).toHaveLength(1)
  })

  test('a body that is larger than an item throws and writes no record', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    const records = [{...decisionIn(change), evidence: `"${'x'.repeat(400 * 1024)}"`}]
    const large = {...change, appends: {...change.appends, records}}
    await expect(durable.store.commit(large)).rejects.toThrow('more than DynamoDB keeps in one item')
    expect(await checkedLedger(durable)).toHaveLength(1)
  })

  test('a bundle of 256 KiB is kept', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    const evidence = `"${'x'.repeat(256 * 1024 - 2)}"`
    const records = [{...decisionIn(change), evidence}]
    expect(await durable.store.commit({...change, appends: {...change.appends, records}})).toBe('committed')
    expect((await durable.records.decision(proposal(1).decision))?.evidence).toBe(evidence)
  })
}

const endOf = (records: ReturnType<typeof revokes>['records']) => {
  const last = records.at(-1)
  if (last === undefined) throw new Error('no record')
  return {last: last.entry, frontier: last.frontier}
}

function testConsistency(): void {
  /** Everything that DynamoDB is asked while `work` runs. */
  async function asked(work: () => Promise<unknown>): Promise<readonly DynamoRequest[]> {
    const requests: DynamoRequest[] = []
    emulator.failWith((request) => {
      requests.push(request)
      return undefined
    })
    await work()
    emulator.failWith(undefined)
    return requests
  }

  test('whatever may forbid is read consistently, and never of an index', async () => {
    await decideStatement(durable, {n: 1})
    const {digest} = makeToken('csat_')
    const requests = await asked(async () => {
      await decideStatement(durable, {n: 2})
      await durable.scopes.environments(repositoryId(1296269))
      await durable.pushLog.pushes(repositoryId(1296269), 'refs/heads/topic')
      await durable.auditors.auditor(digest)
      await durable.links.linked(digest)
      await durable.tokenIds.use({id: 'a-token', until: 2000, now: 1000})
      await durable.claims.lastCourtesy({repositoryId: repositoryId(1296269), accountId: 1, pullRequest: 1})
      await durable.checkpoints.newest()
      await durable.ledger.head()
      await durable.ledger.rows(0, 10)
      await durable.inbox.take(at)
    })
    const reads = requests.filter(({operation}) => operation === 'Query' || operation === 'BatchGetItem')
    expect(reads.length).toBeGreaterThan(8)
    expect(reads.filter(({body}) => !body.includes('"ConsistentRead":true') || body.includes('IndexName'))).toEqual([])
  })

  test('an entry behind a gap is not there yet', async () => {
    for (let n = 1; n <= 3; n++) await decideStatement(durable, {n})
    let spoiled = false
    emulator.failWith(({operation}) => {
      if (operation !== 'Query' || spoiled) return undefined
      spoiled = true
      return {status: 200, body: {Items: [0, 1, 3].map((seq) => ({seq: {N: String(seq)}, entry: {S: '{}'}}))}}
    })
    expect(await durable.entries.entries(0, 10)).toHaveLength(2)
    expect(await durable.entries.entries(0, 10)).toHaveLength(4)
  })
}

function testReaders(): void {
  test('a decision is found by its id with its bodies, and what happened to a receipt in order', async () => {
    const change = decides({n: 1, read: await claimAndRead(1)})
    await durable.store.commit(change)
    const {entry, decision, scope, evidence, token} = decisionIn(change)
    const found = {entry, decision, scope, evidence, token, public: true, ownerId: 9919}
    expect(await durable.records.decision(decision)).toEqual(found)
    expect(await durable.records.decision(proposal(2).decision)).toBeUndefined()
    const appends = revokes(await durable.store.read(scopeOf()), 2)
    await durable.store.commit({appends, at})
    expect(receiptOf(1).id).toBe(receiptId(1))
    expect((await durable.records.events(receiptId(1))).map((one) => one.entry)).toEqual([appends.records[0]?.entry])
  })

  test('a claim that was made and not decided is no decision', async () => {
    await claimAndRead(1)
    expect(await durable.records.decision(proposal(1).decision)).toBeUndefined()
  })

  test('what happens once is not written again, though nothing has moved since', async () => {
    const once = revokes(await durable.store.read(scopeOf()), 1)
    await durable.store.commit({appends: once, at})
    const again = revokes(await durable.store.read(scopeOf()), 1)
    expect(await durable.store.commit({appends: again, at})).toBe('lost')
    expect(await checkedLedger(durable)).toHaveLength(2)
  })

  test('the environments of a repository are those that have a state, by name', async () => {
    for (const [n, name] of ['staging', 'production', 'eu/production'].entries()) {
      await decideStatement(durable, {n: n + 1, scope: scopeOf(7, name)})
    }
    await decideStatement(durable, {n: 9, scope: scopeOf(70, 'other')})
    expect(await durable.scopes.environments(repositoryId(7))).toEqual(
      ['eu/production', 'production', 'staging'].map(environment),
    )
  })

  test('receipts of a scope can be asked as of a moment', async () => {
    for (const [n, minute] of [10, 20, 30].entries()) {
      const issuedAt = `2026-04-02T14:${minute}:00Z`
      const change = decides({n: n + 1, read: await claimAndRead(n + 1)})
      const records = [{...decisionIn(change), receipt: receiptOf(n + 1, {issuedAt})}]
      await durable.store.commit({...change, appends: {...change.appends, records}})
    }
    const asOf = async (issuedBefore: string) => {
      const scope = {by: 'scope', repository: repositoryId(1296269), environment: environment('production')} as const
      const found = await durable.store.find({...scope, issuedBefore: issuedBefore as never})
      return found.map(({receipt}) => receipt.issuedAt.slice(14, 16))
    }
    expect(await asOf('2026-04-02T14:20:00Z')).toEqual(['20', '10'])
    expect(await asOf('2026-04-02T14:09:59Z')).toEqual([])
    expect(await asOf('2026-04-03T00:00:00Z')).toEqual(['30', '20', '10'])
  })
}

function testCallers(): void {
  const acme = {name: 'acme', owners: [9919, 42], createdAt: 1000, expiresAt: 2000}

  test('auditors are found by the digest of their token until they are removed, and have names of their own', async () => {
    const [first, second] = [makeToken('csat_').digest, makeToken('csat_').digest]
    const {auditors} = durable
    expect(await auditors.add(acme, first)).toBe('added')
    expect(await auditors.add({...acme, owners: [1]}, second)).toBe('known')
    expect(await auditors.add({...acme, name: 'aaa'}, second)).toBe('added')
    expect([await auditors.auditor(first), await auditors.auditor(second)]).toEqual([acme, {...acme, name: 'aaa'}])
    expect((await auditors.list()).map(({name}) => name)).toEqual(['aaa', 'acme'])
    expect([await auditors.remove('acme'), await auditors.remove('acme')]).toEqual(['removed', 'unknown'])
    expect(await auditors.auditor(first)).toBeUndefined()
  })

  test('a repository has one link: the one before is dead when it is rotated', async () => {
    const [first, second, another] = ['cslk_', 'cslk_', 'cslk_'].map(() => makeToken('cslk_').digest)
    if (first === undefined || second === undefined || another === undefined) throw new Error('three tokens')
    await durable.links.rotate({repositoryId: repositoryId(70), rotatedAt: 1}, first)
    await durable.links.rotate({repositoryId: repositoryId(5), rotatedAt: 2}, another)
    await durable.links.rotate({repositoryId: repositoryId(70), rotatedAt: 3}, second)
    expect(await Promise.all([first, second, another].map((one) => durable.links.linked(one)))).toEqual([
      undefined,
      70,
      5,
    ])
    expect(await durable.links.list()).toEqual([
      {repositoryId: 5, rotatedAt: 2},
      {repositoryId: 70, rotatedAt: 3},
    ])
  })

  test('a job token is used once, also when the answer was lost, until nobody would take it any more', async () => {
    const use = {id: 'a-token', until: 2000, now: 1000}
    failFirst('TransactWriteItems', ['cut'])
    expect(await durable.tokenIds.use(use)).toBe('first')
    expect(await durable.tokenIds.use({...use, now: 1999})).toBe('again')
    expect(await durable.tokenIds.use({...use, until: 3000, now: 2000})).toBe('first')
    const uses = Array.from({length: 20}, () => durable.tokenIds.use({...use, id: 'another'}))
    expect((await Promise.all(uses)).filter((one) => one === 'first')).toHaveLength(1)
  })
}

function testProcesses(): void {
  const startWriter = (table: string, {first, count, atOnce}: Record<'first' | 'count' | 'atOnce', number>) => {
    const args = [
      join(import.meta.dirname, 'writer.ts'),
      emulator.dynamoUrl,
      table,
      ...[first, count, atOnce].map(String),
    ]
    return spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']})
  }

  test('four processes that write at once make one chain', async () => {
    const table = await tables.make()
    const shared = openDynamodb(table, dynamoClient(emulator.dynamoUrl))
    await shared.createLedger(firstEntry)
    const writers = [0, 1, 2, 3].map((i) => startWriter(table, {first: 1 + 5 * i, count: 5, atOnce: 2}))
    writers.forEach(({stdout}) => stdout.resume())
    expect(await Promise.all(writers.map((writer) => once(writer, 'close')))).toEqual(writers.map(() => [0, null]))
    expect(await checkedLedger(shared)).toHaveLength(21)
    shared.close()
  })

  test('a writer killed in the middle of writing leaves whole decisions, and the next one goes on', async () => {
    const table = await tables.make()
    const shared = openDynamodb(table, dynamoClient(emulator.dynamoUrl))
    await shared.createLedger(firstEntry)
    const perRound = 1000
    for (let round = 0; round < 3; round++) {
      const first = 1 + round * perRound
      const writer = startWriter(table, {first, count: perRound, atOnce: 2})
      const ended = once(writer, 'close')
      await once(writer.stdout, 'data')
      await sleep(400 + 70 * round)
      writer.kill('SIGKILL')
      expect(await ended).toEqual([null, 'SIGKILL'])
      await checkAfterKill(shared, first)
    }
    expect((await checkedLedger(shared)).length).toBeGreaterThan(3 * 4)
    shared.close()
  })
}

/** A statement is completed and has its record, or neither, and then it can be decided now. */
async function checkAfterKill(shared: Durable, first: number): Promise<void> {
  const entries = await checkedLedger(shared)
  const subjects = new Set(entries.map(({subject}) => subject))
  const unfinished: number[] = []
  // The writer keeps two statements in hand, so the fourth that is not completed lies behind all that it claimed.
  for (let n = first; unfinished.length < 4; n++) {
    const {decision, outcome} = await shared.claims.claim(statementOf(n), proposal(n))
    expect(subjects.has(decision.replace('dec_', 'rcpt_dg_'))).toBe(outcome !== undefined)
    if (outcome === undefined) unfinished.push(n)
  }
  for (const n of unfinished) await decideStatement(shared, {n})
  expect(await checkedLedger(shared)).toHaveLength(entries.length + unfinished.length)
}

if (emulatorAbsent !== undefined) {
  test.skip(`dynamodb as a service (${emulatorAbsent})`, () => undefined)
} else {
  beforeAll(async () => {
    emulator = await startEmulator()
    tables = new Tables(emulator.dynamoUrl)
  })
  afterAll(() => emulator.close())

  beforeEach(async () => {
    durable = await tables.openEmpty()
    await durable.createLedger(firstEntry)
  })
  afterEach(() => {
    emulator.failWith(undefined)
    durable.close()
  })

  describe('a table in trouble', testOutages)
  describe('a table’s limits', testLimits)
  describe('a table’s consistency', testConsistency)
  describe('a table’s look-ups', testReaders)
  describe('who may ask', testCallers)
  describe('processes that share a table', testProcesses)
}
