/**
 * A pack as files -> everything that is wrong with it, and what was looked at. Files against the manifest, entries against
 * the signed checkpoint, documents against their entries, the index against the documents. Held in memory are the names of
 * the files and, by digest, what happened to each receipt: a few hundred bytes a decision, whatever its documents weigh.
 */
import {narrowPins, readKeySet, readTokenKeys} from '#protocol'
import {type Watcher, checkManifest} from './check-manifest.ts'
import {printRow} from './csv.ts'
import type {PackFiles} from './files.ts'
import {Happenings} from './happenings.ts'
import {indexColumns} from './index-row.ts'
import type {PackKeys} from './judge-document.ts'
import {type PackHead, packPaths} from './pack.ts'
import {PackNames} from './names.ts'
import {faultOf, packFault} from './pack-faults.ts'
import {PackWalk, type WalkEnd, type WalkOrder} from './pack-walk.ts'
import {anchorSegment, parsePackProofs} from './segment-anchor.ts'
import type {PackTally} from './tally.ts'

export interface FolderQuestion {
  readonly keys: Omit<PackKeys, 'tokens'>
  /** Undefined: those of the pack. */
  readonly tokens: PackKeys['tokens']
  /** Undefined: the entries are held against no checkpoint. */
  readonly ledgerKey: string | undefined
}

export interface JudgedFolder {
  readonly head: PackHead | undefined
  readonly tally: PackTally | undefined
  readonly end: WalkEnd | undefined
  readonly files: number
}

export async function judgeFolder(given: PackFiles, question: FolderQuestion, watcher: Watcher): Promise<JudgedFolder> {
  const names = new PackNames()
  for await (const {path, isFile} of given.paths()) {
    if (isFile) names.find(path)
    else watcher.onFault(packFault(path, 'pack_file_added', 'it is a link, or no file at all'))
  }
  const folder = withinNames(given, names)
  const {head, files} = await checkManifest({folder, names}, watcher)
  if (head === undefined) return {head, files, tally: undefined, end: undefined}
  const happenings = new Happenings(head)
  for await (const line of folder.lines(packPaths.entries)) happenings.add(line)
  const onName = (path: string): void => names.name(path)
  const order: WalkOrder = {...readOrder(folder, question, watcher), head, happenings, onName}
  const walk = new PackWalk(order)
  await followIndex(folder, walk, watcher)
  const end = walk.end()
  for (const fault of [...end.faults, ...names.strangers()]) watcher.onFault(fault)
  return {head, files, tally: walk.tally, end}
}

/** What lies behind a link is not looked at. */
const withinNames = (folder: PackFiles, names: PackNames): PackFiles => ({
  read: (path) => (names.has(path) ? folder.read(path) : undefined),
  digest: (path) => (names.has(path) ? folder.digest(path) : Promise.resolve(undefined)),
  lines: (path) => (names.has(path) ? folder.lines(path) : noLines()),
  paths: () => folder.paths(),
})

async function* noLines(): AsyncGenerator<string> {
  // There are none.
}

/** What the walk needs of the pack's fixed files. One that is missing was named with the manifest. */
function readOrder(
  folder: PackFiles,
  question: FolderQuestion,
  {onFault}: Watcher,
): Omit<WalkOrder, 'head' | 'happenings' | 'onName'> {
  const proofs = parsePackProofs(folder.read(packPaths.proofs) ?? '')
  if ('valid' in proofs) onFault(faultOf(packPaths.proofs, proofs))
  const anchored = readAnchor(folder, question.ledgerKey)
  if (anchored !== undefined && 'valid' in anchored) onFault(faultOf(packPaths.checkpoint, anchored))
  const anchor = anchored === undefined || 'valid' in anchored ? undefined : anchored.anchor
  const tokens = question.tokens ?? readJwks(folder, onFault)
  return {
    keys: {...question.keys, receipts: narrowedPins(folder, question.keys.receipts), tokens},
    documents: {read: (path) => Promise.resolve(folder.read(path) ?? 'absent')},
    anchor,
    size: 'valid' in proofs ? NaN : proofs.size,
  }
}

function readAnchor(folder: PackFiles, ledgerKey: string | undefined): ReturnType<typeof anchorSegment> | undefined {
  const proofs = parsePackProofs(folder.read(packPaths.proofs) ?? '')
  if (ledgerKey === undefined || 'valid' in proofs) return undefined
  const note = new TextDecoder('utf-8', {ignoreBOM: true}).decode(folder.read(packPaths.checkpoint))
  return anchorSegment(proofs, note, ledgerKey)
}

/** A key set that a pinned key signed may take trust from the pins, and never gives any. */
function narrowedPins(folder: PackFiles, pins: PackKeys['receipts']): PackKeys['receipts'] {
  const set = readKeySet(folder.read(packPaths.keySet) ?? '', pins)
  return set.ok ? narrowPins(pins, set.value) : pins
}

function readJwks(folder: PackFiles, onFault: Watcher['onFault']): PackKeys['tokens'] {
  const keys = readTokenKeys(new TextDecoder().decode(folder.read(packPaths.jwks)))
  if (keys.ok) return keys.value
  onFault(packFault(packPaths.jwks, 'pack_document_malformed', keys.fault))
  return undefined
}

/** The entries, and beside them the index: each decision's row must be the next line of it. */
async function followIndex(folder: PackFiles, walk: PackWalk, {onFault, onStep}: Watcher): Promise<void> {
  const index = new IndexReader(folder.lines(packPaths.index), onFault)
  await index.expect(printRow(indexColumns), 'its first line')
  for await (const line of folder.lines(packPaths.entries)) {
    const {faults, row, isDecision} = await walk.take(line)
    for (const fault of faults) onFault(fault)
    if (row !== undefined) await index.expect(printRow(row), `the row of entry ${row[0] ?? ''}`)
    // A decision that does not hold has a row too, and nothing to hold it against.
    else if (isDecision) await index.skip()
    onStep(`entry ${walk.tally.entries}`)
  }
  await index.expect(undefined, 'it has more rows than there are decisions')
}

/** Lines of the index, as long as they are what they must be: after one that is not, no other is known to belong. */
class IndexReader {
  readonly #lines: AsyncIterator<string, unknown>
  readonly #onFault: Watcher['onFault']
  #isLost = false

  constructor(lines: AsyncIterable<string>, onFault: Watcher['onFault']) {
    this.#lines = lines[Symbol.asyncIterator]()
    this.#onFault = onFault
  }

  async expect(row: string | undefined, where: string): Promise<void> {
    const next = this.#isLost ? undefined : await this.#lines.next()
    if (next === undefined || (next.done === true ? undefined : next.value) === row) return
    this.#isLost = true
    this.#onFault(packFault(packPaths.index, 'pack_index_mismatch', where))
  }

  async skip(): Promise<void> {
    await this.#lines.next()
  }
}
