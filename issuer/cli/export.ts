/** `countersign-issuer export`: what was decided in a period, as a folder that verifies without the issuer. */
import {parseArgs} from 'node:util'
import {type PackHead, parseSectionNames, writePack} from '#pack'
import {canonicalJson} from '#protocol'
import {readDatabasePath} from '../home/config.ts'
import {parseKeyPath} from '../home/values.ts'
import {Variables} from '../home/variables.ts'
import {pageAssets} from '#pack/page'
import {openFolderSink} from '../api/export/folder-sink.ts'
import {openStoreSource} from '../api/export/store-source.ts'
import {loadTokenKey} from '../keys/issuer-keys.ts'
import {withKeyRing} from './keys-ring.ts'
import {readPeriod} from './period.ts'
import type {Printed} from './printed.ts'
import type {RegisterTools, Registers} from './registers.ts'

export const exportUsage = [
  'countersign-issuer export --from TIME --to TIME --out FOLDER [--repository OWNER/NAME] [--redact SECTION,…]',
]

export interface ExportTools extends RegisterTools {
  /** Told now and then while it runs long, for standard error. */
  readonly tell?: (words: string) => void
}

interface ExportOrder {
  readonly head: PackHead
  readonly out: string
}

export async function runExport(args: readonly string[], tools: ExportTools): Promise<Printed> {
  const asked = readAsked(args)
  if ('problems' in asked) return wrongly(asked.problems)
  const {COUNTERSIGN_STORE, COUNTERSIGN_TOKEN_KEY} = tools.env
  const variables = new Variables({COUNTERSIGN_STORE, COUNTERSIGN_TOKEN_KEY})
  const places = {databasePath: readDatabasePath(variables), tokenKey: variables.read('TOKEN_KEY', parseKeyPath)}
  if (variables.problems.length > 0) return {code: 2, lines: variables.problems}
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
  readonly tools: ExportTools
}

const pauseMs = 5000

async function exportPack({head, out}: ExportOrder, {store, keys, tools: {now, tell}}: Exporting): Promise<Printed> {
  const {repository} = head
  if (repository !== null && (await store.kept.named(repository)).length === 0) {
    return {code: 2, lines: [`--repository: nothing was ever decided for ${repository}`]}
  }
  const source = await openStoreSource(store, head, keys)
  if (source === undefined)
    return {code: 2, lines: ['No checkpoint of the ledger is signed yet: start the issuer first']}
  const sink = openFolderSink(out)
  if (typeof sink === 'string') return {code: 2, lines: [sink]}
  let next = now() + pauseMs
  const onEntry = (written: number): void => {
    if (now() < next) return
    tell?.(`${written} of ${source.length} entries\n`)
    next = now() + pauseMs
  }
  const {entries, decisions, files} = await writePack(source, sink, {head, assets: pageAssets, onEntry})
  return {
    code: 0,
    lines: [`${out}: ${decisions} decisions, ${entries} entries of the ledger, ${files} files.`],
    notes: [`Verify it where it is read: countersign verify ${out} --key … --ledger-key …`],
  }
}

const wrongly = (problems: readonly string[]): Printed => ({
  code: 2,
  lines: [...problems, 'Usage:', ...exportUsage.map((line) => `  ${line}`)],
})
