/**
 * `countersign-issuer restore`: puts a verified copy where the store belongs. Whether anything was signed after the copy
 * only the ledger's mark knows (threats A48): without a mark that the copy holds, the issuer refuses to start on it.
 */
import {existsSync, linkSync, mkdirSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {parseArgs} from 'node:util'
import type {Entry} from '#protocol'
import {type SigningKeys, loadSigningKeys} from '../keys/issuer-keys.ts'
import {syncFolder, unfinishedName} from '../keys/key-file.ts'
import {openKeyRing} from '../keys/key-ring.ts'
import {checkMark, markLedger} from '../keys/ledger-mark.ts'
import {checkCopy, copyDatabase} from '../store/sqlite-backup.ts'
import {openSqlite} from '../store/sqlite.ts'
import {describeCopy, describeFault, verified} from './backup.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, progress, readKeyPlaces} from './registers.ts'

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
