/** What is special to a table that is asked over a network: its limits, what is consistent in it, and its look-ups. */
import {expect, jest, test} from '@jest/globals'
import {makeToken} from '../../issuer/api/callers/secret-token.ts'
import {publicViewer} from '../../issuer/model/viewer.ts'
import {mostWrites} from '../../issuer/store/dynamodb-transaction.ts'
import {at, decides, decisionIn, environment, proposal, receiptOf, repositoryId, scopeOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {checkedLedger} from '../stores/suite.ts'
import type {DynamoRequest} from './emulator.ts'
import {receiptId, revokes} from './events.ts'
import {type TableStage, describeOnTables} from './table-stage.ts'

jest.setTimeout(300_000)

/** A record and its name are two writes. The others: head, scope, claim, decision, and a name or two of the repository. */
const mostRecords = (mostWrites - 6) / 2

function testLimits(the: () => TableStage): void {
  test('a change of as many records as fit into one transaction is written', async () => {
    const read = await the().claimAndRead(100)
    const {completes, appends} = decides({n: 100, read, kind: 'deny'})
    const revoked = revokes({...read, head: {...read.head, ...endOf(appends.records)}}, mostRecords - 1)
    const records = [...appends.records, ...revoked.records]
    expect(await the().durable.store.commit({completes, appends: {...appends, records}, at})).toBe('committed')
    expect(await checkedLedger(the().durable)).toHaveLength(1 + mostRecords)
    expect(await the().durable.records.events(receiptId(mostRecords - 1))).toHaveLength(1)
  })

  test('a change of more records throws, says how many, and writes nothing', async () => {
    const appends = revokes(await the().durable.store.read(scopeOf()), mostWrites / 2)
    await expect(the().durable.store.commit({appends, at})).rejects.toThrow(`at most ${mostWrites} at once`)
    expect(await checkedLedger(the().durable)).toHaveLength(1)
  })

  test('a body that is larger than an item throws and writes no record', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    const records = [{...decisionIn(change), evidence: `"${'x'.repeat(400 * 1024)}"`}]
    const large = {...change, appends: {...change.appends, records}}
    await expect(the().durable.store.commit(large)).rejects.toThrow('more than DynamoDB keeps in one item')
    expect(await checkedLedger(the().durable)).toHaveLength(1)
  })

  test('a bundle of 256 KiB is kept', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    const evidence = `"${'x'.repeat(256 * 1024 - 2)}"`
    const records = [{...decisionIn(change), evidence}]
    expect(await the().durable.store.commit({...change, appends: {...change.appends, records}})).toBe('committed')
    expect((await the().durable.records.decision(proposal(1).decision))?.evidence).toBe(evidence)
  })
}

const endOf = (records: ReturnType<typeof revokes>['records']) => {
  const last = records.at(-1)
  if (last === undefined) throw new Error('no record')
  return {last: last.entry, frontier: last.frontier}
}

function testConsistency(the: () => TableStage): void {
  /** Everything that DynamoDB is asked while `work` runs. */
  async function asked(work: () => Promise<unknown>): Promise<readonly DynamoRequest[]> {
    const requests: DynamoRequest[] = []
    the().emulator.failWith((request) => {
      requests.push(request)
      return undefined
    })
    await work()
    the().emulator.failWith(undefined)
    return requests
  }

  test('whatever may forbid is read consistently, and never of an index', async () => {
    await decideStatement(the().durable, {n: 1})
    const {digest} = makeToken('csat_')
    const requests = await asked(async () => {
      await decideStatement(the().durable, {n: 2})
      await the().durable.scopes.environments(repositoryId(1296269))
      await the().durable.pushLog.pushes(repositoryId(1296269), 'refs/heads/topic')
      await the().durable.auditors.auditor(digest)
      await the().durable.links.linked(digest)
      await the().durable.tokenIds.use({id: 'a-token', until: 2000, now: 1000})
      await the().durable.records.eventOnce('executed/a-job')
      await the().durable.idempotency.lastStrangerReply({
        repositoryId: repositoryId(1296269),
        accountId: 1,
        pullRequest: 1,
      })
      await the().durable.checkpoints.newest()
      await the().durable.ledger.head()
      await the().durable.ledger.rows(0, 10)
    })
    const reads = requests.filter(({operation}) => operation === 'Query' || operation === 'BatchGetItem')
    expect(reads.length).toBeGreaterThan(8)
    expect(reads.filter(({body}) => !body.includes('"ConsistentRead":true') || body.includes('IndexName'))).toEqual([])
  })

  test('a commit is lost when another process moves the ledger between its look and its write', async () => {
    const other = the().tables.openAgain()
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    let isFirst = true
    the().emulator.failWith(async ({operation}) => {
      if (operation !== 'TransactWriteItems' || !isFirst) return undefined
      isFirst = false
      await decideStatement(other, {n: 2, scope: scopeOf(7)})
      return undefined
    })
    expect(await the().durable.store.commit(change)).toBe('lost')
    expect(await checkedLedger(the().durable)).toHaveLength(2)
    other.close()
  })

  test('an entry behind a gap is not there yet', async () => {
    for (let n = 1; n <= 3; n++) await decideStatement(the().durable, {n})
    let spoiled = false
    the().emulator.failWith(({operation}) => {
      if (operation !== 'Query' || spoiled) return undefined
      spoiled = true
      return {status: 200, body: {Items: [0, 1, 3].map((seq) => ({seq: {N: String(seq)}, entry: {S: '{}'}}))}}
    })
    expect(await the().durable.entries.entries(0, 10)).toHaveLength(2)
    expect(await the().durable.entries.entries(0, 10)).toHaveLength(4)
  })
}

function testReaders(the: () => TableStage): void {
  test('a decision is found by its id with its bodies, and what happened to a receipt in order', async () => {
    const change = decides({n: 1, read: await the().claimAndRead(1)})
    await the().durable.store.commit(change)
    const {entry, decision, scope, evidence, policy, token} = decisionIn(change)
    const found = {entry, decision, scope, evidence, policy, token, public: true, ownerId: 9919}
    expect(await the().durable.records.decision(decision)).toEqual(found)
    expect(await the().durable.records.decision(proposal(2).decision)).toBeUndefined()
    const appends = revokes(await the().durable.store.read(scopeOf()), 2)
    await the().durable.store.commit({appends, at})
    expect(receiptOf(1).id).toBe(receiptId(1))
    expect((await the().durable.records.events(receiptId(1))).map((one) => one.entry)).toEqual([
      appends.records[0]?.entry,
    ])
  })

  test('what was written once is found by its name, though no index shows it yet', async () => {
    const appends = revokes(await the().durable.store.read(scopeOf()), 1)
    await the().durable.store.commit({appends, at})
    the().emulator.failWith(({body}) => (body.includes('IndexName') ? {status: 200, body: {Items: []}} : undefined))
    expect(await the().durable.records.events(receiptId(1))).toEqual([])
    expect((await the().durable.records.eventOnce(`revoked/${receiptId(1)}`))?.entry).toEqual(appends.records[0]?.entry)
    expect(await the().durable.records.eventOnce(`revoked/${receiptId(2)}`)).toBeUndefined()
  })

  test('a claim that was made and not decided is no decision', async () => {
    await the().claimAndRead(1)
    expect(await the().durable.records.decision(proposal(1).decision)).toBeUndefined()
  })

  test('what happens once is not written again, though nothing has moved since', async () => {
    const once = revokes(await the().durable.store.read(scopeOf()), 1)
    await the().durable.store.commit({appends: once, at})
    const again = revokes(await the().durable.store.read(scopeOf()), 1)
    expect(await the().durable.store.commit({appends: again, at})).toBe('lost')
    expect(await checkedLedger(the().durable)).toHaveLength(2)
  })

  test('the environments of a repository are those that have a state, by name', async () => {
    for (const [n, name] of ['staging', 'production', 'eu/production'].entries()) {
      await decideStatement(the().durable, {n: n + 1, scope: scopeOf(7, name)})
    }
    await decideStatement(the().durable, {n: 9, scope: scopeOf(70, 'other')})
    expect(await the().durable.scopes.environments(repositoryId(7))).toEqual(
      ['eu/production', 'production', 'staging'].map(environment),
    )
  })

  test('receipts of a scope can be asked as of a moment', async () => {
    for (const [n, minute] of [10, 20, 30].entries()) {
      const issuedAt = `2026-04-02T14:${minute}:00Z`
      const change = decides({n: n + 1, read: await the().claimAndRead(n + 1)})
      const records = [{...decisionIn(change), receipt: receiptOf(n + 1, {issuedAt})}]
      await the().durable.store.commit({...change, appends: {...change.appends, records}})
    }
    const asOf = async (issuedBefore: string) => {
      const scope = {by: 'scope', repository: repositoryId(1296269), environment: environment('production')} as const
      const found = await the().durable.store.find({
        ...scope,
        issuedBefore: issuedBefore as never,
        viewer: publicViewer,
      })
      return found.map(({receipt}) => receipt.issuedAt.slice(14, 16))
    }
    expect(await asOf('2026-04-02T14:20:00Z')).toEqual(['20', '10'])
    expect(await asOf('2026-04-02T14:09:59Z')).toEqual([])
    expect(await asOf('2026-04-03T00:00:00Z')).toEqual(['30', '20', '10'])
  })
}

describeOnTables({
  "a table's limits": testLimits,
  "a table's consistency": testConsistency,
  "a table's look-ups": testReaders,
})
