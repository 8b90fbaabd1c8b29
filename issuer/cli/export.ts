/** `countersign-issuer export`: what was decided in a period, as a folder that verifies without the issuer. */
import {parseArgs} from 'node:util'
import {type PackHead, parseSectionNames, writePack} from '#pack'
import {canonicalJson} from '#protocol'
import {pageAssets} from '#pack/page'
import {openFolderSink} from '../api/export/folder-sink.ts'
import {openStoreSource} from '../api/export/store-source.ts'
import {loadTokenKey} from '../keys/issuer-keys.ts'
import {readPeriod} from './period.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, type Registers, progress, readKeyPlaces, withKeyRing} from './registers.ts'

export const exportUsage = [
  'countersign-issuer export --from TIME --to TIME --out FOLDER [--repository OWNER/NAME] [--redact SECTION,…]',
]

interface ExportOrder {
  readonly head: PackHead
  readonly out: string
}

export async function runExport(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const asked = readAsked(args)
  if ('problems' in asked) return askedWrongly(exportUsage, asked.problems)
  const places = readKeyPlaces(tools.env, ['STORE', 'TOKEN_KEY'])
  if ('problems' in places) return {code: 2, lines: places.problems}
  return await withKeyRing(tools, async ({ring, durable}) => {
    const token = loadTokenKey(places)
    if (!token.ok) return {code: 2, lines: [`COUNTERSIGN_TOKEN_KEY: ${token.fault}`]}
    const keys = {keySet: canonicalJson(await ring.keySet()), jwks: canonicalJson({keys: [token.value.jwk]})}
    return await exportPack(asked, {store: durable, keys, tools})
  })
}

function readAsked(args: readonly string[]): ExportOrder | {readonly problems: readonly string[]} {
  const text = {type: 'string'} as const
  const options = {from: text, to: text, out: text, repository: text, redact: text}
  const {values} = parseArgs({args: [...args], options})
  const {period, problems} = readPeriod(values, 'folder')
  const redacted = values.redact === undefined ? [] : parseSectionNames(values.redact)
  if (redacted === undefined) {
    return {problems: [...problems, '--redact names sections of the evidence once each, such as facts,intent']}
  }
  if (period === undefined) return {problems}
  const {out, ...asked} = period
  return {head: {type: 'countersign.pack/v1', ...asked, redacted, without: []}, out}
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
