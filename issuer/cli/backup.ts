/**
 * `countersign-issuer backup`: a copy of the store while the issuer runs, verified before it is said to be one.
 * `countersign-issuer restore`: puts a verified copy where the store belongs. Whether anything was signed after the copy
 * only the ledger's mark knows (threats A48): without a mark that the copy holds, the issuer refuses to start on it.
 */
import {existsSync, linkSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {parseArgs} from 'node:util'
import {codeOf, readKeyFile, syncFolder, unfinishedName, writeNewFile} from '../keys/key-file.ts'
import {type KeyPlaces, type SigningKeys, keyFiles, loadSigningKeys, openKeys} from '../keys/issuer-keys.ts'
import {appPath} from '../home/kept-app.ts'
import {type CopyFacts, checkCopy, copyDatabase} from '../store/sqlite-backup.ts'
import type {Entry} from '#protocol'
import {openKeyRing} from '../keys/key-ring.ts'
import {checkMark, markLedger} from '../keys/ledger-mark.ts'
import {openSqlite} from '../store/sqlite.ts'
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

const describeCopy = ({bytes, entries, newest: {seq, time, event}}: CopyFacts): string =>
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

export const restoreUsage = ['countersign-issuer restore FILE']

export async function runRestore(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const {positionals} = parseArgs({args: [...args], allowPositionals: true, options: {}})
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) return askedWrongly(restoreUsage)
  const places = readKeyPlaces(tools.env)
  if ('problems' in places) return {code: 2, lines: places.problems}
  const {databasePath: path} = places
  // A log that is left of another database would be played into this one.
  const inTheWay = ['', '-wal', '-shm'].map((end) => `${path}${end}`).filter((one) => existsSync(one))
  if (inTheWay.length > 0) {
    return {code: 2, lines: [`Stop the issuer and move away what is there first: ${inTheWay.join(', ')}`]}
  }
  if (!existsSync(file)) return {code: 2, lines: [`There is no file ${file}`]}
  const signing = loadSigningKeys(places)
  if (!signing.ok) return {code: 2, lines: [...signing.fault, 'Put the keys back before the copy.']}
  return await restore(file, {path, keys: signing.value.keys, tools})
}

interface Restoring {
  readonly path: string
  readonly keys: SigningKeys
  readonly tools: RegisterTools
}

async function restore(file: string, {path, keys, tools}: Restoring): Promise<Printed> {
  const unfinished = unfinishedName(path)
  try {
    mkdirSync(dirname(path), {recursive: true, mode: 0o700})
    copyDatabase(file, unfinished)
    const facts = checkCopy(unfinished, {ledgerKey: keys.ledger.publicKey, onEntry: progress(tools, verified)})
    if (typeof facts === 'string') return refuse(file, facts)
    const judged = await judge(unfinished, {keys, tools})
    if (judged.kind === 'foreign') return refuse(file, judged.problem)
    // Before the copy is in its place: a crash in between leaves no store, and keys beside none are refused as well.
    if (judged.kind === 'unknown') markAsOlder(keys.markPath, facts.newest)
    linkSync(unfinished, path)
    syncFolder(dirname(path))
    return {code: 0, lines: [`${path}: ${describeCopy(facts)}`], notes: advice[judged.kind]}
  } catch (fault) {
    return refuse(file, describeFault(fault))
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${unfinished}${end}`, {force: true})
  }
}

const refuse = (file: string, problem: string): Printed => ({
  code: 1,
  lines: [`${file} was not restored: ${problem.replace(/\.$/, '')}.`],
})

type Judged = {readonly kind: 'newest' | 'older' | 'unknown'} | {readonly kind: 'foreign'; readonly problem: string}

/** Whether the keys are those of the copy's ledger, and whether the mark beside them knows of more than the copy does. */
async function judge(copy: string, {keys, tools}: Omit<Restoring, 'path'>): Promise<Judged> {
  const durable = openSqlite(copy)
  try {
    const ring = await openKeyRing({keys, durable, now: tools.now, warn: () => undefined})
    if (typeof ring === 'string') return {kind: 'foreign', problem: ring}
    if (!existsSync(keys.markPath)) return {kind: 'unknown'}
    return {kind: (await checkMark(keys.markPath, durable.entries)) === undefined ? 'newest' : 'older'}
  } finally {
    durable.close()
  }
}

/** Names an entry past the copy's end, which no store holds. */
const markAsOlder = (path: string, {seq, ...newest}: Entry): void =>
  markLedger(path, {...newest, seq: seq + 1, hash: '0'.repeat(64)})

const resumeAdvice = [
  'The issuer refuses to start on it: what was refused, revoked or used since is not in it. Put a newer copy back if there',
  'is one; if not, "countersign-issuer ledger resume" begins a new ledger, and this one stays beside it to be read.',
]

const advice: Readonly<Record<'newest' | 'older' | 'unknown', readonly string[]>> = {
  newest: ["It holds all that the ledger's mark knows of. Start the issuer."],
  older: ["The ledger's mark beside the keys knows of later entries.", ...resumeAdvice],
  unknown: [
    "No ledger's mark stands beside the keys, so nobody knows whether there were later entries.",
    ...resumeAdvice,
  ],
}
