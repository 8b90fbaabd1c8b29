/**
 * How a part of a ledger is held against a checkpoint that covers far more: two inclusion proofs, of its first and of its
 * last entry. The hashes that lie left of the first are the tree before the part, those left of the last the tree up to
 * it; so every entry between the two must be the one that was signed, masked ones too.
 */
import {
  type Anchor,
  type Faulty,
  type Frontier,
  ShapeFault,
  appendLeaf,
  by,
  checkInclusion,
  faulty,
  frontierFromInclusion,
  frontierRoot,
  listOf,
  parseJson,
  readCheckpoint,
  readMembers,
} from '#protocol'

export interface EntryProof {
  readonly seq: number
  /** 64 hex digits. */
  readonly hash: string
  readonly proof: readonly string[]
}

/** `ledger/proofs.json`. */
export interface PackProofs {
  /** How many entries the checkpoint covers. */
  readonly size: number
  readonly first: EntryProof
  readonly last: EntryProof
}

export interface PackAnchor {
  readonly anchor: Anchor
  /** The checkpoint's size: a part that ends there reaches the ledger's signed end. */
  readonly size: number
}

const count = by(
  (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined),
  'a non-negative safe integer',
)
const hash = by(
  (value) => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : undefined),
  '64 lower-case hex digits',
)
const proofMembers = {seq: count, hash, proof: listOf(hash, {min: 0, max: 64})}
const readProof = (value: unknown, path: string): EntryProof => readMembers({value, path}, proofMembers)

export function parsePackProofs(text: string | Uint8Array): PackProofs | Faulty {
  const json = parseJson(text)
  if (!json.ok) return faulty('inclusion_malformed', json.reason)
  try {
    return readMembers({value: json.value, path: ''}, {size: count, first: readProof, last: readProof})
  } catch (fault) {
    if (fault instanceof ShapeFault) return faulty('inclusion_malformed', fault.message)
    throw fault
  }
}

/** Total. What a ChainWalk from the first to the last entry must be held against, or the first thing wrong. */
export function anchorSegment({size, first, last}: PackProofs, note: string, ledgerKey: string): PackAnchor | Faulty {
  const checkpoint = readCheckpoint(note, ledgerKey)
  if ('valid' in checkpoint) return checkpoint
  const {origin, root} = checkpoint
  if (size !== checkpoint.size) {
    return faulty('inclusion_mismatch', `it is for ${size} entries, and the checkpoint covers ${checkpoint.size}`)
  }
  for (const proven of [first, last]) {
    const fault = checkInclusion({...proven, size, root})
    if (fault !== undefined) return fault
  }
  if (!(first.seq <= last.seq)) return faulty('inclusion_malformed', 'the last entry stands before the first')
  const before: Frontier = {size: first.seq, nodes: frontierFromInclusion({...first, size})}
  const upToLast: Frontier = {size: last.seq, nodes: frontierFromInclusion({...last, size})}
  const whole = appendLeaf(upToLast, last.hash)
  return {
    anchor: {
      checkpoint: {origin, size: whole.size, root: frontierRoot(whole)},
      previous: before.size === 0 ? undefined : {origin, size: before.size, root: frontierRoot(before)},
      start: before.nodes,
    },
    size,
  }
}
