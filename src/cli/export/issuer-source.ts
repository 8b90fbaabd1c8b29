/**
 * A pack's source out of an issuer that is asked (docs/routes.md). What comes is not judged here: whoever reads the pack
 * verifies it. What an auditor is not shown (policies, the reports of jobs, older key sets) the pack says to be without.
 */
import {
  type Entry,
  type MaskedEntry,
  type Origin,
  type PackHappening,
  type PackHead,
  type PackPart,
  type PackRecord,
  type PackSource,
  canonicalJson,
  isMasked,
  isPlainObject,
  maxEvidenceBytes,
  microsTimeToMicros,
  parseJson,
  parseKeySet,
  parseMicrosTime,
  parseSegmentEntry,
  secondsTimeToMs,
} from '#protocol'
import {IssuerOutage, fetchBytes} from '../fetch-issuer.ts'

export const withheldParts: readonly PackPart[] = ['keys', 'policies', 'runs']

export interface AskedIssuer {
  readonly issuer: Origin
  /** A secret. */
  readonly auditorToken: string
}

/** A thousand entries of at most 4 KB. */
const pageLength = 1000
const maxPageBytes = pageLength * 4097
const maxBytes = 65_536

export async function openIssuerSource(asked: AskedIssuer, head: PackHead): Promise<PackSource> {
  const desk = new IssuerDesk(asked)
  const checkpoint = await desk.text('/v1/ledger/checkpoint')
  const size = readSize(checkpoint)
  const keySet = await desk.json('/.well-known/countersign-keys.json')
  const parsed = parseKeySet(keySet)
  if (!parsed.ok) throw new IssuerOutage(`the key set that it publishes is none: ${parsed.reason}`)
  const first = await findFirst(desk, head, size)
  return {
    checkpoint,
    size,
    keySet: canonicalJson(keySet),
    jwks: canonicalJson(await desk.json('/.well-known/jwks.json')),
    records: () => readRecords(desk, head, {first, size}),
    prove: (seq) => readProof(desk, {seq, size}),
  }
}

/** Asks one issuer, and shows it the auditor's token. */
class IssuerDesk {
  readonly #asked: AskedIssuer

  constructor(asked: AskedIssuer) {
    this.#asked = asked
  }

  async text(path: string, most = maxBytes): Promise<string> {
    const {issuer, auditorToken: bearer} = this.#asked
    return new TextDecoder().decode(await fetchBytes(`${issuer}${path}`, {maxBytes: most, bearer}))
  }

  async json(path: string): Promise<Readonly<Record<string, unknown>>> {
    const json = parseJson(await this.text(path))
    if (!json.ok || !isPlainObject(json.value)) throw new IssuerOutage(`its answer to ${path} is no JSON object`)
    return json.value
  }

  /** Entries in order, up to `end` and no further. */
  async *entries(
    start: number,
    end: number,
  ): AsyncGenerator<{readonly line: string; readonly entry: Entry | MaskedEntry}> {
    for (let next = start; next < end;) {
      const count = Math.min(pageLength, end - next)
      const lines = (await this.text(`/v1/ledger/entries?start=${next}&count=${count}`, maxPageBytes)).split('\n')
      for (const line of lines.slice(0, -1)) {
        const json = parseJson(line)
        const parsed = json.ok ? parseSegmentEntry(json.value) : json
        if (!parsed.ok) throw new IssuerOutage(`what it shows as entry ${next} is none: ${parsed.reason}`)
        if (parsed.entry.seq !== next)
          throw new IssuerOutage(`it shows entry ${parsed.entry.seq} in the place of ${next}`)
        yield {line, entry: parsed.entry}
        next += 1
      }
      if (lines.length - 1 !== count)
        throw new IssuerOutage(`it does not show entry ${next}, which its checkpoint covers`)
    }
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
async function findFirst(desk: IssuerDesk, {from}: PackHead, size: number): Promise<number> {
  let first = 0
  for (let high = size; high - first > pageLength;) {
    const middle = Math.floor((first + high) / 2)
    const shown = await findShown(desk, middle, high)
    // Where all is masked nothing is known: then the entries are gone through one by one.
    if (shown === undefined) break
    if (isBefore(shown, from)) first = shown.seq
    else high = middle
  }
  for await (const {entry} of desk.entries(first, size)) {
    if (isMasked(entry)) continue
    if (!isBefore(entry, from)) break
    first = entry.seq
  }
  return first
}

const fewEntries = 50

async function findShown(desk: IssuerDesk, start: number, end: number): Promise<Entry | undefined> {
  for await (const {entry} of desk.entries(start, Math.min(start + fewEntries, end))) if (!isMasked(entry)) return entry
  return undefined
}

async function* readRecords(
  desk: IssuerDesk,
  head: PackHead,
  {first, size}: {readonly first: number; readonly size: number},
): AsyncGenerator<PackRecord> {
  for await (const {line, entry} of desk.entries(first, size)) {
    const isShown = !isMasked(entry)
    // What lies outside the period is there for its time alone.
    const isAsked = isShown && !isBefore(entry, head.from) && isBefore(entry, head.to)
    yield isAsked ? {line, ...(await readDocuments(desk, entry))} : {line, documents: {}, happened: []}
    if (isShown && !isBefore(entry, head.to)) return
  }
}

async function readDocuments(desk: IssuerDesk, entry: Entry): Promise<Omit<PackRecord, 'line'>> {
  const {event, subject, digests, seq} = entry
  switch (event) {
    case 'receipt.issued': {
      const [receipt, decided, happened] = await Promise.all([
        desk.json(`/v1/receipts/${subject}`),
        readDecision(desk, digests['decision'] ?? ''),
        readRevocations(desk, subject),
      ])
      return {documents: {receipt: canonicalJson(receipt), ...decided}, happened}
    }
    case 'decision.made':
      return {documents: await readDecision(desk, subject), happened: []}
    case 'receipt.revoked': {
      const revocation = (await readRevocations(desk, subject)).find((one) => one.entry.seq === seq)
      if (revocation === undefined) throw new IssuerOutage(`it does not show the revocation of ${subject}`)
      return {documents: {revocation: revocation.body}, happened: []}
    }
    case 'ledger.created':
    case 'receipt.redeemed':
    case 'deploy.started':
    case 'deploy.finished':
    case 'key.rotated':
      return {documents: {}, happened: []}
    default:
      return event satisfies never
  }
}

async function readDecision(
  desk: IssuerDesk,
  id: string,
): Promise<{readonly token: string; readonly evidence: string}> {
  const [token, evidence] = await Promise.all([
    desk.text(`/v1/decisions/${id}`),
    desk.text(`/v1/decisions/${id}/evidence`, maxEvidenceBytes),
  ])
  return {token, evidence}
}

/** Of what happened to a receipt its page shows the signed revocations whole. */
async function readRevocations(desk: IssuerDesk, receipt: string): Promise<readonly PackHappening[]> {
  const {happened} = await desk.json(`/r/${receipt}.json`)
  const items: readonly unknown[] = Array.isArray(happened) ? happened : []
  return items.flatMap((item) => {
    if (!isPlainObject(item) || item['event'] !== 'receipt.revoked' || !isPlainObject(item['revocation'])) return []
    const [seq, time] = [item['seq'], parseMicrosTime(item['at'])]
    if (typeof seq !== 'number' || time === undefined) return []
    return [{entry: {event: 'receipt.revoked' as const, seq, time}, body: canonicalJson(item['revocation'])}]
  })
}

async function readProof(
  desk: IssuerDesk,
  {seq, size}: {readonly seq: number; readonly size: number},
): Promise<readonly string[]> {
  const {proof} = await desk.json(`/v1/ledger/inclusion?seq=${seq}&size=${size}`)
  if (!Array.isArray(proof)) throw new IssuerOutage(`it does not prove entry ${seq}`)
  return proof as readonly string[]
}
