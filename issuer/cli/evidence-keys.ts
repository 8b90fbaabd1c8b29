/** `countersign-issuer evidence-keys`: what an auditor needs to check the MACs of a period's evidence. */
import {existsSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {evidenceKey, hexToBytes} from '#protocol'
import {readEvidenceKeys} from '../api/export/evidence-keys.ts'
import {loadEvidenceSecret} from '../keys/issuer-keys.ts'
import {writeNewFile} from '../keys/key-file.ts'
import type {Secret} from '../keys/secret.ts'
import {type Period, readPeriod} from './period.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, type Registers, readKeyPlaces, withRegisters} from './registers.ts'

export const evidenceKeysUsage = [
  'countersign-issuer evidence-keys --from TIME --to TIME --out FILE [--repository OWNER/NAME]',
]

export async function runEvidenceKeys(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const text = {type: 'string'} as const
  const {values} = parseArgs({args: [...args], options: {from: text, to: text, out: text, repository: text}})
  const {period, problems} = readPeriod(values, 'file')
  if (period === undefined) return askedWrongly(evidenceKeysUsage, problems)
  const places = readKeyPlaces(tools.env)
  if ('problems' in places) return {code: 2, lines: places.problems}
  return await withRegisters(tools, async (store) => {
    const secret = loadEvidenceSecret(places)
    if (!secret.ok) return {code: 2, lines: [`COUNTERSIGN_EVIDENCE_SECRET: ${secret.fault}`]}
    return await writeKeys(period, {store, secret: secret.value})
  })
}

/** Nothing is written unless all of it is right. */
async function writeKeys(
  {out, ...period}: Period,
  {store, secret}: {readonly store: Registers; readonly secret: Secret},
): Promise<Printed> {
  if (existsSync(out)) return {code: 2, lines: [`--out: ${out} already exists: name a new file`]}
  const repositories = period.repository === null ? undefined : await store.kept.named(period.repository)
  const master = hexToBytes(secret.reveal())
  const read = await readEvidenceKeys({...period, repositories}, store, (organization, bundle) =>
    evidenceKey(master, organization, bundle),
  )
  if (!read.ok) {
    const problem = `this secret did not seal the evidence of ${read.fault}: give the one of that time`
    return {code: 2, lines: [`COUNTERSIGN_EVIDENCE_SECRET: ${problem}`]}
  }
  const lines = read.value
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
