/** A worker that ends in the middle, or is frozen there while another goes on; and a table in trouble under it. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeEach, expect, test} from '@jest/globals'
import {type DynamoRequest, type Fault, refusal} from '../emulator.ts'
import {type HeldStage, type Said, again, describeHeld} from './held-stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-clock-'))
const clock = join(folder, 'ahead')
beforeEach(() => writeFileSync(clock, '0'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const isWrite = ({operation}: DynamoRequest): boolean => operation === 'PutItem' || operation === 'TransactWriteItems'
/** The transaction from which a decision is durable. */
const isCommit = ({operation, body}: DynamoRequest): boolean =>
  operation === 'TransactWriteItems' && body.includes('receipt.issued')

/** Kills the worker at its nth write, which is carried out or not; whether there was one. */
async function killAtWrite(the: HeldStage, said: Said, {n, fault}: {n: number; fault: Fault}): Promise<boolean> {
  let [seen, isKilled] = [0, false]
  the.emulator.failWith(async (request) => {
    if (request.caller !== 'worker' || !isWrite(request) || ++seen !== n) return undefined
    isKilled = true
    await the.cloud.worker.kill()
    return fault
  })
  const ended = await the.deliver([said.message]).then(
    () => 'answered',
    () => 'killed',
  )
  the.emulator.failWith(undefined)
  expect(ended).toBe(isKilled ? 'killed' : 'answered')
  return isKilled
}

function testDeaths(the: () => HeldStage): void {
  const moments: readonly (readonly [string, Fault])[] = [
    ['before', 'drop'],
    ['after', 'cut'],
  ]
  test.each(moments)('killed %s each of its writes, the message comes again and to one outcome', async (_, fault) => {
    const all: Said[] = []
    for (let isKilled = true; isKilled;) {
      const said = await the().authorize()
      isKilled = await killAtWrite(the(), said, {n: all.length + 1, fault})
      if (isKilled) expect(await the().deliver([again(said.message)])).toBe(0)
      all.push(said)
    }
    // The claim, the bodies, the commit, the checkpoint, what was published.
    expect(all.length).toBeGreaterThan(5)
    expect(await the().events()).toHaveLength(all.length)
    expect(await the().auditAll(all)).toEqual([])
  })

  test('killed after the commit and never given the message again, the schedule publishes it', async () => {
    const said = await the().authorize()
    the().emulator.failWith(async (request) => {
      if (!isCommit(request)) return undefined
      await the().cloud.worker.kill()
      return 'cut'
    })
    await expect(the().deliver([said.message])).rejects.toThrow()
    the().emulator.failWith(undefined)
    expect(the().stage.replies()).toEqual([])
    await the().letTimePass(61_000)
    await the().cloud.schedule.call({})
    expect(await the().auditAll([said])).toEqual([])
  })
}

function testFrost(the: () => HeldStage): void {
  test('frozen in the middle of its commit while another worker decides, it comes to the other’s outcome', async () => {
    const said = await the().authorize()
    const [reached, thawed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    let isFirst = true
    the().emulator.failWith(async (request) => {
      if (!isCommit(request) || !isFirst) return undefined
      isFirst = false
      the().cloud.worker.freeze()
      reached.resolve(undefined)
      await thawed.promise
      return undefined
    })
    const slow = the().deliver([said.message])
    await reached.promise
    const twin = await the().cloud.worker.twin()
    expect(await the().deliver([again(said.message)], twin)).toBe(0)
    thawed.resolve(undefined)
    the().cloud.worker.thaw()
    expect(await slow).toBe(0)
    await twin.close()
    expect(await the().events()).toEqual(['receipt.issued'])
    expect(await the().auditAll([said])).toEqual([])
  })

  test('frozen between two events until its connections are dead and hours have gone, it works on', async () => {
    const first = await the().authorize()
    expect(await the().deliver([first.message])).toBe(0)
    the().cloud.worker.freeze()
    // The servers of these tests hang up on whoever is silent for six seconds.
    await sleep(7000)
    const hours = 3 * 3600
    writeFileSync(clock, String(hours * 1000))
    the().stage.world.advance({seconds: hours})
    const second = await the().authorize()
    the().cloud.worker.thaw()
    expect(await the().deliver([second.message])).toBe(0)
    expect(await the().auditAll([first, second])).toEqual([])
  })
}

function testTable(the: () => HeldStage): void {
  const troubles: readonly (readonly [string, Fault])[] = [
    ['throttled', refusal(400, 'ProvisionedThroughputExceededException')],
    ['down', refusal(500, 'InternalServerError')],
    ['not answering, though it carries everything out', 'cut'],
  ]
  test.each(troubles)('while the table is %s the message is given back, and later decided once', async (_, fault) => {
    const said = await the().authorize()
    the().emulator.failWith((request) => (request.caller === 'worker' && isWrite(request) ? fault : undefined))
    expect(await the().deliver([said.message])).toBe(1)
    expect(the().stage.replies()).toEqual([])
    the().emulator.failWith(undefined)
    expect(await the().deliver([again(said.message)])).toBe(0)
    expect(await the().auditAll([said])).toEqual([])
  })

  test('a commit that is carried out and never answered is found by its claim, not made again', async () => {
    const said = await the().authorize()
    the().emulator.failWith((request) => (isCommit(request) ? 'cut' : undefined))
    await the().deliver([said.message])
    the().emulator.failWith(undefined)
    expect(await the().deliver([again(said.message)])).toBe(0)
    expect(await the().events()).toEqual(['receipt.issued'])
    expect(await the().auditAll([said])).toEqual([])
  })
}

const preload = join(import.meta.dirname, '..', 'shifted-clock.ts')
describeHeld(
  {'a worker that is killed': testDeaths, 'a worker that is frozen': testFrost, 'a table in trouble': testTable},
  {NODE_OPTIONS: `--import ${preload}`, CLOCK_AHEAD: clock},
)
