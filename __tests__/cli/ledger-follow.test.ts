/** `countersign ledger follow`, spawned against a loopback issuer that is honest, silent, or has two histories. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {afterEach, expect, test} from '@jest/globals'
import {SampleLedger} from '../../scripts/vectors/ledger.ts'
import {type Loopback, serve} from '../action/asks.ts'
import {type CommandRun, countersign, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

const ledger = new SampleLedger()
const servers: Loopback[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

interface Answers {
  readonly checkpoint?: string
  readonly consistency?: (from: number, to: number) => object | string
}

/** An issuer whose ledger has `size` entries, but for what it answers otherwise. */
async function issuerAt(size: number, answers: Answers = {}): Promise<string> {
  const {
    checkpoint = ledger.checkpoint(size),
    consistency = (from: number, to: number) => ({proof: ledger.consistency(from, to)}),
  } = answers
  const server = await serve(({url = ''}: IncomingMessage, response: ServerResponse) => {
    const {pathname, searchParams} = new URL(url, 'http://issuer')
    if (pathname === '/v1/ledger/checkpoint') response.end(checkpoint)
    else if (pathname === '/v1/ledger/consistency') {
      response.end(JSON.stringify(consistency(Number(searchParams.get('from')), Number(searchParams.get('to')))))
    } else response.writeHead(404).end()
  })
  servers.push(server)
  return server.origin
}

const follow = (issuer: string, state: string, more: readonly string[] = []): Promise<CommandRun> =>
  countersign(['ledger', 'follow', '--issuer', issuer, '--ledger-key', ledger.ledgerKey, '--state', state, ...more])

/** A file that keeps the checkpoint of that size. */
function known(size: number): string {
  const path = noFile()
  writeFileSync(path, ledger.checkpoint(size))
  return path
}

test('the first run keeps the checkpoint, and says that nothing was compared', async () => {
  const state = noFile()
  const {code, out} = await follow(await issuerAt(5), state)
  expect(code).toBe(0)
  expect(out).toContain('5 entries; kept as the first checkpoint; nothing could be compared')
  expect(readFileSync(state, 'utf8')).toBe(ledger.checkpoint(5))
})

test('a later run proves that the ledger continues, and keeps the newer one', async () => {
  const state = known(5)
  const {code, out} = await follow(await issuerAt(8), state)
  expect(code).toBe(0)
  expect(out).toContain('8 entries; it begins with all 5 entries that were known')
  expect(readFileSync(state, 'utf8')).toBe(ledger.checkpoint(8))
  expect((await follow(await issuerAt(8), state)).code).toBe(0)
})

test('--json says the same to programs', async () => {
  const {out} = await follow(await issuerAt(8), known(5), ['--json'])
  expect(JSON.parse(out)).toMatchObject({type: 'countersign.follow/v1', valid: true, from: 5, size: 8})
})

test('a ledger that became shorter is refused, and both notes are kept', async () => {
  const state = known(8)
  const {code, err} = await follow(await issuerAt(5), state)
  expect(code).toBe(1)
  expect(err).toContain('Refused (checkpoint_backwards)')
  expect(readFileSync(state, 'utf8')).toBe(ledger.checkpoint(8))
  expect(readFileSync(`${state}.refused`, 'utf8')).toBe(ledger.checkpoint(5))
})

test('another history of the same size is refused, and the first evidence is not covered up', async () => {
  const state = known(8)
  const first = ledger.checkpoint(8, {root: 'a'.repeat(64)})
  expect((await follow(await issuerAt(8, {checkpoint: first}), state)).err).toContain('(checkpoint_conflict)')
  const second = ledger.checkpoint(8, {root: 'b'.repeat(64)})
  expect((await follow(await issuerAt(8, {checkpoint: second}), state)).code).toBe(1)
  expect(readFileSync(`${state}.refused`, 'utf8')).toBe(first)
})

test('a rewritten ledger cannot be proven consistent', async () => {
  const rewritten = ledger.checkpoint(8, {root: 'a'.repeat(64)})
  const state = known(5)
  const {code, out} = await follow(await issuerAt(8, {checkpoint: rewritten}), state, ['--json'])
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({valid: false, code: 'consistency_mismatch', refusedNote: `${state}.refused`})
})

test('a checkpoint that somebody else signed is refused, and not kept', async () => {
  const state = noFile()
  const {code, err} = await follow(await issuerAt(8, {checkpoint: new SampleLedger().checkpoint(8)}), state)
  expect(code).toBe(1)
  expect(err).toContain('(checkpoint_unsigned)')
  expect(existsSync(state)).toBe(false)
})

test('a file that was tampered with is refused before anybody is asked', async () => {
  const state = known(5)
  writeFileSync(state, ledger.checkpoint(5).replace('\n5\n', '\n4\n'))
  const {code, err} = await follow('http://127.0.0.1:1', state)
  expect(code).toBe(1)
  expect(err).toContain('(checkpoint_signature_invalid)')
})

test('an issuer that does not answer, or not with what was asked for, is no verdict: exit code 3', async () => {
  const state = known(5)
  const gone = await serve(() => undefined)
  await gone.close()
  expect((await follow(gone.origin, state)).code).toBe(3)
  expect((await follow(await issuerAt(8, {consistency: () => 'no'}), state)).code).toBe(3)
  const huge = await follow(await issuerAt(8, {checkpoint: 'x'.repeat(100_000)}), state)
  expect([huge.code, huge.err]).toEqual([3, expect.stringContaining('more than 65536 bytes')])
  expect(readFileSync(state, 'utf8')).toBe(ledger.checkpoint(5))
})

test('what comes with an error is not taken for a checkpoint', async () => {
  const server = await serve((_, response) => response.writeHead(503).end(ledger.checkpoint(8)))
  servers.push(server)
  const {code, err} = await follow(server.origin, known(5))
  expect(code).toBe(3)
  expect(err).toContain('it answered 503')
})

test('a command line that is wrong exits with 2 and names every problem', async () => {
  const {code, err} = await countersign(['ledger', 'follow', '--issuer', 'https://a.example/'])
  expect(code).toBe(2)
  for (const option of ['--issuer', '--ledger-key', '--state']) expect(err).toContain(`${option}:`)
})

test('a state file that cannot be written exits with 2', async () => {
  expect((await follow(await issuerAt(5), `${noFile()}/state`)).code).toBe(2)
})
