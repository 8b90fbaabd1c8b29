/** What check runs carry: receipts, revocations, and the ledger's checkpoints beside them. All of it anybody's words. */
import {maxReceiptBytes, parseJson, parseReceipt} from '#protocol'
import type {SourceAnswer} from '../../gate/ports.ts'

export interface CheckRun {
  readonly text: string
  readonly summary: string
}

const maxCandidates = 50
/** The newest check run carries the revocations of those before it, which GitHub does not list any more. */
const maxRevocations = 60

/** Junk is counted and costs no candidate, so a hundred false check runs do not hide the right one behind them. */
export function readCheckRuns(runs: readonly CheckRun[]): SourceAnswer {
  const checkpoints = new Map<string, string[]>()
  const revocations = new Set<string>()
  let unread: string | undefined
  let skipped = 0
  for (const {text, summary} of runs) {
    const blocks = readFencedBlocks(text)
    const revoked = blocks.filter(isRevocationForm)
    for (const one of revoked.slice(0, maxRevocations)) revocations.add(one)
    if (revoked.length > maxRevocations) unread = `a check run holds more than ${maxRevocations} of them`
    const receipt = readOnlyBlock(blocks.filter((block) => !isRevocationForm(block)))
    if (receipt === undefined || !isReceiptForm(receipt)) skipped += revoked.length > 0 ? 0 : 1
    else checkpoints.set(receipt, [...(checkpoints.get(receipt) ?? []), ...readNote(summary)])
  }
  return {
    candidates: [...checkpoints.keys()].slice(0, maxCandidates),
    cut: checkpoints.size > maxCandidates ? `it holds more than ${maxCandidates} receipts` : undefined,
    revocations: [...revocations],
    unread,
    checkpoints,
    skipped,
  }
}

/** The content of the one fenced block; undefined for none, for two, and for one that is too long to be a receipt. */
export const readFencedBlock = (text: string): string | undefined => readOnlyBlock(readFencedBlocks(text))

function readOnlyBlock([block, ...more]: readonly string[]): string | undefined {
  return more.length === 0 && block !== undefined && block.length <= maxReceiptBytes ? block : undefined
}

/** In order; none where a fence has no end. */
function readFencedBlocks(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  const fences = lines.flatMap((line, i) => (/^```[a-z]*$/.test(line.trimEnd()) ? [i] : []))
  if (fences.length % 2 !== 0) return []
  return fences.flatMap((at, i) => (i % 2 === 0 ? [lines.slice(at + 1, fences[i + 1]).join('\n')] : []))
}

/** Form alone: whether it holds is the gate's to decide. */
function isReceiptForm(text: string): boolean {
  const json = parseJson(text)
  return json.ok && parseReceipt(json.value).ok
}

/** At a glance: whoever verifies it reads it whole. */
const isRevocationForm = (text: string): boolean =>
  text.length <= maxReceiptBytes && text.includes('"countersign.revocation/v1"')

const maxNoteLength = 1024
/** No character in it means anything to Markdown inside a fence. The issuer's fence has lost the last line's end. */
const notePattern = /^(?:[ !-_a-~]{1,400}\n){3}\n(?:\u2014 [!-_a-~]{1,300} [A-Za-z0-9+/=]{1,200}(?:\n|$)){1,4}$/u

/** A signed note, by its form. */
function readNote(summary: string): readonly string[] {
  const block = readFencedBlock(summary)
  return block !== undefined && block.length <= maxNoteLength && notePattern.test(block) ? [`${block}\n`] : []
}
