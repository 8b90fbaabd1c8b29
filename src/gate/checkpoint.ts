/** The ledger's checkpoint that came with the receipt: the more runs hold one, the less can be rewritten unseen. */
import type {CheckpointFinding, GateOutcome} from './ports.ts'

type Found = Pick<GateOutcome, 'answers' | 'examined'>

/** Anyone can put a note beside a receipt, so the first that verifies is taken, and else the first. */
export async function findCheckpoint({answers, examined}: Found, key: string | undefined): Promise<CheckpointFinding> {
  const notes = answers.flatMap(({answer}) => answer.checkpoints?.get(examined?.candidate) ?? [])
  const [note] = notes
  if (note === undefined) return {kind: 'none'}
  if (key === undefined) return {kind: 'unverified', note}
  const {verifyCheckpoint} = await import('./verify-note.ts')
  const verdicts = notes.map((one) => ({note: one, result: verifyCheckpoint(one, key)}))
  const held = verdicts.find(({result}) => result.valid)
  if (held !== undefined) return {kind: 'verified', note: held.note}
  const [reason = ''] = verdicts.flatMap(({result}) => (result.valid ? [] : [result.reason]))
  return {kind: 'refused', note, reason}
}
