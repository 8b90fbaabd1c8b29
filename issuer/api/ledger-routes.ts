/** The ledger's public routes (formats §8): its newest checkpoint, entries, the two proofs, the key sets that it announced. */
import {type Context, Hono} from 'hono'
import {canonicalJson} from '#protocol'
import {type Caller, mayRead} from '../model/caller.ts'
import type {CallerTools} from './callers/read-caller.ts'
import {answerRefusal, callerOf} from './asking.ts'
import type {Durable} from '../model/durable.ts'
import type {LedgerReader, LedgerRow} from '../model/readers.ts'
import {parseWholeNumber, readQuery, wholeNumber, withDefault} from '../command/read-query.ts'
import {readConsistency, readInclusion} from '../store/read-proofs.ts'

export type LedgerRouteTools = CallerTools & Pick<Durable, 'ledger' | 'checkpoints'>

/** Entries that one request gives at most, and that are in memory at once. */
const maxCount = 100_000
const pageLength = 500
/** Whoever wants more goes on from there: an answer of AWS Lambda has at most 6 MB, quotes escaped. */
const maxBytes = 4_500_000

export function ledgerRoutes(tools: LedgerRouteTools): Hono {
  const routes = new Hono()
  routes.get('/checkpoint', async (c) => {
    const newest = await tools.checkpoints.newest()
    if (newest === undefined) return c.notFound()
    c.header('cache-control', 'no-cache')
    return c.text(newest.note)
  })
  routes.get('/entries', async (c) => {
    const caller = await callerOf(c, tools)
    const asked = readQuery(c.req, {
      start: withDefault(wholeNumber(0), 0),
      count: withDefault(wholeNumber(1, maxCount), 1000),
    })
    if (!asked.ok) return refuse(c, asked.fault)
    c.header('content-type', 'application/x-ndjson')
    // What is masked depends on who asks.
    c.header('cache-control', 'no-store')
    return c.body(streamEntries(tools.ledger, asked.value, caller))
  })
  // What is not signed yet is proven to nobody.
  routes.get('/inclusion', async (c) => {
    const size = (await tools.checkpoints.newest())?.size
    if (size === undefined) return c.notFound()
    const asked = readQuery(c.req, {seq: wholeNumber(0, size - 1), size: wholeNumber(1, size)})
    if (!asked.ok) return refuse(c, asked.fault)
    if (!(asked.value.seq < asked.value.size)) return refuse(c, 'seq must be smaller than size')
    return giveProof(c, await readInclusion(tools.ledger, asked.value))
  })
  routes.get('/consistency', async (c) => {
    const size = (await tools.checkpoints.newest())?.size
    if (size === undefined) return c.notFound()
    const asked = readQuery(c.req, {from: wholeNumber(1, size), to: wholeNumber(1, size)})
    if (!asked.ok) return refuse(c, asked.fault)
    if (!(asked.value.from <= asked.value.to)) return refuse(c, 'from must be at most to')
    return giveProof(c, await readConsistency(tools.ledger, asked.value))
  })
  return routes
}

const refuse = (c: Context, problem: string): Response => answerRefusal(c, {code: 'query_invalid', problem})

const forEver = 'public, max-age=86400, immutable'

/** A proof for given sizes is the same for ever. */
function giveProof(c: Context, answer: object): Response {
  c.header('cache-control', forEver)
  return c.json(answer)
}

/** NDJSON, a page at a time as the reader takes it, in whole lines. */
function streamEntries(
  ledger: LedgerReader,
  {start, count}: {readonly start: number; readonly count: number},
  caller: Caller,
): ReadableStream<Uint8Array> {
  let [next, bytes] = [start, 0]
  const end = start + count
  return new ReadableStream({
    pull: async (controller) => {
      const rows = next < end ? await ledger.rows(next, Math.min(pageLength, end - next)) : []
      const lines = rows.map((row) => `${printRow(row, caller)}\n`)
      // Entries are printable ASCII: as many bytes as characters.
      const fitting = lines.filter((line) => (bytes += line.length) <= maxBytes)
      if (fitting.length > 0) controller.enqueue(new TextEncoder().encode(fitting.join('')))
      next += fitting.length
      if (rows.length === 0 || fitting.length < rows.length) controller.close()
    },
  })
}

/** Of a repository that the caller may not read the entry shows its number and hash alone (formats §5). */
function printRow({entry, ...belonging}: LedgerRow, caller: Caller): string {
  return canonicalJson(mayRead(caller, belonging) ? entry : {seq: entry.seq, hash: entry.hash})
}

/** Each key set is public, and never changes. To be mounted at `/v1/keys`. */
export function keySetRoutes({entries}: Pick<Durable, 'entries'>): Hono {
  const routes = new Hono()
  routes.get('/:seq', async (c) => {
    const seq = parseWholeNumber(c.req.param('seq'))
    const keySet = seq === undefined ? undefined : await entries.keySet(seq)
    if (keySet === undefined) return c.notFound()
    c.header('cache-control', forEver)
    return c.body(keySet, 200, {'content-type': 'application/json'})
  })
  return routes
}
