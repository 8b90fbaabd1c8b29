/** The keys that the evidence of a period was sealed with, each of one bundle (formats §4): no other key follows from it. */
import {type PackHead, isInPeriod} from '#pack'
import {type RepositoryId, type Result, bytesToHex, openEvidence, parseDecisionId, verifyEvidence} from '#protocol'
import type {EvidenceKeys} from '../../mint/mint-evidence.ts'
import type {Durable} from '../../model/durable.ts'
import {findFrom} from './store-source.ts'

export interface SealedPeriod extends Pick<PackHead, 'from' | 'to'> {
  /** Absent: of all. */
  readonly repositories?: readonly RepositoryId[] | undefined
}

const pageLength = 100

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
