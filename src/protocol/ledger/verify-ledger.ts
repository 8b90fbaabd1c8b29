/** The ledger's part of `verify.*`, for whoever holds signed checkpoints and no copy of the ledger. */
import {type Faulty, faulty} from '../proof-faults.ts'
import {readOptions} from '../verifier-options.ts'
import {claimConsistency, findConflict} from './chain.ts'
import {type Checkpoint, readCheckpoint} from './checkpoint.ts'
import {LineReader} from './read-line.ts'
import {checkConsistency, checkInclusion} from './tree-proofs.ts'

export type CheckpointResult = {readonly valid: true} & Checkpoint

/** Whether `ledgerKey`, a C2SP verifier key, signed this note, and what it says. Total. */
export function verifyCheckpoint(note: string, ledgerKey: string): CheckpointResult | Faulty {
  const checkpoint = readCheckpoint(note, ledgerKey)
  return 'valid' in checkpoint ? checkpoint : {valid: true, ...checkpoint}
}

export interface InclusionOptions {
  /** The signed checkpoint of the size that the proof is for. */
  readonly checkpoint: string
  readonly ledgerKey: string
  readonly proof: readonly string[]
}

export interface InclusionResult {
  readonly valid: true
  readonly seq: number
  /** 64 hex digits; computed from the content of a whole entry. */
  readonly hash: string
  /** The size of the ledger that it is in. */
  readonly size: number
}

/** Whether an entry (an object, or its JSON text) is in the ledger that a checkpoint covers. Total. */
export function verifyInclusion(entry: unknown, options: InclusionOptions): InclusionResult | Faulty {
  return totally('inclusion_malformed', () => {
    const {checkpoint: note, ledgerKey, proof} = readAll(options, ['checkpoint', 'ledgerKey', 'proof'])
    const checkpoint = readCheckpoint(note, ledgerKey)
    if ('valid' in checkpoint) return checkpoint
    const reader = new LineReader()
    const leaf = typeof entry === 'string' ? reader.readLine(entry) : reader.readValue(entry)
    if ('valid' in leaf) return leaf
    const {seq, hash, shown} = leaf
    if (shown !== undefined && shown.ledger !== checkpoint.origin) {
      return faulty('inclusion_mismatch', `the entry is of ${shown.ledger}, the checkpoint of ${checkpoint.origin}`)
    }
    const {size, root} = checkpoint
    const copied = (Array.isArray(proof) ? Array.from<unknown>(proof) : proof) as readonly string[]
    return checkInclusion({seq, size, hash, root, proof: copied}) ?? {valid: true, seq, hash, size}
  })
}

export interface ConsistencyOptions {
  /** The older signed checkpoint. */
  readonly previous: string
  /** The newer one, of the same ledger. */
  readonly checkpoint: string
  readonly ledgerKey: string
  readonly proof: readonly string[]
}

export interface ConsistencyResult {
  readonly valid: true
  readonly from: number
  readonly to: number
}

/** Whether the ledger of the newer checkpoint begins with all of the older one's, unchanged. Total. */
export function verifyConsistency(options: ConsistencyOptions): ConsistencyResult | Faulty {
  return totally('consistency_malformed', () => {
    const {previous, checkpoint: note, ledgerKey, proof} = readAll(options, consistencyNames)
    const older = readCheckpoint(previous, ledgerKey)
    if ('valid' in older) return older
    const newer = readCheckpoint(note, ledgerKey)
    if ('valid' in newer) return newer
    return (
      findConflict(older, newer) ??
      checkConsistency(claimConsistency(older, newer, proof)) ?? {valid: true, from: older.size, to: newer.size}
    )
  })
}

const consistencyNames = ['previous', 'checkpoint', 'ledgerKey', 'proof'] as const

class OptionFault extends Error {}

/** Exactly the named members, all of them. */
function readAll<Name extends string>(options: unknown, names: readonly Name[]): Readonly<Record<Name, unknown>> {
  const read = readOptions(options, names)
  if (!read.ok) throw new OptionFault(read.fault.join('; '))
  const missing = names.find((name) => read.value[name] === undefined)
  if (missing !== undefined) throw new OptionFault(`${missing} is missing`)
  return read.value as Readonly<Record<Name, unknown>>
}

/** Objects from outside may throw wherever they are looked at. */
function totally<T>(code: 'inclusion_malformed' | 'consistency_malformed', verify: () => T | Faulty): T | Faulty {
  try {
    return verify()
  } catch (fault) {
    return faulty(code, fault instanceof OptionFault ? fault.message : 'looking at it throws')
  }
}
