/**
 * `countersign-issuer evidence-keys`: the keys that the evidence of a period was sealed with, for an auditor who is to check
 * it. Each is of one bundle (formats §4): no other key follows from it, nor the secret that they all come from.
 */
import {existsSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {bytesToHex, evidenceKey, hexToBytes, isInPeriod, openEvidence, verifyEvidence} from '#protocol'
import {findFrom} from '../export/store-source.ts'
import {loadEvidenceSecret} from '../keys/issuer-keys.ts'
import {writeNewFile} from '../keys/key-file.ts'
import type {Secret} from '../keys/secret.ts'
import type {KeptRecord} from '../store/sqlite/kept-records.ts'
import {readKeyPlaces} from './key-places.ts'
import {type Period, readPeriod} from './period.ts'
import type {Printed} from './printed.ts'
import {type RegisterTools, type Registers, withRegisters} from './registers.ts'

export const evidenceKeysUsage = [
  'countersign-issuer evidence-keys --from TIME --to TIME --out FILE [--repository OWNER/NAME]',
]

export async function runEvidenceKeys(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const text = {type: 'string'} as const
  const {values} = parseArgs({args: [...args], options: {from: text, to: text, out: text, repository: text}})
  const {period, problems} = readPeriod(values, 'file')
  if (period === undefined) return wrongly(problems)
  const places = readKeyPlaces(tools.env)
  if ('problems' in places) return {code: 2, lines: places.problems}
  return await withRegisters(tools, async (store) => {
    const secret = loadEvidenceSecret(places)
    if (!secret.ok) return {code: 2, lines: [`COUNTERSIGN_EVIDENCE_SECRET: ${secret.problem}`]}
    return await writeKeys(period, {store, secret: secret.value})
  })
}

interface Writing {
  readonly store: Registers
  readonly secret: Secret
}

/** Nothing is written unless all of it is right: a key that opens no bundle would only look like forged evidence. */
async function writeKeys({out, ...period}: Period, {store, secret}: Writing): Promise<Printed> {
  if (existsSync(out)) return {code: 2, lines: [`--out: ${out} is there already: name a file that is new`]}
  const lines: string[] = []
  for await (const {entry, evidence} of recordsOf(period, store)) {
    if (evidence === undefined) continue
    const line = printKey(evidence, secret)
    if (line === undefined) {
      const problem = `did not seal the evidence of entry ${entry.seq}, written at ${entry.time}`
      return {code: 2, lines: [`COUNTERSIGN_EVIDENCE_SECRET: this secret ${problem}: give the one of that time`]}
    }
    lines.push(line)
  }
  if (lines.length === 0) return {code: 1, lines: ['Nothing was decided there in this period: no file is written.']}
  writeNewFile(out, `${lines.join('\n')}\n`)
  return {
    code: 0,
    lines: [lines.length === 1 ? '1 key' : `${lines.length} keys`],
    notes: [
      `${out}: give it to nobody but the auditor, who checks a pack with it: countersign verify PACK --evidence-keys FILE`,
    ],
  }
}

/** `evd_… <64 hex>`; undefined when the bundle was sealed with another secret. */
function printKey(evidence: string, secret: Secret): string | undefined {
  const opened = openEvidence(evidence)
  if (!opened.valid) throw new Error(`a bundle of evidence cannot be read: ${opened.reason}`)
  const {id, organization} = opened.bundle
  const key = evidenceKey(hexToBytes(secret.reveal()), organization, id)
  return verifyEvidence(evidence, key).valid ? `${id} ${bytesToHex(key)}` : undefined
}

const pageLength = 100

async function* recordsOf(
  period: Omit<Period, 'out'>,
  {kept, entries}: Pick<Registers, 'kept' | 'entries'>,
): AsyncGenerator<KeptRecord> {
  const size = (await entries.last()).seq + 1
  const wanted = period.repository === null ? undefined : kept.named(period.repository)
  for (let next = await findFrom(entries, period.from, size); next < size; next += pageLength) {
    for (const record of kept.page(next, pageLength)) {
      if (!isInPeriod(record.entry, period)) return
      const {repositoryId} = record
      if (wanted === undefined || (repositoryId !== undefined && wanted.includes(repositoryId))) yield record
    }
  }
}

const wrongly = (problems: readonly string[]): Printed => ({
  code: 2,
  lines: [...problems, 'Usage:', ...evidenceKeysUsage.map((line) => `  ${line}`)],
})
