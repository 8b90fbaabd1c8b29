/**
 * What is exported out of the issuer's own store, a page at a time whatever the length of the period: a pack's source, and
 * the keys that its evidence was sealed with, each of one bundle (formats §4): no other key follows from it.
 */
import {type PackHappening, type PackHead, type PackRecord, type PackSource, isInPeriod} from '#pack'
import {
  type Entry,
  type RepositoryId,
  type Result,
  bytesToHex,
  canonicalJson,
  openEvidence,
  parseDecisionId,
  parseReceiptId,
  verifyEvidence,
} from '#protocol'
import type {EvidenceKeys} from '../../mint/mint-evidence.ts'
import type {Durable} from '../../model/durable.ts'
import type {RecordReader} from '../../model/lookups.ts'
import type {EntryReader, KeptRecord} from '../../model/readers.ts'
import {findFirstAt} from '../../store/find-first.ts'
import {readInclusion} from '../../store/read-proofs.ts'

type ExportedStore = Pick<Durable, 'kept' | 'entries' | 'records' | 'ledger' | 'checkpoints'>

interface PublishedKeys {
  readonly keySet: string
  readonly jwks: string
}

const pageLength = 100

/** Undefined while no checkpoint is signed: what no signature covers is not exported. */
export async function openStoreSource(
  store: ExportedStore,
  head: PackHead,
  keys: PublishedKeys,
): Promise<(PackSource & {readonly length: number}) | undefined> {
  const checkpoint = await store.checkpoints.newest()
  if (checkpoint === undefined) return undefined
  const {note, size} = checkpoint
  // One before the period and one after it: with them everybody sees that nothing of it was left out.
  const first = Math.max(0, (await findFrom(store.entries, head.from, size)) - 1)
  const end = Math.min(size, (await findFrom(store.entries, head.to, size)) + 1)
  return {
    ...keys,
    checkpoint: note,
    size,
    length: end - first,
    records: () => readRecords(store, head, {first, end}),
    prove: async (seq) => (await readInclusion(store.ledger, {seq, size})).proof,
  }
}

const findFrom = async (entries: EntryReader, time: PackHead['from'], size: number): Promise<number> =>
  await findFirstAt(time, size, async (seq) => {
    const [entry] = await entries.entries(seq, 1)
    if (entry === undefined) throw new Error(`the ledger has no entry ${seq}, and its checkpoint covers it`)
    return entry.time
  })

async function* readRecords(
  {kept, records}: ExportedStore,
  {repository}: PackHead,
  {first, end}: {readonly first: number; readonly end: number},
): AsyncGenerator<PackRecord> {
  const wanted = repository === null ? undefined : await kept.named(repository)
  for (let next = first; next < end; next += pageLength) {
    for (const record of await kept.page(next, Math.min(pageLength, end - next))) {
      const {entry, repositoryId} = record
      // The ledger's own entries are of no repository, and belong to everybody.
      const isOfOthers = wanted !== undefined && repositoryId !== undefined && !wanted.includes(repositoryId)
      if (isOfOthers) yield {line: canonicalJson({seq: entry.seq, hash: entry.hash}), documents: {}, happened: []}
      else yield {...packRecord(record), happened: await happenedTo(entry, records)}
    }
  }
}

function packRecord({entry, receipt, token, evidence, policy, body}: KeptRecord): Omit<PackRecord, 'happened'> {
  const documents = {
    ...(receipt === undefined ? {} : {receipt}),
    ...(token === undefined ? {} : {token}),
    ...(evidence === undefined ? {} : {evidence}),
    ...(body === undefined ? {} : {[kindOf(entry)]: body}),
  }
  return {line: canonicalJson(entry), documents, policy}
}

const kindOf = ({event}: Entry): 'revocation' | 'keys' | 'run' =>
  event === 'receipt.revoked' ? 'revocation' : event === 'key.rotated' ? 'keys' : 'run'

async function happenedTo({event, subject}: Entry, records: RecordReader): Promise<readonly PackHappening[]> {
  const receipt = event === 'receipt.issued' ? parseReceiptId(subject) : undefined
  return receipt === undefined ? [] : await records.events(receipt)
}

export interface SealedPeriod extends Pick<PackHead, 'from' | 'to'> {
  /** Absent: of all. */
  readonly repositories?: readonly RepositoryId[] | undefined
}

/** `evd_… <64 hex>` a bundle; or which one these keys did not seal: a wrong key would only look like forged evidence. */
export async function readEvidenceKeys(
  period: SealedPeriod,
  {entries, records}: Pick<Durable, 'entries' | 'records'>,
  keys: EvidenceKeys,
): Promise<Result<readonly string[], string>> {
  const lines: string[] = []
  const size = (await entries.last()).seq + 1
  for (let next = await findFrom(entries, period.from, size); next < size; next += pageLength) {
    for (const entry of await entries.entries(next, pageLength)) {
      if (!isInPeriod(entry, period)) return {ok: true, value: lines}
      // Its own id where it is no receipt's (mint-record.ts).
      const id = parseDecisionId(entry.digests['decision'] ?? entry.subject)
      const found = id && (await records.decision(id))
      if (found === undefined || period.repositories?.includes(found.scope.repositoryId) === false) continue
      const line = printKey(found.evidence, keys)
      if (line === undefined) return {ok: false, fault: `entry ${entry.seq}, written at ${entry.time}`}
      lines.push(line)
    }
  }
  return {ok: true, value: lines}
}

function printKey(evidence: string, keys: EvidenceKeys): string | undefined {
  const opened = openEvidence(evidence)
  if (!opened.valid) throw new Error(`a bundle of evidence cannot be read: ${opened.reason}`)
  const {id, organization} = opened.bundle
  const key = keys(organization, id)
  return verifyEvidence(evidence, key).valid ? `${id} ${bytesToHex(key)}` : undefined
}
