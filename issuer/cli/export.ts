/**
 * What commands about a period write. `countersign-issuer export`: what was decided in it, as a folder that verifies
 * without the issuer. `countersign-issuer evidence-keys`: what an auditor needs to check the MACs of its evidence.
 */
import {existsSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {
  type RepositoryName,
  type Result,
  type SecondsTime,
  canonicalJson,
  evidenceKey,
  hexToBytes,
  parseDayOrMoment,
  parseRepositoryName,
} from '#protocol'
import {type PackHead, parseSectionNames, writePack} from '#pack'
import {pageAssets} from '#pack/page'
import {openFolderSink} from '../api/export/folder-sink.ts'
import {openStoreSource, readEvidenceKeys} from '../api/export/from-store.ts'
import {loadEvidenceSecret, loadTokenKey} from '../keys/issuer-keys.ts'
import {type RegisterTools, type Registers, progress, readKeyPlaces, withKeyRing, withRegisters} from './registers.ts'
import {writeNewFile} from '../keys/key-file.ts'
import type {Secret} from '../keys/secret.ts'
import {type Printed, askedWrongly} from './printed.ts'

type PeriodWords = Readonly<Partial<Record<'from' | 'to' | 'repository' | 'out', string | undefined>>>

interface Period {
  readonly from: SecondsTime
  /** The period ends before it. */
  readonly to: SecondsTime
  /** Null: of all. */
  readonly repository: RepositoryName | null
  readonly out: string
}

/** `made`: what `--out` names. */
function readPeriod(words: PeriodWords, made: 'folder' | 'file'): Result<Period, readonly string[]> {
  const [from, to, {out}] = [parseDayOrMoment(words.from), parseDayOrMoment(words.to), words]
  const repository = words.repository === undefined ? null : parseRepositoryName(words.repository)
  const problems = [
    ...(from === undefined ? ['--from is the first day or moment, such as 2026-04-01 or 2026-04-01T08:00Z'] : []),
    ...(to === undefined ? ['--to is the day or moment after the last, such as 2026-05-01'] : []),
    ...(from !== undefined && to !== undefined && !(from < to) ? ['--to must be later than --from'] : []),
    ...(repository === undefined ? ['--repository is owner/name'] : []),
    ...(out === undefined || out === '' ? [`--out names a new ${made}`] : []),
  ]
  if (from === undefined || to === undefined || repository === undefined || out === undefined || problems.length > 0) {
    return {ok: false, fault: problems}
  }
  return {ok: true, value: {from, to, repository, out}}
}

export const exportUsage = [
  'countersign-issuer export --from TIME --to TIME --out FOLDER [--repository OWNER/NAME] [--redact SECTION,…]',
]

interface ExportOrder {
  readonly head: PackHead
  readonly out: string
}

export async function runExport(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const asked = readAsked(args)
  if (!asked.ok) return askedWrongly(exportUsage, asked.fault)
  const places = readKeyPlaces(tools.env, ['STORE', 'TOKEN_KEY'])
  if ('problems' in places) return {code: 2, lines: places.problems}
  return await withKeyRing(tools, async ({ring, durable}) => {
    const token = loadTokenKey(places)
    if (!token.ok) return {code: 2, lines: [`COUNTERSIGN_TOKEN_KEY: ${token.fault}`]}
    const keys = {keySet: canonicalJson(await ring.keySet()), jwks: canonicalJson({keys: [token.value.jwk]})}
    return await exportPack(asked.value, {store: durable, keys, tools})
  })
}

function readAsked(args: readonly string[]): Result<ExportOrder, readonly string[]> {
  const text = {type: 'string'} as const
  const options = {from: text, to: text, out: text, repository: text, redact: text}
  const {values} = parseArgs({args: [...args], options})
  const period = readPeriod(values, 'folder')
  const redacted = values.redact === undefined ? [] : parseSectionNames(values.redact)
  if (!period.ok || redacted === undefined) {
    const advice = '--redact names sections of the evidence once each, such as facts,intent'
    return {ok: false, fault: [...(period.ok ? [] : period.fault), ...(redacted === undefined ? [advice] : [])]}
  }
  const {out, ...asked} = period.value
  return {ok: true, value: {head: {type: 'countersign.pack/v1', ...asked, redacted, without: []}, out}}
}

interface Exporting {
  readonly store: Registers
  readonly keys: {readonly keySet: string; readonly jwks: string}
  readonly tools: RegisterTools
}

async function exportPack({head, out}: ExportOrder, {store, keys, tools}: Exporting): Promise<Printed> {
  const {repository} = head
  if (repository !== null && (await store.kept.named(repository)).length === 0) {
    return {code: 2, lines: [`--repository: nothing was ever decided for ${repository}`]}
  }
  const source = await openStoreSource(store, head, keys)
  if (source === undefined)
    return {code: 2, lines: ['No checkpoint of the ledger is signed yet: start the issuer first']}
  const sink = openFolderSink(out)
  if (typeof sink === 'string') return {code: 2, lines: [sink]}
  const onEntry = progress(tools, (written) => `${written} of ${source.length} entries`)
  const {entries, decisions, files} = await writePack(source, sink, {head, assets: pageAssets, onEntry})
  return {
    code: 0,
    lines: [`${out}: ${decisions} decisions, ${entries} entries of the ledger, ${files} files.`],
    notes: [`Verify it where it is read: countersign verify ${out} --key … --ledger-key …`],
  }
}

export const evidenceKeysUsage = [
  'countersign-issuer evidence-keys --from TIME --to TIME --out FILE [--repository OWNER/NAME]',
]

export async function runEvidenceKeys(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const text = {type: 'string'} as const
  const {values} = parseArgs({args: [...args], options: {from: text, to: text, out: text, repository: text}})
  const period = readPeriod(values, 'file')
  if (!period.ok) return askedWrongly(evidenceKeysUsage, period.fault)
  const places = readKeyPlaces(tools.env)
  if ('problems' in places) return {code: 2, lines: places.problems}
  return await withRegisters(tools, async (store) => {
    const secret = loadEvidenceSecret(places)
    if (!secret.ok) return {code: 2, lines: [`COUNTERSIGN_EVIDENCE_SECRET: ${secret.fault}`]}
    return await writeKeys(period.value, {store, secret: secret.value})
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
