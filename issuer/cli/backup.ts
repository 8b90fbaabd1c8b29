/** `countersign-issuer backup`: a copy of the store while the issuer runs, verified before it is said to be one. */
import {existsSync, linkSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {parseArgs} from 'node:util'
import {codeOf, readKeyFile, syncFolder, unfinishedName, writeNewFile} from '../keys/key-file.ts'
import {type KeyPlaces, keyFiles, openKeys} from '../keys/issuer-keys.ts'
import {appPath} from '../home/kept-app.ts'
import {type CopyFacts, checkCopy, copyDatabase} from '../store/sqlite-backup.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, progress, readKeyPlaces} from './registers.ts'

export const backupUsage = ['countersign-issuer backup FILE [--with-keys FOLDER]']

export function runBackup(args: readonly string[], tools: RegisterTools): Printed {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {'with-keys': {type: 'string'}},
  })
  const [file, ...rest] = positionals
  const folder = values['with-keys']
  if (file === undefined || rest.length > 0) return askedWrongly(backupUsage)
  const places = readKeyPlaces(tools.env)
  if ('problems' in places) return {code: 2, lines: places.problems}
  if (!existsSync(places.databasePath)) {
    return {code: 2, lines: [`COUNTERSIGN_STORE: there is no database ${places.databasePath}; name it`]}
  }
  for (const path of [file, ...(folder === undefined ? [] : [folder])]) {
    if (existsSync(path)) return {code: 2, lines: [`${path} already exists, and nothing is overwritten`]}
  }
  // A database is worth little without them, and a missing one is better found now than when it is needed.
  const keys = openKeys(places)
  if (!keys.ok) return {code: 2, lines: keys.fault}
  const copied = copyTo(file, {places, ledgerKey: keys.value.keys.ledger.publicKey, onEntry: progress(tools, verified)})
  if (typeof copied === 'string') return {code: 1, lines: [`No backup was made: ${copied}.`]}
  if (folder !== undefined) copyKeys(places, folder)
  return {code: 0, lines: [`${file}: ${describeCopy(copied)}`], notes: describeKeys(places, folder)}
}

export const describeCopy = ({bytes, entries, newest: {seq, time, event}}: CopyFacts): string =>
  `${(bytes / 1_000_000).toFixed(1)} MB, ${entries} entries of the ledger, whole; the newest is ${seq} of ${time}, ${event}.`

export const verified = (entries: number): string => `${entries} entries verified`

interface Copying {
  readonly places: KeyPlaces
  readonly ledgerKey: Parameters<typeof checkCopy>[1]['ledgerKey']
  readonly onEntry: (entries: number) => void
}

/** Whole and verified before it has its name, which is never another file's. */
function copyTo(file: string, {places, ...checking}: Copying): CopyFacts | string {
  const unfinished = unfinishedName(file)
  try {
    copyDatabase(places.databasePath, unfinished)
    const facts = checkCopy(unfinished, checking)
    if (typeof facts === 'string') return facts
    linkSync(unfinished, file)
    syncFolder(dirname(file))
    return facts
  } catch (fault) {
    return describeFault(fault)
  } finally {
    rmSync(unfinished, {force: true})
  }
}

/** SQLite's faults have one code for all of them, and say in words what is wrong: a full disk, a file that is no database. */
export function describeFault(fault: unknown): string {
  const code = codeOf(fault)
  if (fault instanceof Error && (code === 'ERR_SQLITE_ERROR' || /^E[A-Z]+$/.test(code))) return fault.message
  throw fault
}

/** The keys, and the App that set-up kept: under the names that they have beside a database. */
function filesToKeep(places: KeyPlaces): ReturnType<typeof keyFiles> {
  const app = appPath(places.databasePath)
  return [...keyFiles(places), ...(existsSync(app) ? [{name: basename(app), path: app}] : [])]
}

function copyKeys(places: KeyPlaces, folder: string): void {
  const unfinished = unfinishedName(folder)
  mkdirSync(unfinished, {mode: 0o700})
  for (const {name, path} of filesToKeep(places)) {
    const file = readKeyFile(path)
    if (!file.ok) throw new Error(file.fault)
    writeNewFile(join(unfinished, name), file.value)
  }
  renameSync(unfinished, folder)
  syncFolder(dirname(folder))
}

/** The ledger's mark is left out on purpose: an old mark would vouch for an old copy. */
function describeKeys(places: KeyPlaces, folder: string | undefined): readonly string[] {
  const names = filesToKeep(places).map(({name, path}) => (folder === undefined ? path : join(folder, name)))
  const byVariable = [
    ...(existsSync(appPath(places.databasePath)) ? [] : ["the App's private key", 'the webhook secret']),
    ...(places.evidenceSecret === undefined ? [] : ['the value of COUNTERSIGN_EVIDENCE_SECRET']),
  ]
  return [
    `Of no use without its keys, ${folder === undefined ? 'which are not in it' : 'copied as well'}: ${names.join(', ')}.`,
    'Whoever has them can sign receipts: keep them apart from the copy.',
    ...(byVariable.length === 0 ? [] : [`Also keep what only variables give: ${byVariable.join(', ')}.`]),
  ]
}
