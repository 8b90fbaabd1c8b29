/** The ledger's checkpoint that came with the receipt: the more runs hold one, the less can be rewritten unseen. */
import type {CheckpointFinding, GateOutcome} from './ports.ts'

type Found = Pick<GateOutcome, 'answers' | 'examined'>

/** Anyone can put a note beside a receipt: of those that verify the largest is taken, and junk beside it is no alarm. */
export async function findCheckpoint({answers, examined}: Found, key: string | undefined): Promise<CheckpointFinding> {
  const notes = [...new Set(answers.flatMap(({answer}) => answer.checkpoints?.get(examined?.candidate) ?? []))]
  const [note] = notes
  if (note === undefined) return {kind: 'none'}
  if (key === undefined) return {kind: 'unverified', note}
  const {verifyCheckpoint} = await import('./verify-note.ts')
  let largest: {readonly note: string; readonly size: number} | undefined
  let reason: string | undefined
  for (const one of notes) {
    const result = verifyCheckpoint(one, key)
    if (!result.valid) reason ??= result.reason
    else if (largest === undefined || result.size > largest.size) largest = {note: one, size: result.size}
  }
  return largest === undefined ? {kind: 'refused', note, reason: reason ?? ''} : {kind: 'verified', note: largest.note}
}
