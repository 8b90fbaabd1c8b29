/**
 * Whether a part of a ledger is whole: every hash, every link, and, with signed checkpoints, the very tree that was
 * signed (formats §5). A chain alone shows neither a cut tail nor a rewritten end; only a checkpoint does.
 */
import {type Faulty, faulty} from '../proof-faults.ts'
import {type Anchor, type ChainResult, ChainWalk} from './chain-walk.ts'
import {type Checkpoint, readCheckpoint} from './checkpoint.ts'
import {type Segment, SegmentReader} from './segment.ts'
import {type ConsistencyClaim, checkConsistency, frontierBefore} from './tree-proofs.ts'
import {readOptions} from '../verifier-options.ts'

export interface ChainOptions {
  /** A signed checkpoint that covers entries of the segment, with the verifier key to hold it against. */
  readonly checkpoint?: string
  readonly ledgerKey?: string
  /** An older checkpoint that was kept: the ledger must still begin with what it covers. */
  readonly previous?: string
  /** The consistency proof from `previous` to `checkpoint`: a segment may then begin where `previous` ends. */
  readonly proof?: readonly string[]
}

export type ChainVerdict = ChainResult | Faulty

/** Total. A promise when the segment is an async stream, and then memory does not grow with the ledger. */
export function verifyChain(segment: AsyncIterable<unknown>, options?: ChainOptions): Promise<ChainVerdict>
export function verifyChain(segment: Exclude<Segment, AsyncIterable<unknown>>, options?: ChainOptions): ChainVerdict
export function verifyChain(segment: Segment, options: ChainOptions = {}): ChainVerdict | Promise<ChainVerdict> {
  const anchor = tryReading(() => readAnchor(options), 'chain_options_invalid')
  if (anchor !== undefined && 'valid' in anchor) return isStream(segment) ? Promise.resolve(anchor) : anchor
  const walk = new ChainWalk(anchor)
  const reader = new SegmentReader((leaf) => walk.take(leaf))
  if (isStream(segment)) return readStream(segment, reader).then((fault) => fault ?? walk.end())
  return tryReading(() => readWhole(segment, reader), 'chain_unreadable') ?? walk.end()
}

function isStream(segment: unknown): segment is AsyncIterable<unknown> {
  try {
    return typeof segment === 'object' && segment !== null && Symbol.asyncIterator in segment
  } catch {
    return false
  }
}

async function readStream(stream: AsyncIterable<unknown>, reader: SegmentReader): Promise<Faulty | undefined> {
  try {
    for await (const piece of stream) {
      const fault = reader.readPiece(piece)
      if (fault !== undefined) return fault
    }
    return reader.end()
  } catch {
    return faulty('chain_unreadable', 'the stream failed before its end')
  }
}

function readWhole(segment: unknown, reader: SegmentReader): Faulty | undefined {
  if (Array.isArray(segment)) return reader.readArray(segment)
  if (typeof segment === 'string' || segment instanceof Uint8Array) return reader.readPiece(segment) ?? reader.end()
  return faulty('chain_unreadable', 'give an array of entries, NDJSON as text or bytes, or an async stream of either')
}

/** Objects from outside may throw wherever they are looked at. */
function tryReading<T>(read: () => T, code: 'chain_options_invalid' | 'chain_unreadable'): T | Faulty {
  try {
    return read()
  } catch {
    return faulty(code, 'looking at it throws')
  }
}

const optionNames = ['checkpoint', 'ledgerKey', 'previous', 'proof'] as const satisfies (keyof ChainOptions)[]

/** Undefined when no checkpoint was given: then nothing is anchored. */
function readAnchor(options: unknown): Anchor | Faulty | undefined {
  const read = readOptions(options, optionNames)
  if (!read.ok) return optionFault(read.fault.join('; '))
  const {checkpoint: note, ledgerKey, previous, proof} = read.value
  if ((note === undefined) !== (ledgerKey === undefined)) return optionFault('checkpoint and ledgerKey need each other')
  if (previous !== undefined && note === undefined) return optionFault('previous needs a newer checkpoint beside it')
  if (proof !== undefined && previous === undefined) return optionFault('proof needs the previous checkpoint')
  if (note === undefined) return undefined
  const checkpoint = readCheckpoint(note, ledgerKey)
  if ('valid' in checkpoint || previous === undefined) return 'valid' in checkpoint ? checkpoint : {checkpoint}
  const older = readCheckpoint(previous, ledgerKey)
  return 'valid' in older ? older : joinCheckpoints(older, checkpoint, proof)
}

const optionFault = (detail: string): Faulty => faulty('chain_options_invalid', detail)

/** Two checkpoints as one anchor, when the newer can be a later state of the ledger that the older is of. */
function joinCheckpoints(previous: Checkpoint, checkpoint: Checkpoint, proof: unknown): Anchor | Faulty {
  const conflict = findConflict(previous, checkpoint)
  if (conflict !== undefined) return conflict
  if (proof === undefined) return {checkpoint, previous}
  const claim = claimConsistency(previous, checkpoint, proof)
  return checkConsistency(claim) ?? {checkpoint, previous, start: frontierBefore(claim)}
}

/** The claim that a proof of any form is to show; checkConsistency looks at the form. */
export const claimConsistency = (previous: Checkpoint, checkpoint: Checkpoint, proof: unknown): ConsistencyClaim => ({
  from: previous.size,
  to: checkpoint.size,
  fromRoot: previous.root,
  toRoot: checkpoint.root,
  // Copied, so that what is checked is what is used.
  proof: (Array.isArray(proof) ? Array.from<unknown>(proof) : proof) as readonly string[],
})

/** What two checkpoints of one ledger can never say: whoever sees it holds the evidence in two signed notes. */
export function findConflict(previous: Checkpoint, checkpoint: Checkpoint): Faulty | undefined {
  if (previous.size > checkpoint.size) {
    return faulty(
      'checkpoint_backwards',
      `${previous.size} entries in the previous one, ${checkpoint.size} in the newer`,
    )
  }
  return previous.size === checkpoint.size && previous.root !== checkpoint.root
    ? faulty('checkpoint_conflict', `two roots are signed for ${checkpoint.size} entries; keep both notes`)
    : undefined
}
