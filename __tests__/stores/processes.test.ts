/** The embedded store under several processes, and under kill -9 in the middle of writing. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {firstEntry, proposal, statementOf} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {checkedLedger} from './suite.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-processes-'))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

interface Work {
  readonly first: number
  readonly count: number
  /** Connections that write at the same time. */
  readonly atOnce: number
}

function startWriter(path: string, {first, count, atOnce}: Work): {writer: ChildProcess; output: () => string} {
  const script = join(import.meta.dirname, 'writer.ts')
  const args = [script, path, ...[first, count, atOnce].map(String)]
  const writer = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']})
  let output = ''
  writer.stdout.on('data', (data: Buffer) => (output += data.toString()))
  return {writer, output: () => output}
}

async function withLedger(path: string, use: (durable: Durable) => Promise<void>): Promise<void> {
  const durable = openSqlite(path)
  try {
    await use(durable)
  } finally {
    durable.close()
  }
}

test('a hundred writers in four processes make one chain, and losers are told so', async () => {
  const path = join(folder, 'hundred.db')
  await withLedger(path, (durable) => durable.createLedger(firstEntry))
  const writers = [0, 1, 2, 3].map((i) => startWriter(path, {first: 1 + 25 * i, count: 25, atOnce: 25}))
  const ends = await Promise.all(writers.map(async ({writer}) => once(writer, 'close')))
  expect(ends).toEqual(writers.map(() => [0, null]))
  const losses = writers.map(({output}) => Number(output().split('\n')[1]))
  expect(Math.min(...losses)).toBeGreaterThan(0)
  await withLedger(path, async (durable) => {
    expect(await checkedLedger(durable)).toHaveLength(101)
  })
})

test('a new file that four processes open at once gets its tables once', async () => {
  const path = join(folder, 'new.db')
  const writers = [0, 1, 2, 3].map(() => startWriter(path, {first: 0, count: 0, atOnce: 1}))
  const ends = await Promise.all(writers.map(async ({writer}) => once(writer, 'close')))
  expect(ends).toEqual(writers.map(() => [0, null]))
  await withLedger(path, (durable) => durable.createLedger(firstEntry))
})

test('a writer killed in the middle of writing leaves whole decisions, and the next one goes on', async () => {
  const path = join(folder, 'killed.db')
  await withLedger(path, (durable) => durable.createLedger(firstEntry))
  const perRound = 100_000
  let completed = 0
  for (let round = 0; round < 6; round++) {
    const first = 1 + round * perRound
    const {writer} = startWriter(path, {first, count: perRound, atOnce: 2})
    const ended = once(writer, 'close')
    if (writer.stdout) await once(writer.stdout, 'data')
    await sleep(50 + 61 * round)
    writer.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    await withLedger(path, async (durable) => {
      completed += await checkAfterKill(durable, first)
    })
  }
  expect(completed).toBeGreaterThan(0)
})

/** A statement is completed and has its record, or neither, and then it can be decided now. Gives the completed ones. */
async function checkAfterKill(durable: Durable, first: number): Promise<number> {
  const entries = await checkedLedger(durable)
  const subjects = new Set(entries.map(({subject}) => subject))
  const unfinished: number[] = []
  let completed = 0
  // The writer keeps two statements in hand, so the fourth that is not completed lies behind all that it claimed.
  for (let n = first; unfinished.length < 4; n++) {
    const {decision, outcome} = await durable.idempotency.begin(statementOf(n), proposal(n))
    expect(subjects.has(decision.replace('dec_', 'rcpt_dg_'))).toBe(outcome !== undefined)
    if (outcome === undefined) unfinished.push(n)
    else completed += 1
  }
  for (const n of unfinished) await decideStatement(durable, {n})
  expect(await checkedLedger(durable)).toHaveLength(entries.length + unfinished.length)
  return completed
}
