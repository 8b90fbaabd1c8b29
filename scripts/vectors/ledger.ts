/** Vectors of the ledger (formats §5): chain, checkpoint, inclusion and consistency over one small ledger. */
import {
  type Entry,
  type EntryBody,
  type EntryEvent,
  type Frontier,
  type MicrosTime,
  type ReadNode,
  appendLeaf,
  checkpointText,
  consistencyProof,
  emptyFrontier,
  firstPrev,
  frontierRoot,
  hashNode,
  inclusionProof,
  printCheckpoint,
  printVerifierKey,
  sealEntry,
} from '#protocol'
import {type SigningKey, makeSigningKey} from './keys.ts'

const origin = 'countersign.example/4w7k2m9q'
const receipt = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const decision = 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w'
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`

/** Event, subject and digests of each entry. */
const happened: readonly (readonly [EntryEvent, string, Readonly<Record<string, string>>])[] = [
  ['ledger.created', origin, {keys: digest('0')}],
  ['receipt.issued', receipt, {decision, token: digest('1'), evidence: digest('2'), receipt: digest('3')}],
  ['deploy.started', receipt, {run: digest('4')}],
  ['decision.made', decision.replace(/w$/, 'x'), {token: digest('5'), evidence: digest('6')}],
  ['deploy.finished', receipt, {run: digest('4')}],
  ['receipt.redeemed', receipt, {run: digest('4')}],
  ['receipt.revoked', receipt, {revocation: digest('7')}],
  ['key.rotated', origin, {keys: digest('8')}],
]

/** A small ledger with its key: everything that the cases are made of. */
export class SampleLedger {
  readonly #key = makeSigningKey()
  readonly entries: readonly Entry[]
  readonly ledgerKey = printVerifierKey(origin, this.#key.pin)

  constructor() {
    this.entries = chain(happened.map((one, seq) => bodyOf(one, seq)))
  }

  /** NDJSON of entries, some of them masked. */
  ndjson(entries: readonly Entry[] = this.entries, masked: readonly number[] = []): string {
    return entries
      .map((entry) => JSON.stringify(masked.includes(entry.seq) ? {seq: entry.seq, hash: entry.hash} : entry))
      .map((line) => `${line}\n`)
      .join('')
  }

  checkpoint(size: number, overrides: {readonly root?: string; readonly origin?: string} = {}): string {
    return signNote({origin, size, root: frontierRoot(frontier(this.entries.slice(0, size))), ...overrides}, this.#key)
  }

  readonly consistency = (from: number, to: number): readonly string[] => consistencyProof(this.#node, {from, to})
  readonly inclusion = (seq: number, size: number): readonly string[] => inclusionProof(this.#node, {seq, size})

  readonly #node: ReadNode = ({level, index}) =>
    level === 0
      ? (this.entries[index]?.hash ?? '')
      : hashNode(this.#node({level: level - 1, index: 2 * index}), this.#node({level: level - 1, index: 2 * index + 1}))
}

/** The key's name is the origin, whatever the text says: one case wants them to differ. */
function signNote(
  said: {readonly origin: string; readonly size: number; readonly root: string},
  key: SigningKey,
): string {
  const signature = key.signBytes(new TextEncoder().encode(checkpointText(said)))
  const note = printCheckpoint({...said, origin, publicKey: key.pin, signature})
  return note.replace(origin, said.origin)
}

function bodyOf([event, subject, digests]: (typeof happened)[number], seq: number): EntryBody {
  const time = `2026-04-02T14:30:0${seq}.000001Z` as MicrosTime
  return {type: 'countersign.entry/v1', ledger: origin, seq, prev: firstPrev, time, event, subject, digests}
}

/** Each one sealed anew and linked to the one before it. */
export function chain(bodies: readonly EntryBody[]): readonly Entry[] {
  const entries: Entry[] = []
  for (const body of bodies) entries.push(reseal({...body, prev: entries.at(-1)?.hash ?? body.prev}))
  return entries
}

/** With the hash of its content, whatever hash it had. */
export const reseal = (entry: EntryBody): Entry =>
  sealEntry(Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'hash')) as unknown as EntryBody)

const frontier = (entries: readonly Entry[]): Frontier =>
  entries.reduce((grown, {hash}) => appendLeaf(grown, hash), emptyFrontier)
