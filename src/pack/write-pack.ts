/** Writes a pack in one walk along the ledger: what a source gives is appended to files as it comes, and nothing is kept. */
import {
  type Entry,
  type EvidenceBundle,
  type Receipt,
  canonicalJson,
  digestOf,
  isMasked,
  parseEvidence,
  parseJson,
  parseKeySet,
  parseReceipt,
  parseSegmentEntry,
  printVerifierKey,
  redact,
} from '#protocol'
import {type Cell, printRow} from './csv.ts'
import {indexColumns, indexRow} from './index-row.ts'
import {readClaims} from './judge-document.ts'
import {
  type DocumentKind,
  type PackFile,
  type PackHead,
  documentsOf,
  happeningName,
  isInPeriod,
  manifestEnd,
  packPaths,
  parseHappeningName,
  policyPath,
  printPackFile,
  printPackHead,
} from './pack.ts'
import {PageWriter} from './page-writer.ts'
import type {PageAssets} from './page.ts'
import type {EntryProof, PackProofs} from './segment-anchor.ts'

/** What happened to a receipt later: its entry, and the document that the entry names. */
export interface PackHappening {
  readonly entry: Pick<Entry, 'event' | 'seq' | 'time'>
  readonly body: string
}

export interface PackRecord {
  /** The entry in its canonical form, or masked. */
  readonly line: string
  readonly documents: Readonly<Partial<Record<DocumentKind, string>>>
  /** The canonical text of the policy that decided. */
  readonly policy?: string | undefined
  /** To the receipt of this entry; empty for entries of other kinds. */
  readonly happened: readonly PackHappening[]
}

/** Where a pack comes from: a store, or an issuer that is asked. */
export interface PackSource {
  /** The signed note, and how many entries it covers. */
  readonly checkpoint: string
  readonly size: number
  readonly keySet: string
  readonly jwks: string
  /** In order, from the last entry before the period to the first one after it, as far as there are such. */
  readonly records: () => AsyncIterable<PackRecord>
  /** The proof that an entry is in the checkpoint's tree. */
  readonly prove: (seq: number) => Promise<readonly string[]>
}

/** A folder that was empty. Every file is written to its end before the next, but for those that grow with the pack. */
export interface PackSink {
  readonly append: (path: string, text: string) => Promise<void>
  /** Of all that was appended to it. */
  readonly digest: (path: string) => Promise<Omit<PackFile, 'path'>>
}

export interface PackOrder {
  readonly head: PackHead
  readonly assets: PageAssets
  /** Told after each entry. */
  readonly onEntry?: (written: number) => void
}

export interface WrittenPack {
  readonly entries: number
  readonly decisions: number
  readonly files: number
}

/** Throws when the source lacks a document that an entry names. */
export async function writePack(source: PackSource, sink: PackSink, order: PackOrder): Promise<WrittenPack> {
  const writer = new PackWriter(sink, order)
  await writer.begin(source)
  for await (const record of source.records()) await writer.add(record)
  return await writer.end(source)
}

class PackWriter {
  readonly #sink: PackSink
  readonly #order: PackOrder
  readonly #page: PageWriter
  readonly #policies = new Set<string>()
  #files = 0
  #entries = 0
  #decisions = 0
  #size = 0
  #first: Omit<EntryProof, 'proof'> | undefined
  #last: Omit<EntryProof, 'proof'> | undefined

  constructor(sink: PackSink, order: PackOrder) {
    this.#sink = sink
    this.#order = order
    this.#page = new PageWriter(sink, order)
  }

  async begin({keySet, jwks, checkpoint, size}: PackSource): Promise<void> {
    this.#size = size
    await this.#sink.append(packPaths.manifest, `${printPackHead(this.#order.head)}\n`)
    await this.#sink.append(packPaths.index, `${printRow(indexColumns)}\r\n`)
    await this.#page.begin()
    await this.#put(packPaths.keySet, keySet)
    await this.#put(packPaths.jwks, jwks)
    await this.#put(packPaths.checkpoint, checkpoint)
  }

  async add(record: PackRecord): Promise<void> {
    const {line} = record
    const {seq, hash, entry} = readLine(line)
    this.#first ??= {seq, hash}
    this.#last = {seq, hash}
    this.#entries += 1
    await this.#sink.append(packPaths.entries, `${line}\n`)
    const isShown = entry !== undefined && isInPeriod(entry, this.#order.head)
    const files = isShown ? this.#filesOf(entry, record) : {}
    for (const [path, text] of Object.entries(files)) await this.#put(path, text)
    const row = isShown ? this.#rowOf(entry, record) : undefined
    if (row !== undefined) {
      this.#decisions += 1
      await this.#sink.append(packPaths.index, `${printRow(row)}\r\n`)
    }
    await this.#page.add({line, files, row})
    this.#order.onEntry?.(this.#entries)
  }

  async end({checkpoint, size, keySet, prove}: PackSource): Promise<WrittenPack> {
    const [first, last] = [this.#first, this.#last]
    if (first === undefined || last === undefined) throw new Error('the ledger has no entry')
    const proofs: PackProofs = {
      size,
      first: {...first, proof: await prove(first.seq)},
      last: {...last, proof: await prove(last.seq)},
    }
    await this.#put(packPaths.proofs, canonicalJson(proofs))
    await this.#page.end({
      pack: {head: this.#order.head, checkpoint, proofs, ...keysOf(keySet, checkpoint)},
      totals: {entries: this.#entries, decisions: this.#decisions},
    })
    for (const path of [packPaths.entries, packPaths.index, packPaths.page]) {
      await this.#list({path, ...(await this.#sink.digest(path))})
    }
    // From here the pack is whole: one that was cut off before has a manifest without an end.
    await this.#sink.append(packPaths.manifest, `\n${manifestEnd}\n`)
    return {entries: this.#entries, decisions: this.#decisions, files: this.#files + 1}
  }

  /** By their paths, in the order of the manifest. */
  #filesOf(entry: Entry, {documents, policy}: PackRecord): Readonly<Record<string, string>> {
    const {redacted} = this.#order.head
    const files: Record<string, string> = {}
    for (const {kind, path} of documentsOf(entry)) {
      const text = documents[kind]
      if (text === undefined) {
        throw new Error(`entry ${entry.seq} of the ledger names a document that is not there: ${path}`)
      }
      files[path] = kind === 'evidence' ? redactText(text, redacted) : text
    }
    if (policy === undefined) return files
    const path = policyPath(digestOf(policy))
    if (!this.#policies.has(path)) files[path] = policy
    this.#policies.add(path)
    return files
  }

  /** As a verifier will work it out. */
  #rowOf(entry: Entry, {documents, happened}: PackRecord): readonly Cell[] | undefined {
    if (entry.event !== 'receipt.issued' && entry.event !== 'decision.made') return undefined
    return indexRow({
      entry,
      receipt: documents.receipt === undefined ? undefined : readReceipt(documents.receipt),
      claims: documents.token === undefined ? undefined : readClaims(documents.token),
      happened: happened.flatMap((one) => {
        // What no signature covers yet is not in the pack.
        const isNamed = one.entry.seq < this.#size && isInPeriod(one.entry, this.#order.head)
        const file = isNamed ? parseHappeningName(happeningName(one.entry)) : undefined
        return file === undefined ? [] : [{...file, body: one.body}]
      }),
    })
  }

  async #put(path: string, text: string): Promise<void> {
    await this.#sink.append(path, text)
    const bytes = new TextEncoder().encode(text)
    await this.#list({path, sha256: digestOf(bytes).slice('sha256:'.length), size: bytes.length})
  }

  async #list(file: PackFile): Promise<void> {
    const separator = this.#files === 0 ? '' : ',\n'
    this.#files += 1
    await this.#sink.append(packPaths.manifest, `${separator}${printPackFile(file)}`)
  }
}

function readLine(line: string): {readonly seq: number; readonly hash: string; readonly entry: Entry | undefined} {
  const json = parseJson(line)
  const parsed = json.ok ? parseSegmentEntry(json.value) : {ok: false as const, fault: json.reason}
  if (!parsed.ok) throw new Error(`an entry of the ledger cannot be read: ${parsed.fault}`)
  const entry = parsed.value
  return {seq: entry.seq, hash: entry.hash, entry: isMasked(entry) ? undefined : entry}
}

function readReceipt(text: string): Receipt | undefined {
  const json = parseJson(text)
  const parsed = json.ok ? parseReceipt(json.value) : undefined
  return parsed?.ok === true ? parsed.value : undefined
}

function redactText(text: string, names: PackHead['redacted']): string {
  if (names.length === 0) return text
  const json = parseJson(text)
  const parsed = json.ok ? parseEvidence(json.value) : json
  if (!parsed.ok) throw new Error(`a bundle of evidence cannot be read: ${parsed.reason}`)
  return canonicalJson(redact(parsed.bundle satisfies EvidenceBundle, names))
}

/** What the page starts with: the keys that the issuer itself shows. */
function keysOf(keySet: string, checkpoint: string): {readonly pins: string; readonly ledgerKey: string} {
  const json = parseJson(keySet)
  const set = json.ok ? parseKeySet(json.value) : {ok: false as const, fault: json.reason}
  if (!set.ok) throw new Error(`the key set of the issuer cannot be read: ${set.fault}`)
  const keys = set.value.keys
  const ledger = keys.find(({use}) => use === 'ledger')?.publicKey
  const receipts = keys.filter(({use, status}) => use === 'receipt' && status !== 'revoked')
  return {
    pins: receipts.map(({publicKey}) => publicKey).join('\n'),
    ledgerKey: ledger === undefined ? '' : printVerifierKey(checkpoint.split('\n', 1)[0] ?? '', ledger),
  }
}
