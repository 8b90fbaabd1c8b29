/** Signed checkpoints and the ledger's routes, over the embedded store. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {canonicalJson, printVerifierKey, verify} from '#protocol'
import {
  type CheckpointTools,
  signCheckpoint,
  startCheckpointSigner,
  notingCommits,
} from '../../issuer/keys/checkpoint-signer.ts'
import {ledgerRoutes} from '../../issuer/api/ledger-routes.ts'
import type {Signer} from '../../issuer/model/signer.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import type {LedgerReader} from '../../issuer/model/readers.ts'
import {makeKey} from '../protocol/builders.ts'
import {answers, firstEntry, proposal, statementOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'

const key = makeKey()
const ledgerKey = printVerifierKey(firstEntry.ledger, key.pin)

function signerOf(signing = key): Signer & {readonly count: () => number} {
  let count = 0
  return {
    publicKey: key.pin,
    count: () => count,
    sign: async (message) => {
      count += 1
      await new Promise(setImmediate) // A key service takes its time, and others write meanwhile.
      return new Uint8Array(Buffer.from(signing.signBytes(message).slice('ed25519:'.length), 'hex'))
    },
  }
}

let folder: string
let durable: Durable
let signer: ReturnType<typeof signerOf>
let tools: CheckpointTools
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-ledger-'))
  durable = openSqlite(join(folder, 'countersign.db'))
  await durable.createLedger(firstEntry)
  signer = signerOf()
  tools = {ledger: durable.ledger, checkpoints: durable.checkpoints, signer}
})
afterEach(() => {
  durable.close()
  rmSync(folder, {recursive: true})
})

const decide = async (from: number, to: number, isPublic = true): Promise<void> => {
  for (let n = from; n <= to; n++) await decideStatement(durable, {n, public: isPublic})
}
const sizeOf = (note: string | undefined): number => {
  const verdict = verify.checkpoint(note ?? '', ledgerKey)
  if (!verdict.valid) throw new Error(verdict.reason)
  return verdict.size
}

describe('a checkpoint', () => {
  test('is signed over the end of the ledger by the key of the ledger, and verifies with every entry', async () => {
    await decide(1, 5)
    const kept = await signCheckpoint(tools)
    expect(kept).toMatchObject({size: 6, note: (await durable.checkpoints.newest())?.note})
    const entries = await durable.entries.entries(0, 100)
    expect(verify.chain(entries, {checkpoint: kept.note, ledgerKey})).toMatchObject({
      anchored: 'checkpoint',
      entries: 6,
    })
  })

  test('is signed once for one size', async () => {
    await decide(1, 2)
    const first = await signCheckpoint(tools)
    expect(await signCheckpoint(tools)).toEqual(first)
    expect(signer.count()).toBe(1)
  })

  test('that another process outran is never seen', async () => {
    await decide(1, 2)
    const slow: CheckpointTools = {
      ...tools,
      signer: {
        publicKey: key.pin,
        sign: async (message) => {
          await decide(3, 4)
          expect((await signCheckpoint(tools)).size).toBe(5)
          return signer.sign(message)
        },
      },
    }
    expect(sizeOf((await signCheckpoint(slow)).note)).toBe(5)
    expect((await durable.checkpoints.newest())?.size).toBe(5)
  })

  test('is not signed over a ledger that is shorter than the one that was signed', async () => {
    await decide(1, 3)
    const {last, ...early} = await durable.ledger.head()
    await decide(4, 5)
    await signCheckpoint(tools)
    const ledger = {...durable.ledger, head: async () => Promise.resolve({...early, last})}
    await expect(signCheckpoint({...tools, ledger})).rejects.toThrow('has 4 entries, its newest checkpoint covers 6')
    expect(signer.count()).toBe(1)
  })

  test('is not signed over a ledger that does not begin as the signed one', async () => {
    await decide(1, 3)
    await durable.checkpoints.keep({size: 3, root: 'a'.repeat(64), note: 'another history'})
    await expect(signCheckpoint(tools)).rejects.toThrow('first 3 entries are not those')
    await durable.checkpoints.keep({size: 4, root: 'a'.repeat(64), note: 'another end'})
    await expect(signCheckpoint(tools)).rejects.toThrow('first 4 entries are not those')
    expect(signer.count()).toBe(0)
  })

  test('whose signature does not verify under the key that is shown is not kept', async () => {
    await expect(signCheckpoint({...tools, signer: signerOf(makeKey())})).rejects.toThrow('does not verify')
    expect(await durable.checkpoints.newest()).toBeUndefined()
  })
})

describe('the witness', () => {
  const failures: unknown[] = []
  beforeEach(() => void failures.splice(0))
  const watch = (over: CheckpointTools = tools) => startCheckpointSigner(over, (fault) => failures.push(fault))

  test('gives a checkpoint over everything that was committed before the question', async () => {
    const witness = watch()
    const store = notingCommits(durable.store, witness)
    for (let n = 1; n <= 6; n++) {
      await decideStatement({...durable, store}, {n})
      expect(sizeOf(await witness.newestCheckpoint())).toBe(n + 1)
    }
    expect(failures).toEqual([])
  })

  test('signs once for everything that is committed while a signature is on its way', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const waiting: Signer = {
      publicKey: key.pin,
      sign: async (message) => {
        await gate
        return signer.sign(message)
      },
    }
    const witness = watch({...tools, signer: waiting})
    const store = notingCommits(durable.store, witness)
    for (let n = 1; n <= 10; n++) await decideStatement({...durable, store}, {n})
    release()
    expect(sizeOf(await witness.newestCheckpoint())).toBe(11)
    expect(signer.count()).toBe(2)
  })

  test('does not sign for an answer that decided nothing', async () => {
    const store = notingCommits(durable.store, watch())
    await durable.idempotency.begin(statementOf(1), proposal(1))
    expect(await store.commit(answers(1))).toBe('committed')
    await new Promise(setImmediate)
    expect(await durable.checkpoints.newest()).toBeUndefined()
  })

  test('while the key cannot be used reports it and gives the last checkpoint that was kept', async () => {
    await decide(1, 2)
    await signCheckpoint(tools)
    const broken = {...signer, sign: async () => Promise.reject(new Error('the key service is away'))}
    const witness = watch({...tools, signer: broken})
    await decide(3, 3)
    witness.noteCommit()
    expect(sizeOf(await witness.newestCheckpoint())).toBe(3)
    expect(failures.length).toBeGreaterThan(0)
    expect(sizeOf(await watch().newestCheckpoint())).toBe(4)
  })
})

describe('the routes', () => {
  const ask = async (path: string, ledger: LedgerReader = durable.ledger): Promise<Response> =>
    ledgerRoutes({...durable, ledger, jobTokens: {verify: () => Promise.resolve(undefined)}, now: Date.now}).request(
      path,
    )
  const json = async (path: string): Promise<Record<string, unknown>> =>
    (await (await ask(path)).json()) as Record<string, unknown>

  test('give the kept checkpoint byte for byte, and 404 before the first', async () => {
    for (const path of ['/checkpoint', '/inclusion?seq=0&size=1', '/consistency?from=1&to=1']) {
      expect((await ask(path)).status).toBe(404)
    }
    const {note} = await signCheckpoint(tools)
    const answer = await ask('/checkpoint')
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await answer.text()).toBe(note)
  })

  test('give entries that verify, those of private repositories masked', async () => {
    await decide(1, 3)
    await decide(4, 6, false)
    await decide(7, 8)
    const {note} = await signCheckpoint(tools)
    const answer = await ask('/entries')
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    const text = await answer.text()
    const private5 = (await durable.entries.entries(5, 1))[0]
    expect(text.split('\n')[5]).toBe(`{"hash":"${private5?.hash ?? ''}","seq":5}`)
    expect(text).not.toContain(private5?.subject)
    const result = {valid: true, entries: 9, masked: 3, continuous: true, anchored: 'checkpoint'}
    expect(verify.chain(text, {checkpoint: note, ledgerKey})).toMatchObject(result)
  })

  test('give the entries that were asked for, one page after the other as they are read', async () => {
    const rows: (readonly [number, number])[] = []
    const total = 1203
    const ledger: LedgerReader = {
      ...durable.ledger,
      rows: async (from, count) => {
        rows.push([from, count])
        const length = Math.max(0, Math.min(count, total - from))
        return Promise.resolve(Array.from({length}, (_, i) => ({entry: {...firstEntry, seq: from + i}, public: true})))
      },
    }
    const text = await (await ask('/entries?start=10&count=5000', ledger)).text()
    expect(text.trimEnd().split('\n')).toHaveLength(total - 10)
    expect(rows.slice(0, 3)).toEqual([
      [10, 500],
      [510, 500],
      [1010, 500],
    ])
    rows.splice(0)
    expect(await (await ask('/entries?start=2&count=1', ledger)).text()).toBe(
      `${canonicalJson({...firstEntry, seq: 2})}\n`,
    )
    expect(rows).toEqual([[2, 1]])
    expect(await (await ask('/entries?start=5000', ledger)).text()).toBe('')
  })

  test('give no more than fits into an answer of Lambda, in whole lines, and the rest to whoever goes on', async () => {
    const total = 100_000
    const entryOf = (seq: number) => ({...firstEntry, seq})
    const ledger: LedgerReader = {
      ...durable.ledger,
      rows: (from, count) => {
        const length = Math.max(0, Math.min(count, total - from))
        return Promise.resolve(Array.from({length}, (_, i) => ({entry: entryOf(from + i), public: true})))
      },
    }
    let next = 0
    while (next < total) {
      const text = await (await ask(`/entries?start=${next}&count=${total}`, ledger)).text()
      // As Lambda passes it on: JSON in JSON.
      expect(JSON.stringify(text).length).toBeLessThan(6_000_000)
      const lines = text.split('\n')
      expect(lines.pop()).toBe('')
      expect([lines[0], lines.at(-1)]).toEqual(
        [entryOf(next), entryOf(next + lines.length - 1)].map((one) => canonicalJson(one)),
      )
      next += lines.length
    }
    expect(next).toBe(total)
  })

  test('give proofs that verify', async () => {
    await decide(1, 4)
    const previous = (await signCheckpoint(tools)).note
    await decide(5, 10)
    const checkpoint = (await signCheckpoint(tools)).note
    const [entry] = await durable.entries.entries(3, 1)
    const inclusion = await json('/inclusion?seq=3&size=11')
    expect(inclusion).toMatchObject({seq: 3, size: 11, hash: entry?.hash})
    const proof = inclusion['proof'] as readonly string[]
    expect(verify.inclusion(entry, {checkpoint, ledgerKey, proof})).toMatchObject({valid: true, seq: 3, size: 11})
    const consistency = await json('/consistency?from=5&to=11')
    expect(consistency).toMatchObject({from: 5, to: 11})
    const steps = consistency['proof'] as readonly string[]
    expect(verify.consistency({previous, checkpoint, ledgerKey, proof: steps})).toEqual({valid: true, from: 5, to: 11})
    const later = await (await ask('/entries?start=5&count=6')).text()
    expect(verify.chain(later, {previous, checkpoint, ledgerKey, proof: steps})).toMatchObject({anchored: 'consistent'})
  })

  test.each([
    '/entries?start=-1',
    '/entries?start=01',
    '/entries?start=1e3',
    '/entries?start=',
    '/entries?start=1&start=2',
    '/entries?count=0',
    '/entries?count=100001',
    '/entries?start=9007199254740993',
    '/inclusion',
    '/inclusion?seq=0',
    '/inclusion?seq=2&size=2',
    '/inclusion?seq=0&size=5',
    '/inclusion?seq=0&size=0',
    '/consistency?from=0&to=2',
    '/consistency?from=2&to=1',
    '/consistency?from=1&to=5',
  ])('refuse %s, naming what is wrong', async (path) => {
    await decide(1, 3)
    await signCheckpoint(tools)
    const answer = await ask(path)
    expect(answer.status).toBe(400)
    const {error} = (await answer.json()) as {error: {code: string; message: string}}
    expect(error.code).toBe('query_invalid')
    expect(error.message).toMatch(/^(start|count|seq|size|from|to) must be /)
  })
})
