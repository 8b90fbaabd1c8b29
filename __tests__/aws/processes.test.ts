/** Several processes on one table, and kill -9 in the middle of writing. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, jest, test} from '@jest/globals'
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {firstEntry, proposal, statementOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {checkedLedger} from '../stores/suite.ts'
import {type TableStage, describeOnTables} from './table-stage.ts'
import {dynamoClient} from './tables.ts'

jest.setTimeout(300_000)

function testProcesses(the: () => TableStage): void {
  const startWriter = (table: string, {first, count, atOnce}: Record<'first' | 'count' | 'atOnce', number>) => {
    const args = [
      join(import.meta.dirname, 'writer.ts'),
      the().emulator.dynamoUrl,
      table,
      ...[first, count, atOnce].map(String),
    ]
    return spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']})
  }

  test('four processes that write at once make one chain', async () => {
    const table = await the().tables.make()
    const shared = openDynamodb(table, dynamoClient(the().emulator.dynamoUrl))
    await shared.createLedger(firstEntry)
    const writers = [0, 1, 2, 3].map((i) => startWriter(table, {first: 1 + 5 * i, count: 5, atOnce: 2}))
    writers.forEach(({stdout}) => stdout.resume())
    expect(await Promise.all(writers.map((writer) => once(writer, 'close')))).toEqual(writers.map(() => [0, null]))
    expect(await checkedLedger(shared)).toHaveLength(21)
    shared.close()
  })

  test('a writer killed in the middle of writing leaves whole decisions, and the next one goes on', async () => {
    const table = await the().tables.make()
    const shared = openDynamodb(table, dynamoClient(the().emulator.dynamoUrl))
    await shared.createLedger(firstEntry)
    const perRound = 1000
    let completed = 0
    for (let round = 0; round < 3; round++) {
      const first = 1 + round * perRound
      const writer = startWriter(table, {first, count: perRound, atOnce: 2})
      const ended = once(writer, 'close')
      await once(writer.stdout, 'data')
      // However slow the machine is, the kill finds something done and something in hand.
      const {seq} = await shared.entries.last()
      while ((await shared.entries.last()).seq < seq + 2) await sleep(20)
      await sleep(70 * round)
      writer.kill('SIGKILL')
      expect(await ended).toEqual([null, 'SIGKILL'])
      completed += await checkAfterKill(shared, first)
    }
    expect(completed).toBeGreaterThan(0)
    shared.close()
  })
}

/** A statement is completed and has its record, or neither, and then it can be decided now. Gives the completed ones. */
async function checkAfterKill(shared: Durable, first: number): Promise<number> {
  const entries = await checkedLedger(shared)
  const subjects = new Set(entries.map(({subject}) => subject))
  const unfinished: number[] = []
  let completed = 0
  // The writer keeps two statements in hand, so the fourth that is not completed lies behind all that it claimed.
  for (let n = first; unfinished.length < 4; n++) {
    const {decision, outcome} = await shared.idempotency.begin(statementOf(n), proposal(n))
    expect(subjects.has(decision.replace('dec_', 'rcpt_dg_'))).toBe(outcome !== undefined)
    if (outcome === undefined) unfinished.push(n)
    else completed += 1
  }
  for (const n of unfinished) await decideStatement(shared, {n})
  expect(await checkedLedger(shared)).toHaveLength(entries.length + unfinished.length)
  return completed
}

describeOnTables({'processes that share a table': testProcesses})
