/** A pack's source out of an issuer that is asked. What comes is not judged here: whoever reads the pack verifies it. */
import type {PackHead, PackRecord, PackSource} from '#pack'
import {type Entry, canonicalJson, isMasked, microsTimeToMicros, parseKeySet, secondsTimeToMs} from '#protocol'
import {IssuerOutage} from '../fetch-issuer.ts'
import {type AskedIssuer, IssuerClient, pageLength} from './issuer-client.ts'
import {PolicyReader, type ReadDocuments, noDocuments, readDocuments} from './issuer-documents.ts'

export async function openIssuerSource(asked: AskedIssuer, head: PackHead): Promise<PackSource> {
  const client = new IssuerClient(asked)
  const checkpoint = await client.text('/v1/ledger/checkpoint')
  const size = readSize(checkpoint)
  const keySet = await client.json('/.well-known/countersign-keys.json')
  const parsed = parseKeySet(keySet)
  if (!parsed.ok) throw new IssuerOutage(`the key set that it publishes is none: ${parsed.fault}`)
  const first = await findFirst(client, head, size)
  return {
    checkpoint,
    size,
    keySet: canonicalJson(keySet),
    jwks: canonicalJson(await client.json('/.well-known/jwks.json')),
    records: () => readRecords(client, head, {first, size}),
    prove: (seq) => readProof(client, {seq, size}),
  }
}

/** Not verified: a pack whose checkpoint does not hold is refused by whoever verifies it. */
function readSize(checkpoint: string): number {
  const size = checkpoint.split('\n')[1] ?? ''
  if (!/^[1-9][0-9]{0,15}$/.test(size)) throw new IssuerOutage('what it shows as its checkpoint is none')
  return Number(size)
}

const isBefore = ({time}: Entry, moment: PackHead['from']): boolean =>
  microsTimeToMicros(time) < secondsTimeToMs(moment) * 1000

/** The last entry that is known to be older than the period, or the ledger's first. */
async function findFirst(client: IssuerClient, {from}: PackHead, size: number): Promise<number> {
  let first = 0
  for (let high = size; high - first > pageLength;) {
    const middle = Math.floor((first + high) / 2)
    const shown = await findShown(client, middle, high)
    // Where all is masked nothing is known: then the entries are gone through one by one.
    if (shown === undefined) break
    if (isBefore(shown, from)) first = shown.seq
    else high = middle
  }
  for await (const {entry} of client.entries(first, size)) {
    if (isMasked(entry)) continue
    if (!isBefore(entry, from)) break
    first = entry.seq
  }
  return first
}

const fewEntries = 50

async function findShown(client: IssuerClient, start: number, end: number): Promise<Entry | undefined> {
  for await (const {entry} of client.entries(start, Math.min(start + fewEntries, end)))
    if (!isMasked(entry)) return entry
  return undefined
}

interface Part {
  readonly first: number
  /** How many entries the checkpoint covers. */
  readonly size: number
}

async function* readRecords(client: IssuerClient, head: PackHead, part: Part): AsyncGenerator<PackRecord> {
  const policies = new PolicyReader(client)
  for await (const {line, entry, reading} of readAhead(client, head, part)) {
    const read = await reading
    const policy = entry === undefined ? undefined : await policies.readNew(entry, read.documents)
    yield {line, ...read, policy}
  }
}

/** An issuer far away is waited for once, not for each entry; and no more than these are in memory. */
const mostAhead = 4

interface Ahead {
  readonly line: string
  /** Undefined where no document is asked for. */
  readonly entry: Entry | undefined
  readonly reading: Promise<ReadDocuments>
}

async function* readAhead(client: IssuerClient, head: PackHead, {first, size}: Part): AsyncGenerator<Ahead> {
  const ahead: Ahead[] = []
  for await (const {line, entry} of client.entries(first, size)) {
    const isShown = !isMasked(entry)
    // What lies outside the period is there for its time alone.
    const asked = isShown && !isBefore(entry, head.from) && isBefore(entry, head.to) ? entry : undefined
    const reading = asked === undefined ? Promise.resolve(noDocuments) : readDocuments(client, asked)
    // A fault is met when its turn comes.
    reading.catch(() => undefined)
    ahead.push({line, entry: asked, reading})
    if (ahead.length === mostAhead) yield* ahead.splice(0, 1)
    if (isShown && !isBefore(entry, head.to)) break
  }
  yield* ahead
}

async function readProof(
  client: IssuerClient,
  {seq, size}: {readonly seq: number; readonly size: number},
): Promise<readonly string[]> {
  const {proof} = await client.json(`/v1/ledger/inclusion?seq=${seq}&size=${size}`)
  if (!Array.isArray(proof)) throw new IssuerOutage(`it does not prove entry ${seq}`)
  return proof as readonly string[]
}
