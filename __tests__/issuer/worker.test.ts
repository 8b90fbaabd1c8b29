/** The worker over a real inbox and a clock of the test: what fails is tried again, and in the end given up aloud. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setImmediate as turn} from 'node:timers/promises'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {parseEnvironment, parseRepositoryId} from '#protocol'
import {GitHubUnavailable} from '../../issuer/github/unavailable.ts'
import type {Log} from '../../issuer/model/log.ts'
import {type Embedded, openSqlite} from '../../issuer/store/sqlite.ts'
import type {Delivery, Inbox, Taken} from '../../issuer/model/inbox.ts'
import {type Worker, type WorkerTools, startWorker} from '../../issuer/inbox/worker.ts'
import {aStatement, must} from './builders.ts'

const started = Date.parse('2026-04-02T14:30:00Z')
const second = 1000
const minute = 60 * second

let folder: string
let durable: Embedded
let now: number
let worker: Worker | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-worker-'))
  durable = openSqlite(join(folder, 'countersign.db'))
  now = started
})
afterEach(async () => {
  await worker?.drain()
  worker = undefined
  durable.close()
  rmSync(folder, {recursive: true})
})

interface Said {
  readonly level: string
  readonly message: string
}

/** A worker whose handling is the test's; what it does besides is written down. */
function start(handle: WorkerTools['handle'], over: Partial<WorkerTools> = {}) {
  const said: Said[] = []
  const gaveUp: {id: string; cause: string; at: number}[] = []
  const speak = (level: string) => (_: object, message: string) => void said.push({level, message})
  const log: Log = {info: speak('info'), warn: speak('warn'), error: speak('error')}
  const tools: WorkerTools = {
    inbox: durable.inbox,
    log,
    now: () => now,
    handle,
    giveUp: ({id}, cause) => Promise.resolve(void gaveUp.push({id, cause, at: sinceStart()})),
    patience: () => 15 * 60 * second,
    ...over,
  }
  worker = startWorker(tools)
  return {worker, said, gaveUp}
}

const denial = (id: string): Delivery => {
  const environment = must(parseEnvironment('production'))
  const reading = {kind: 'command', command: {kind: 'deny', environment}} as const
  const notice = {kind: 'statement', statement: aStatement(), reading} as const
  return {id, repositoryId: must(parseRepositoryId(1)), notice, receivedAt: now}
}

const sinceStart = (): number => (now - started) / second

const put = (id: string, repository = 1): Promise<unknown> => {
  const delivery: Delivery = {
    id,
    repositoryId: must(parseRepositoryId(repository)),
    notice: {kind: 'statement', statement: aStatement(), reading: {kind: 'command', command: {kind: 'help'}}},
    receivedAt: now,
  }
  return durable.inbox.put(delivery)
}

/** Lets the worker do all that it can do at this moment of its clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) {
    worker?.wake()
    await turn()
  }
}

/** Moves the clock on, second by second or in longer steps, with the worker awake after each. */
async function pass(seconds: number, step = 1): Promise<void> {
  for (let passed = 0; passed < seconds; passed += step) {
    now += step * second
    await settle()
  }
}

test('what fails is tried again after 1, 2, 4 … 60 seconds, and given up within a quarter of an hour', async () => {
  const tries: number[] = []
  const {gaveUp, said} = start(() => {
    tries.push(sinceStart())
    return Promise.reject(new Error('broken'))
  })
  await put('one')
  await settle()
  await pass(63)
  await pass(1000, 20)
  const minutes = Array.from({length: 13}, (_, i) => 123 + 60 * i)
  expect(tries).toEqual([0, 1, 3, 7, 15, 31, 63, ...minutes])
  expect(gaveUp).toEqual([{id: 'one', cause: 'internal', at: 843}])
  expect(said.map(({level}) => level)).toEqual([...Array<string>(19).fill('warn'), 'error'])
  expect(await durable.inbox.take(now + minute)).toBeUndefined()
})

test('what succeeds at last is done, and nothing is given up', async () => {
  let tries = 0
  const {gaveUp} = start(() => {
    tries += 1
    return tries < 4 ? Promise.reject(new GitHubUnavailable('server', 'GitHub answered 500')) : Promise.resolve()
  })
  await put('one')
  await pass(120)
  expect([tries, gaveUp]).toEqual([4, []])
  expect(await durable.inbox.take(now + minute)).toBeUndefined()
})

test('GitHub is left alone for as long as it asks, where that is longer', async () => {
  const tries: number[] = []
  const limited = new GitHubUnavailable('rate-limit', 'the rate limit is used up', {retryAfterMs: 30 * second})
  start(() => {
    tries.push(sinceStart())
    return Promise.reject(limited)
  })
  await put('one')
  await settle()
  await pass(70)
  expect(tries).toEqual([0, 30, 60])
})

test('what GitHub asks to wait longer for than a statement lives is given up at once', async () => {
  const limited = new GitHubUnavailable('rate-limit', 'the rate limit is used up', {retryAfterMs: 15 * minute})
  const {gaveUp} = start(() => Promise.reject(limited))
  await put('one')
  await settle()
  expect(gaveUp).toEqual([{id: 'one', cause: 'github', at: 0}])
})

test('a delivery that waits for its next try holds up no other of its lane', async () => {
  const tries: string[] = []
  start(({id}) => {
    tries.push(id)
    return id === 'bad' ? Promise.reject(new Error('broken')) : Promise.resolve()
  })
  await put('bad')
  await put('good')
  await settle()
  expect(tries).toEqual(['bad', 'good'])
})

test('deliveries of one lane are handled one after another, of many lanes eight at a time', async () => {
  const open = new Map<string, () => void>()
  start(({id}) => new Promise<void>((resolve) => open.set(id, resolve)))
  for (let i = 0; i < 10; i++) {
    await put(`a${i}`, i)
    await put(`b${i}`, i)
  }
  await settle()
  expect([...open.keys()]).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'])
  open.get('a3')?.()
  await settle()
  expect([...open.keys()].slice(8)).toEqual(['b3'])
  for (let i = 0; i < 20; i++) {
    for (const finish of open.values()) finish()
    await settle()
  }
  expect(open.size).toBe(20)
})

test('eight in hand leave room for what forbids', async () => {
  const begun: string[] = []
  let finish: () => void = () => undefined
  const end = new Promise<void>((resolve) => (finish = resolve))
  start(async ({id}) => {
    begun.push(id)
    await end
  })
  for (let i = 1; i < 12; i++) await put(`a${i}`, i)
  await settle()
  expect(begun).toHaveLength(8)
  await durable.inbox.put(denial('deny'))
  await settle()
  expect(begun.slice(8)).toEqual(['deny'])
  finish()
  await settle()
  expect(begun).toHaveLength(12)
})

test('draining finishes what is in hand and takes nothing more', async () => {
  let finish: () => void = () => undefined
  const handled: string[] = []
  const {worker: draining} = start(async ({id}) => {
    await new Promise<void>((resolve) => (finish = resolve))
    handled.push(id)
  })
  await put('one')
  await put('two')
  await settle()
  const drained = draining.drain()
  await turn()
  finish()
  await drained
  expect(handled).toEqual(['one'])
  expect((await durable.inbox.take(now))?.id).toBe('two')
})

test('a farewell that fails is said again when the lease has ended', async () => {
  let farewells = 0
  const {said} = start(() => Promise.reject(new GitHubUnavailable('server', 'GitHub answered 500')), {
    giveUp: () => {
      farewells += 1
      return farewells === 1 ? Promise.reject(new Error('GitHub is still away')) : Promise.resolve()
    },
  })
  await put('one')
  await settle()
  now += 15 * minute
  await settle()
  expect(said.at(-1)).toEqual({level: 'error', message: 'a failed delivery could not be put back'})
  await pass(61)
  expect(farewells).toBe(2)
  expect(await durable.inbox.take(now + minute)).toBeUndefined()
})

test('an inbox that cannot be read is said and read again', async () => {
  let broken = true
  const inbox: Inbox = {
    ...durable.inbox,
    take: (at) => (broken ? Promise.reject(new Error('disk')) : durable.inbox.take(at)),
  }
  const handled: Taken[] = []
  const {said} = start((delivery) => Promise.resolve(void handled.push(delivery)), {inbox})
  await put('one')
  await settle()
  expect(said[0]).toEqual({level: 'error', message: 'the inbox cannot be read'})
  broken = false
  await settle()
  expect(handled.map(({id, attempt}) => [id, attempt])).toEqual([['one', 1]])
})
